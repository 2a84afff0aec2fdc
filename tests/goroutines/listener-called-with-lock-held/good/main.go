// Command settings tells listeners about changes; a listener may go away when it has seen enough.
package main

import (
	"fmt"
	"sync"
)

type settings struct {
	mu        sync.Mutex
	values    map[string]string
	listeners map[int]func(key string)
	nextID    int
}

func (s *settings) Listen(f func(key string)) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.nextID
	s.nextID++
	s.listeners[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, id)
	}
}

func (s *settings) Set(key, value string) {
	s.mu.Lock()
	s.values[key] = value
	var call []func(string)
	for _, f := range s.listeners {
		call = append(call, f)
	}
	s.mu.Unlock()
	for _, f := range call {
		f(key)
	}
}

func main() {
	s := &settings{values: make(map[string]string), listeners: make(map[int]func(string))}
	var remove func()
	seen := 0
	remove = s.Listen(func(key string) {
		seen++
		remove()
	})
	s.Set("theme", "dark")
	s.Set("theme", "light")
	fmt.Println(seen)
}
