// Command watcher stops its loop with the same lock that the loop takes for each event.
package main

import (
	"fmt"
	"sync"
)

type watcher struct {
	mu      sync.Mutex
	events  chan string
	done    chan struct{}
	closed  bool
	handled map[string]int
}

func watch() *watcher {
	w := &watcher{
		events:  make(chan string, 2),
		done:    make(chan struct{}),
		handled: make(map[string]int),
	}
	go w.loop()
	return w
}

func (w *watcher) loop() {
	defer close(w.done)
	for e := range w.events {
		w.mu.Lock() // blocked cause
		w.handled[e]++
		w.mu.Unlock()
	}
}

func (w *watcher) Close() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return 0
	}
	w.closed = true
	w.events <- "last"
	close(w.events)
	<-w.done // blocked cause
	return len(w.handled)
}

func main() {
	w := watch()
	w.events <- "create"
	fmt.Println(w.Close())
}
