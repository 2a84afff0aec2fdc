// Command rpc keeps serving when a handler panics.
package main

import (
	"fmt"
	"sync"
)

type server struct {
	mu       sync.Mutex
	inFlight map[string]int
	methods  map[string]func(int) int
}

func (s *server) track(method string, argument int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	result := s.methods[method](argument)
	s.inFlight[method]++
	return result
}

// Call answers a request; a panic becomes an error.
func (s *server) Call(method string, argument int) (result int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", method, r)
		}
	}()
	return s.track(method, argument), nil
}

func main() {
	s := &server{
		inFlight: make(map[string]int),
		methods:  map[string]func(int) int{"inverse": func(n int) int { return 100 / n }},
	}
	for _, n := range []int{5, 0, 2} {
		fmt.Println(s.Call("inverse", n))
	}
}
