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
			<-b.arrive
		}
		close(b.leave)
	}()
	return b
}

func (b *barrier) await(id int) {
	b.arrive <- id
	<-b.leave
}

func simulate(particles int) int {
	b := newBarrier(particles + 1)
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
	b.await(particles)
	wg.Wait()
	return len(moved)
}

func main() {
	fmt.Println(simulate(3))
}
