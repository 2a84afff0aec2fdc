// Command poller refreshes a cache until it is stopped.
package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

type poller struct {
	every   time.Duration
	refresh func() int
	latest  atomic.Int64
	wake    chan struct{}
	quit    chan struct{}
}

func startPoller(refresh func() int) *poller {
	p := &poller{refresh: refresh, wake: make(chan struct{}, 1), quit: make(chan struct{})}
	go p.run()
	return p
}

func (p *poller) run() {
	for {
		select {
		case <-p.wake:
			p.latest.Store(int64(p.refresh()))
		case <-p.quit:
			return
		}
	}
}

func (p *poller) Refresh() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *poller) Stop() { close(p.quit) }

func serve(requests int) int64 {
	n := 0
	p := startPoller(func() int { n++; return n })
	defer p.Stop()
	for range requests {
		p.Refresh()
		time.Sleep(2 * time.Millisecond)
	}
	return p.latest.Load()
}

func main() {
	fmt.Println(serve(3) > 0)
}
