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
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, s := range r.services {
		if !visit(s) {
			return
		}
	}
}

func (r *registry) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.services, name)
}

func (r *registry) prune() {
	var sick []string
	r.Each(func(s *service) bool {
		if !s.healthy {
			sick = append(sick, s.name)
		}
		return true
	})
	for _, name := range sick {
		r.Remove(name)
	}
}

func main() {
	r := &registry{services: map[string]*service{"a": {"a", true}, "b": {"b", false}}}
	r.prune()
	fmt.Println(len(r.services))
}
