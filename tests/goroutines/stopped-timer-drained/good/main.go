// Command idle closes connections that nobody uses; traffic resets the timer.
package main

import (
	"fmt"
	"time"
)

type connection struct {
	timeout time.Duration
	timer   *time.Timer
	traffic chan int
	bytes   int
}

func open(timeout time.Duration) *connection {
	return &connection{timeout: timeout, timer: time.NewTimer(timeout), traffic: make(chan int, 2)}
}

func (c *connection) touch() {
	if !c.timer.Stop() {
		select {
		case <-c.timer.C:
		default:
		}
	}
	c.timer.Reset(c.timeout)
}

func (c *connection) serve() int {
	for {
		select {
		case n, ok := <-c.traffic:
			if !ok {
				return c.bytes
			}
			c.bytes += n
			c.touch()
		case <-c.timer.C:
			return c.bytes
		}
	}
}

func main() {
	c := open(time.Minute)
	go func() {
		c.traffic <- 10
		c.traffic <- 20
		close(c.traffic)
	}()
	fmt.Println(c.serve())
}
