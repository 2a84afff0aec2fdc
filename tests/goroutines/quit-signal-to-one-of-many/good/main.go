// Command pool stops its workers with a message on a quit channel.
package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

type pool struct {
	jobs chan func()
	quit chan struct{}
	done atomic.Int32
}

func newPool(workers int) *pool {
	p := &pool{jobs: make(chan func()), quit: make(chan struct{})}
	for range workers {
		go p.work()
	}
	return p
}

func (p *pool) work() {
	for {
		select {
		case job := <-p.jobs:
			job()
			p.done.Add(1)
		case <-p.quit:
			return
		}
	}
}

func (p *pool) Submit(job func()) { p.jobs <- job }

// Stop ends the workers.
func (p *pool) Stop() {
	close(p.quit)
}

func main() {
	p := newPool(3)
	for i := range 4 {
		p.Submit(func() { time.Sleep(time.Duration(i) * time.Millisecond) })
	}
	p.Stop()
	fmt.Println(p.done.Load() <= 4)
}
