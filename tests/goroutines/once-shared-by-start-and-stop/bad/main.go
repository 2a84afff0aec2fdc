// Command agent starts once and stops once.
package main

import (
	"fmt"
	"sync"
)

type agent struct {
	once    sync.Once // cause
	quit    chan struct{}
	stopped chan struct{}
	work    chan int
	sum     int
}

func (a *agent) Start() {
	a.once.Do(func() {
		go a.loop()
	})
}

func (a *agent) loop() {
	defer close(a.stopped)
	for {
		select { // blocked
		case n := <-a.work:
			a.sum += n
		case <-a.quit:
			return
		}
	}
}

func (a *agent) Stop() {
	a.once.Do(func() { // cause
		close(a.quit) // cause
	})
	<-a.stopped // blocked
}

func main() {
	a := &agent{quit: make(chan struct{}), stopped: make(chan struct{}), work: make(chan int)}
	a.Start()
	a.work <- 1
	a.Stop()
	fmt.Println(a.sum)
}
