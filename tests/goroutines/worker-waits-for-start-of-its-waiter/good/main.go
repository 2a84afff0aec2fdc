// Command bench starts clients that wait for a common start signal.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type benchmark struct {
	start    chan struct{}
	ready    sync.WaitGroup
	finished sync.WaitGroup
	requests atomic.Int64
}

func (b *benchmark) client(requests int) {
	defer b.finished.Done()
	b.ready.Done()
	<-b.start
	for range requests {
		b.requests.Add(1)
	}
}

func (b *benchmark) run(clients int) int64 {
	b.ready.Add(clients)
	b.finished.Add(clients)
	for range clients {
		go b.client(10)
	}
	b.ready.Wait()
	close(b.start)
	b.finished.Wait()
	return b.requests.Load()
}

func main() {
	b := &benchmark{start: make(chan struct{})}
	fmt.Println(b.run(3))
}
