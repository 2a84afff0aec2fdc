// Command registry visits services under a read lock; a visitor may remove one.
package main

import (
	"fmt"
	"sync"
)

type service struct {
	name    string
	healthy bool
}

type registry struct {
	mu       sync.RWMutex
	services map[string]*service
}

func (r *registry) Each(visit func(*service) bool) {
	r.mu.RLock() // cause
	defer r.mu.RUnlock()
	for _, s := range r.services {
		if !visit(s) { // cause
			return
		}
	}
}

func (r *registry) Remove(name string) {
	r.mu.Lock() // blocked
	defer r.mu.Unlock()
	delete(r.services, name)
}

func (r *registry) prune() {
	r.Each(func(s *service) bool {
		if !s.healthy {
			r.Remove(s.name) // cause
		}
		return true
	})
}

func main() {
	r := &registry{services: map[string]*service{"a": {"a", true}, "b": {"b", false}}}
	r.prune()
	fmt.Println(len(r.services))
}
