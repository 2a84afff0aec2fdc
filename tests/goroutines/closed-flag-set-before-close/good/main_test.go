// Package conn closes once, by a flag.
package conn

import (
	"sync/atomic"
	"testing"
)

type conn struct {
	closed int32
	done   chan struct{}
	reads  chan string
}

func (c *conn) close(reason string) {
	if !atomic.CompareAndSwapInt32(&c.closed, 0, 1) {
		return
	}
	close(c.done)
}

func (c *conn) loop() {
	for {
		select {
		case <-c.reads:
		case <-c.done:
			return
		}
	}
}

func TestClose(t *testing.T) {
	c := &conn{done: make(chan struct{}), reads: make(chan string)}
	go c.loop()
	c.close("")
	c.close("again")
}
