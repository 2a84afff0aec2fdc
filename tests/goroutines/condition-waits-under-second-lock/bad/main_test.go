// Package raft applies entries while others propose.
package raft

import (
	"sync"
	"testing"
	"time"
)

type log struct {
	mu      sync.Mutex
	applied *sync.Cond
	index   int
}

type node struct {
	sync.Mutex
	log     *log
	pending int
}

func newNode() *node {
	l := &log{}
	l.applied = sync.NewCond(&l.mu)
	return &node{log: l}
}

func (l *log) waitFor(index int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.index < index {
		l.applied.Wait() // blocked
	}
}

func (l *log) advance() {
	l.mu.Lock()
	l.index++
	l.mu.Unlock()
	l.applied.Broadcast()
}

func (n *node) propose() {
	n.Lock()
	defer n.Unlock() // cause
	n.pending++
	n.log.waitFor(1)
}

func (n *node) apply() {
	n.Lock() // blocked
	defer n.Unlock()
	if n.pending > 0 {
		n.pending--
	}
	n.log.advance()
}

func TestPropose(t *testing.T) {
	n := newNode()
	go n.propose()
	time.Sleep(10 * time.Millisecond)
	n.apply() // cause
}
