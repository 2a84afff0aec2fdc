// Command sampler may be started by two owners but is stopped by one message.
package main

import (
	"fmt"
	"sync"
)

type sampler struct {
	stop chan struct{}
	wg   sync.WaitGroup
	mu   sync.Mutex
	runs int
}

func (s *sampler) Start() {
	s.wg.Add(1)
	go s.loop()
}

func (s *sampler) loop() {
	defer s.wg.Done()
	s.mu.Lock()
	s.runs++
	s.mu.Unlock()
	<-s.stop
}

func (s *sampler) Stop() {
	close(s.stop)
	s.wg.Wait()
}

func main() {
	s := &sampler{stop: make(chan struct{})}
	s.Start() // the web server wants samples
	s.Start()
	s.Stop()
	fmt.Println(s.runs)
}
