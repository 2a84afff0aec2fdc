// Command follower copies a log; it looks at its quit channel only after each entry.
package main

import (
	"fmt"
	"sync"
)

type entry struct {
	index int
	data  string
}

type follower struct {
	entries chan entry
	quit    chan struct{}
	wg      sync.WaitGroup
	applied int
}

func (f *follower) run() {
	defer f.wg.Done()
	for {
		select {
		case e := <-f.entries:
			f.applied = e.index
		case <-f.quit:
			return
		}
	}
}

func (f *follower) shutdown() int {
	close(f.quit)
	f.wg.Wait()
	return f.applied
}

func main() {
	f := &follower{entries: make(chan entry), quit: make(chan struct{})}
	f.wg.Add(1)
	go f.run()
	for i := range 3 {
		f.entries <- entry{i + 1, "x"}
	}
	fmt.Println(f.shutdown())
}
