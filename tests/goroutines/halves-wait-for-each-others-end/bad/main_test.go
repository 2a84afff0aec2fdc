// Package proxy copies frames both ways.
package proxy

import (
	"sync"
	"testing"
)

type frame struct {
	payload []byte
	last    bool
}

type stream struct {
	in, out chan frame
}

type proxy struct {
	client, server   stream
	upDone, downDone chan struct{}
	wg               sync.WaitGroup
}

func (p *proxy) copyUp() {
	defer p.wg.Done()
	for f := range p.client.in {
		p.server.out <- f
	}
	<-p.downDone // blocked
	close(p.server.out)
	close(p.upDone)
}

func (p *proxy) copyDown() {
	defer p.wg.Done()
	for f := range p.server.in {
		p.client.out <- f
	}
	<-p.upDone // blocked
	close(p.client.out)
	close(p.downDone)
}

func (p *proxy) run() {
	p.wg.Add(2)
	go p.copyUp()
	go p.copyDown()
	p.wg.Wait() // blocked
}

func TestProxy(t *testing.T) {
	p := &proxy{
		client:   stream{in: make(chan frame, 1), out: make(chan frame, 1)},
		server:   stream{in: make(chan frame, 1), out: make(chan frame, 1)},
		upDone:   make(chan struct{}),
		downDone: make(chan struct{}),
	}
	p.client.in <- frame{last: true}
	p.server.in <- frame{last: true}
	close(p.client.in)
	close(p.server.in)
	p.run()
}
