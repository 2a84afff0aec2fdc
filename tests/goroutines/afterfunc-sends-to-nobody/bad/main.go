// Command lease expires leases with timers and tells the owner's goroutine.
package main

import (
	"fmt"
	"sync"
	"time"
)

type owner struct {
	expired chan string
	stopped chan struct{}
	wg      sync.WaitGroup
	gone    []string
}

func newOwner() *owner {
	o := &owner{expired: make(chan string), stopped: make(chan struct{})}
	o.wg.Add(1)
	go o.loop()
	return o
}

func (o *owner) loop() {
	defer o.wg.Done()
	for {
		select {
		case name := <-o.expired:
			o.gone = append(o.gone, name)
		case <-o.stopped:
			return // cause
		}
	}
}

func (o *owner) Lease(name string, ttl time.Duration) {
	time.AfterFunc(ttl, func() {
		o.expired <- name // blocked
	})
}

func (o *owner) Close() int {
	close(o.stopped) // cause
	o.wg.Wait()
	return len(o.gone)
}

func main() {
	o := newOwner()
	o.Lease("short", time.Millisecond)
	o.Lease("long", 30*time.Millisecond)
	time.Sleep(10 * time.Millisecond)
	fmt.Println(o.Close())
}
