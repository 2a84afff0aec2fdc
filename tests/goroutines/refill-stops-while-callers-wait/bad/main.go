// Command throttle hands out tokens at a steady rate.
package main

import (
	"fmt"
	"sync"
	"time"
)

type throttle struct {
	tokens chan struct{}
	stop   chan struct{}
}

func newThrottle(every time.Duration) *throttle {
	t := &throttle{tokens: make(chan struct{}), stop: make(chan struct{})}
	go t.refill(every)
	return t
}

func (t *throttle) refill(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-t.stop:
			return // cause
		}
		select {
		case t.tokens <- struct{}{}:
		case <-t.stop:
			return // cause
		}
	}
}

// Wait says whether the caller may go on.
func (t *throttle) Wait() bool {
	<-t.tokens // blocked cause
	return true
}

func main() {
	t := newThrottle(4 * time.Millisecond)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t.Wait()
		}()
	}
	time.Sleep(10 * time.Millisecond)
	close(t.stop) // cause
	wg.Wait()     // blocked
	fmt.Println("stopped")
}
