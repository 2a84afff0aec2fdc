// Command loop runs closures on one goroutine; Sync waits until a closure has run.
package main

import "fmt"

type loop struct {
	calls chan func()
	state map[string]int
}

func newLoop() *loop {
	l := &loop{calls: make(chan func(), 8), state: make(map[string]int)}
	go func() {
		for call := range l.calls {
			call()
		}
	}()
	return l
}

// Sync runs f on the loop and waits for it.
func (l *loop) Sync(f func()) {
	done := make(chan struct{})
	l.calls <- func() {
		f() // cause
		close(done)
	}
	<-done // blocked
}

func (l *loop) increment(name string) {
	l.Sync(func() { l.state[name]++ })
}

func (l *loop) reset(names ...string) {
	l.Sync(func() {
		for _, name := range names {
			l.state[name] = 0
			l.increment(name) // cause
		}
	})
}

func main() {
	l := newLoop()
	l.increment("a")
	l.reset("a", "b")
	fmt.Println(l.state["a"])
	close(l.calls)
}
