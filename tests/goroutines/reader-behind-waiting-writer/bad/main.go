// Command prices serves reads under a read lock while an importer writes.
package main

import (
	"fmt"
	"sync"
	"time"
)

type prices struct {
	mu      sync.RWMutex
	byItem  map[string]int
	lookups chan string
	found   chan int
}

func (p *prices) finder() {
	for item := range p.lookups {
		time.Sleep(6 * time.Millisecond)
		p.mu.RLock() // blocked cause
		price := p.byItem[item]
		p.mu.RUnlock()
		p.found <- price
	}
}

// Total keeps the table still while the finder works.
func (p *prices) Total(items []string) int {
	p.mu.RLock() // cause
	defer p.mu.RUnlock()
	total := 0
	for _, item := range items {
		p.lookups <- item
		total += <-p.found // blocked cause
	}
	return total
}

func (p *prices) Set(item string, price int) {
	p.mu.Lock() // blocked
	defer p.mu.Unlock()
	p.byItem[item] = price
}

func main() {
	p := &prices{byItem: map[string]int{"pen": 2}, lookups: make(chan string), found: make(chan int)}
	go p.finder()
	written := make(chan struct{})
	go func() {
		time.Sleep(3 * time.Millisecond)
		p.Set("ink", 5)
		close(written)
	}()
	fmt.Println(p.Total([]string{"pen"}))
	<-written
	close(p.lookups)
}
