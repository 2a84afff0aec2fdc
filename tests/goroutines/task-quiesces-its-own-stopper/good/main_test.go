// Package stop lets a server end when its tasks are done.
package stop

import (
	"sync"
	"testing"
)

type stopper struct {
	mu struct {
		sync.Mutex
		quiesce  *sync.Cond
		draining bool
		tasks    int
	}
	stopped chan struct{}
}

func newStopper() *stopper {
	s := &stopper{stopped: make(chan struct{})}
	s.mu.quiesce = sync.NewCond(&s.mu)
	return s
}

func (s *stopper) runTask(f func()) bool {
	s.mu.Lock()
	if s.mu.draining {
		s.mu.Unlock()
		return false
	}
	s.mu.tasks++
	s.mu.Unlock()
	defer s.finish()
	f()
	return true
}

func (s *stopper) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.tasks--
	s.mu.quiesce.Broadcast()
}

func (s *stopper) quiesce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.draining = true
	for s.mu.tasks > 0 {
		s.mu.quiesce.Wait()
	}
}

func (s *stopper) stop() {
	s.quiesce()
	close(s.stopped)
}

func TestStopFromTask(t *testing.T) {
	s := newStopper()
	s.runTask(func() {
		t.Log("shutting down")
		go s.stop()
	})
	<-s.stopped
}
