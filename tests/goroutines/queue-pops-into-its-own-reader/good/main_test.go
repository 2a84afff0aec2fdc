// Package queue hands items to a callback that asks the queue.
package queue

import (
	"sync"
	"testing"
)

type processor func(key string) error

type queue struct {
	lock   sync.RWMutex
	cond   sync.Cond
	items  []string
	listed bool
}

func newQueue() *queue {
	q := &queue{}
	q.cond.L = &q.lock
	return q
}

func (q *queue) add(key string) {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.items = append(q.items, key)
	q.listed = true
	q.cond.Broadcast()
}

func (q *queue) hasListed() bool {
	q.lock.RLock()
	defer q.lock.RUnlock()
	return q.listed && len(q.items) == 0
}

func (q *queue) pop(process processor) error {
	q.lock.Lock()
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	key := q.items[0]
	q.items = q.items[1:]
	q.lock.Unlock()
	return process(key)
}

type lister interface {
	hasListed() bool
}

type controller struct {
	source *queue
	ready  lister
	synced bool
}

func (c *controller) handle(key string) error {
	if c.ready.hasListed() {
		c.synced = true
	}
	return nil
}

func (c *controller) processOne() error {
	return c.source.pop(c.handle)
}

func TestSync(t *testing.T) {
	q := newQueue()
	c := &controller{source: q, ready: q}
	done := make(chan error)
	go func() {
		done <- c.processOne()
	}()
	q.add("default/pod")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
