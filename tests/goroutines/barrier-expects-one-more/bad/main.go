// Command phases lets goroutines meet at a barrier between phases.
package main

import (
	"fmt"
	"sync"
)

type barrier struct {
	arrive chan int
	leave  chan struct{}
}

func newBarrier(parties int) *barrier {
	b := &barrier{arrive: make(chan int), leave: make(chan struct{})}
	go func() {
		for range parties {
			<-b.arrive // blocked
		}
		close(b.leave)
	}()
	return b
}

func (b *barrier) await(id int) {
	b.arrive <- id
	<-b.leave // blocked
}

func simulate(particles int) int {
	b := newBarrier(particles + 1) // cause
	moved := make([]int, particles)
	var wg sync.WaitGroup
	for i := range particles {
		wg.Add(1)
		go func() {
			defer wg.Done()
			moved[i]++
			b.await(i)
			moved[i]++
		}()
	}
	wg.Wait() // blocked cause
	return len(moved)
}

func main() {
	fmt.Println(simulate(3))
}
