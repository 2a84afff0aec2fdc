// Command daemon makes its stop channel when it starts.
package main

import (
	"fmt"
	"sync/atomic"
)

type daemon struct {
	name    string
	stop    chan struct{}
	stopped chan struct{}
	turns   atomic.Int32
}

type handle struct {
	d    *daemon
	stop chan struct{}
}

// start gives the handle its stop channel.
func (h *handle) start() {
	h.stop = make(chan struct{})
	go h.d.loop(h.stop)
}

func (d *daemon) loop(stop <-chan struct{}) {
	defer close(d.stopped)
	d.turns.Add(1)
	<-stop
}

func (h handle) shutdown() {
	h.stop <- struct{}{}
	<-h.d.stopped
}

func main() {
	h := handle{d: &daemon{name: "sync", stopped: make(chan struct{})}}
	h.start()
	h.shutdown()
	fmt.Println(h.d.name, h.d.turns.Load())
}
