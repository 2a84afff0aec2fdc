// Command tunnel is closed by its owner and, when the remote end fails, by itself.
package main

import (
	"fmt"
	"sync"
	"time"
)

type tunnel struct {
	quit   chan struct{}
	packet chan int
	once   sync.Once
	bytes  int
}

func dial() *tunnel {
	t := &tunnel{quit: make(chan struct{}), packet: make(chan int)}
	go t.pump()
	return t
}

func (t *tunnel) pump() {
	for {
		select {
		case n := <-t.packet:
			t.bytes += n
		case <-t.quit: // cause
			return // cause
		}
	}
}

func (t *tunnel) Close() {
	t.quit <- struct{}{} // blocked cause
}

func (t *tunnel) remoteFailed() {
	t.Close() // cause
}

func main() {
	t := dial()
	t.packet <- 4
	go t.remoteFailed()
	time.Sleep(5 * time.Millisecond)
	t.Close() // cause
	fmt.Println("closed")
}
