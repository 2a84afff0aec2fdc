// Command topics publishes under a lock, and subscribers leave under the same lock.
package main

import (
	"fmt"
	"sync"
)

type topic struct {
	mu   sync.Mutex
	subs map[int]chan string
	next int
}

func (t *topic) Subscribe() (int, <-chan string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	c := make(chan string)
	t.subs[t.next] = c
	return t.next, c
}

func (t *topic) Unsubscribe(id int) {
	t.mu.Lock() // blocked cause
	defer t.mu.Unlock()
	delete(t.subs, id)
}

func (t *topic) Publish(text string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, c := range t.subs {
		c <- text // blocked cause
		n++
	}
	return n
}

func main() {
	t := &topic{subs: make(map[int]chan string)}
	id, messages := t.Subscribe()
	left := make(chan struct{})
	go func() {
		defer close(left)
		fmt.Println(<-messages)
		t.Unsubscribe(id) // cause
	}()
	for _, text := range []string{"one", "two", "three"} {
		t.Publish(text)
	}
	<-left
}
