// Command buffer is a bounded queue with a condition variable.
package main

import (
	"fmt"
	"sync"
	"time"
)

type queue struct {
	mu       sync.Mutex
	notEmpty *sync.Cond
	items    []string
	closed   bool
}

func newQueue() *queue {
	q := &queue{}
	q.notEmpty = sync.NewCond(&q.mu)
	return q
}

func (q *queue) Put(item string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, item)
} // cause

func (q *queue) Take() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.notEmpty.Wait() // blocked cause
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}

func main() {
	q := newQueue()
	taken := make(chan string)
	go func() { taken <- q.Take() }()
	time.Sleep(5 * time.Millisecond)
	q.Put("parcel")
	fmt.Println(<-taken) // blocked
}
