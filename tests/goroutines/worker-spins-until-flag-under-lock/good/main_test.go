// Package refresh has a worker that is stopped by a flag and a channel.
package refresh

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type refresher struct {
	stopped atomic.Bool
	mu      sync.Mutex
	values  map[string]int
	updates chan string
	wg      sync.WaitGroup
}

func (r *refresher) run() {
	defer r.wg.Done()
	for !r.stopped.Load() {
		select {
		case key := <-r.updates:
			r.mu.Lock()
			r.values[key]++
			r.mu.Unlock()
		case <-time.After(time.Millisecond):
		}
	}
}

func (r *refresher) stop() {
	r.stopped.Store(true)
	r.wg.Wait()
}

func TestUpdateAfterStop(t *testing.T) {
	r := &refresher{values: map[string]int{}, updates: make(chan string)}
	r.wg.Add(1)
	go r.run()
	r.updates <- "a"
	r.stop()
	select {
	case r.updates <- "b":
	default:
	}
}
