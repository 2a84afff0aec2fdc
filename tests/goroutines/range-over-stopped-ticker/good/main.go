// Command heartbeat writes a line now and then until it is stopped.
package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

type heartbeat struct {
	ticker *time.Ticker
	done   chan struct{}
	beats  atomic.Int32
}

func start(every time.Duration) *heartbeat {
	h := &heartbeat{ticker: time.NewTicker(every), done: make(chan struct{})}
	go h.loop()
	return h
}

func (h *heartbeat) loop() {
	for {
		select {
		case <-h.ticker.C:
			h.beats.Add(1)
		case <-h.done:
			return
		}
	}
}

// Stop ends the heartbeat.
func (h *heartbeat) Stop() int32 {
	h.ticker.Stop()
	close(h.done)
	return h.beats.Load()
}

func main() {
	h := start(2 * time.Millisecond)
	time.Sleep(9 * time.Millisecond)
	fmt.Println(h.Stop() > 0)
}
