// Command events publishes changes of a table to one watcher.
package main

import (
	"fmt"
	"sync"
)

type table struct {
	mu      sync.Mutex
	rows    map[string]int
	changes chan string
	last    string
}

func (t *table) Set(key string, value int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key] = value
	t.changes <- key // blocked cause
}

func (t *table) watch(done chan<- struct{}) {
	for key := range t.changes {
		t.mu.Lock() // blocked cause
		t.last = fmt.Sprintf("%s=%d", key, t.rows[key])
		t.mu.Unlock()
	}
	close(done)
}

func main() {
	t := &table{rows: make(map[string]int), changes: make(chan string)}
	done := make(chan struct{})
	go t.watch(done)
	for i, key := range []string{"a", "b", "c"} {
		t.Set(key, i)
	}
	close(t.changes)
	<-done
	fmt.Println(t.last)
}
