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
	if s.stop == nil {
		s.stop = make(chan struct{})
	}
	s.wg.Add(1)
	go s.run(s.stop)
}

func (s *scheduler) run(stop <-chan struct{}) {
	defer s.wg.Done()
	<-stop
}

func (s *scheduler) Stop() {
	s.mu.Lock()
	close(s.stop)
	s.mu.Unlock()
	s.wg.Wait()
}

func main() {
	s := &scheduler{}
	s.Start()
	s.Start()
	s.Stop()
	fmt.Println("stopped")
}
