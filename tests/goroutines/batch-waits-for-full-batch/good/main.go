// Command batcher groups writes; a write returns when its batch is flushed, which happens only when it is full.
package main

import (
	"fmt"
	"sync"
)

type batch struct {
	items   []string
	flushed chan struct{}
}

type batcher struct {
	mu      sync.Mutex
	size    int
	current *batch
	stored  int
}

func (b *batcher) add(item string) *batch {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current == nil {
		b.current = &batch{flushed: make(chan struct{})}
	}
	now := b.current
	now.items = append(now.items, item)
	if len(now.items) >= b.size {
		b.flush()
	}
	return now
}

// flush needs b.mu held.
func (b *batcher) flush() {
	if b.current != nil {
		b.stored += len(b.current.items)
		close(b.current.flushed)
		b.current = nil
	}
}

// Write returns when the item is stored.
func (b *batcher) Write(item string) {
	<-b.add(item).flushed
}

func (b *batcher) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush()
}

func main() {
	b := &batcher{size: 1}
	var wg sync.WaitGroup
	for _, item := range []string{"a", "b", "c"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			b.Write(item)
		}()
	}
	wg.Wait()
	b.Close()
	fmt.Println(b.stored)
}
