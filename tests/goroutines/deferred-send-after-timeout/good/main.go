// Command sandbox runs untrusted code and reports how it ended, even by a panic.
package main

import (
	"fmt"
	"time"
)

type ending struct {
	panicked any
	value    int
}

type sandbox struct{ limit time.Duration }

func (s sandbox) execute(code func() int, ended chan<- ending) {
	var e ending
	defer func() {
		e.panicked = recover()
		ended <- e
	}()
	e.value = code()
}

func (s sandbox) run(code func() int) string {
	ended := make(chan ending, 1)
	go s.execute(code, ended)
	deadline := time.NewTimer(s.limit)
	defer deadline.Stop()
	select {
	case e := <-ended:
		return fmt.Sprint(e.value, e.panicked)
	case <-deadline.C:
		return "timeout"
	}
}

func main() {
	s := sandbox{limit: 5 * time.Millisecond}
	fmt.Println(s.run(func() int { return 3 }))
	fmt.Println(s.run(func() int { panic("no") }))
	fmt.Println(s.run(func() int { time.Sleep(15 * time.Millisecond); return 0 }))
}
