// Command traffic has a router and a monitor; each is one goroutine and tells the other news.
package main

import (
	"fmt"
	"time"
)

type router struct {
	packets chan int
	limits  chan int
	limit   int
	routed  int
}

type monitor struct {
	loads chan int
	tick  chan struct{}
	peak  int
}

func (r *router) loop(m *monitor) {
	for {
		select {
		case n, ok := <-r.packets:
			if !ok {
				close(m.loads)
				return
			}
			r.routed += n
			time.Sleep(4 * time.Millisecond)
			m.loads <- n
		case r.limit = <-r.limits:
		}
	}
}

func (m *monitor) loop(r *router, done chan<- struct{}) {
	defer close(done)
	for {
		select {
		case n, ok := <-m.loads:
			if !ok {
				return
			}
			m.peak = max(m.peak, n)
		case <-m.tick:
			select {
			case r.limits <- m.peak + 1:
			default: // the router hears of it at the next tick
			}
		}
	}
}

func main() {
	r := &router{packets: make(chan int), limits: make(chan int)}
	m := &monitor{loads: make(chan int), tick: make(chan struct{})}
	done := make(chan struct{})
	go r.loop(m)
	go m.loop(r, done)
	r.packets <- 7
	m.tick <- struct{}{}
	close(r.packets)
	<-done
	fmt.Println(r.routed, m.peak)
}
