// Package compaction waits for a flush that needs the lock of the waiter.
package compaction

import (
	"sync"
	"testing"
	"time"
)

type flusher interface {
	flush(done chan<- struct{})
}

type memtable struct {
	db *database
}

func (m *memtable) flush(done chan<- struct{}) {
	m.db.mu.Lock() // blocked
	defer m.db.mu.Unlock()
	m.db.flushed++
	close(done)
}

type database struct {
	mu      sync.Mutex
	flushed int
	active  flusher
	compact chan struct{}
}

func openDatabase() *database {
	db := &database{compact: make(chan struct{}, 1)}
	db.active = &memtable{db: db}
	return db
}

func (db *database) rotate() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	done := make(chan struct{})
	go db.active.flush(done)
	<-done // blocked cause
	return db.flushed
}

func TestRotate(t *testing.T) {
	db := openDatabase()
	result := make(chan int, 1)
	go func() { result <- db.rotate() }()
	select {
	case n := <-result:
		t.Log(n)
	case <-time.After(100 * time.Millisecond):
		t.Log("no result")
	}
}
