// Command elevator wakes waiting people only when it changes direction.
package main

import (
	"fmt"
	"sync"
	"time"
)

type elevator struct {
	mu      sync.Mutex
	arrived *sync.Cond
	floor   int
	up      bool
}

func (e *elevator) move(to int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	up := to > e.floor
	e.floor = to
	if up != e.up { // cause
		e.up = up
		e.arrived.Broadcast()
	}
}

func (e *elevator) await(floor int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.floor != floor {
		e.arrived.Wait() // blocked
	}
}

func main() {
	e := &elevator{up: true}
	e.arrived = sync.NewCond(&e.mu)
	done := make(chan struct{})
	go func() {
		e.await(3)
		close(done)
	}()
	time.Sleep(4 * time.Millisecond)
	e.move(2)
	e.move(3)
	<-done // blocked
	fmt.Println(e.floor)
}
