// Package nodes keeps a ring of nodes that tells a balancer of changes.
package nodes

import (
	"sync"
	"testing"
	"time"
)

type listener interface {
	onChange(node string, up bool)
}

type store struct {
	mu        sync.Mutex
	nodes     map[string]bool
	listeners []listener
}

func (s *store) subscribe(l listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, l)
}

func (s *store) update(node string, up bool) {
	s.mu.Lock()
	s.nodes[node] = up
	time.Sleep(time.Millisecond)
	listeners := s.listeners
	s.mu.Unlock()
	for _, l := range listeners {
		l.onChange(node, up)
	}
}

func (s *store) isUp(node string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[node]
}

type balancer struct {
	lock   sync.RWMutex
	weight map[string]int
	source *store
}

func (b *balancer) onChange(node string, up bool) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if !up {
		delete(b.weight, node)
	}
}

func (b *balancer) pick(node string) int {
	b.lock.RLock()
	defer b.lock.RUnlock()
	time.Sleep(time.Millisecond)
	if b.source.isUp(node) {
		return b.weight[node]
	}
	return 0
}

func TestPickWhileUpdating(t *testing.T) {
	s := &store{nodes: map[string]bool{}}
	b := &balancer{weight: map[string]int{"a": 1}, source: s}
	s.subscribe(b)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < 20; i++ {
			s.update("a", true)
		}
	}()
	go func() {
		defer wg.Done()
		for i := 0; i < 20; i++ {
			b.pick("a")
		}
	}()
	wg.Wait()
}
