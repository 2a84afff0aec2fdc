// Command scheduler can be restarted; Stop closes the channel of the last start only.
package main

import (
	"fmt"
	"sync"
)

type scheduler struct {
	mu   sync.Mutex
	stop chan struct{}
	wg   sync.WaitGroup
}

func (s *scheduler) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop = make(chan struct{}) // cause
	s.wg.Add(1)
	go s.run(s.stop) // cause
}

func (s *scheduler) run(stop <-chan struct{}) {
	defer s.wg.Done()
	<-stop // blocked
}

func (s *scheduler) Stop() {
	s.mu.Lock()
	close(s.stop) // cause
	s.mu.Unlock()
	s.wg.Wait() // blocked
}

func main() {
	s := &scheduler{}
	s.Start()
	s.Start() // cause
	s.Stop()
	fmt.Println("stopped")
}
