// Package bounded has a queue with room for a few.
package bounded

import (
	"sync"
	"testing"
)

type buffer struct {
	mu       sync.Mutex
	notEmpty *sync.Cond
	notFull  *sync.Cond
	items    []int
	size     int
}

func newBuffer(size int) *buffer {
	b := &buffer{size: size}
	b.notEmpty = sync.NewCond(&b.mu)
	b.notFull = sync.NewCond(&b.mu)
	return b
}

func (b *buffer) put(item int) {
	b.mu.Lock()
	for len(b.items) == b.size {
		b.notFull.Wait()
	}
	b.items = append(b.items, item)
	b.mu.Unlock()
	b.notEmpty.Signal()
}

func (b *buffer) get() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.items) == 0 {
		b.notEmpty.Wait()
	}
	item := b.items[0]
	b.items = b.items[1:]
	b.notFull.Signal()
	return item
}

func TestTwoThroughOne(t *testing.T) {
	b := newBuffer(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.put(1)
		b.put(2)
	}()
	sum := b.get() + b.get()
	<-done
	if sum != 3 {
		t.Errorf("sum is %d", sum)
	}
}
