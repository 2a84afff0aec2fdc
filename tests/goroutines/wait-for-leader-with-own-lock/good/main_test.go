// Package election tells who leads.
package election

import (
	"sync"
	"testing"
	"time"
)

type member struct {
	mu     sync.Mutex
	leader string
	ready  chan struct{}
	once   sync.Once
}

func (m *member) setLeader(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leader = name
	m.once.Do(func() { close(m.ready) })
}

func (m *member) campaign(name string) {
	go m.setLeader(name)
}

func (m *member) waitLeader() string {
	<-m.ready
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.leader
}

func TestLeader(t *testing.T) {
	m := &member{ready: make(chan struct{})}
	done := make(chan string)
	go func() { done <- m.waitLeader() }()
	time.Sleep(5 * time.Millisecond)
	m.campaign("a")
	if got := <-done; got != "a" {
		t.Errorf("leader is %q", got)
	}
}
