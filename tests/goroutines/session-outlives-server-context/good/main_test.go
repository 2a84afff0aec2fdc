// Package session runs loops that live as long as their server.
package session

import (
	"context"
	"sync"
	"testing"
)

type session struct {
	ctx    context.Context
	cancel context.CancelFunc
	reads  chan string
	done   chan struct{}
}

func newSession(parent context.Context) *session {
	ctx, cancel := context.WithCancel(parent)
	s := &session{ctx: ctx, cancel: cancel, reads: make(chan string), done: make(chan struct{})}
	go s.loop()
	return s
}

func (s *session) loop() {
	defer close(s.done)
	for {
		select {
		case line := <-s.reads:
			if line == "quit" {
				return
			}
		case <-s.ctx.Done():
			return
		}
	}
}

type server struct {
	mu       sync.Mutex
	sessions []*session
	ctx      context.Context
	stop     context.CancelFunc
}

func newServer() *server {
	ctx, cancel := context.WithCancel(context.Background())
	return &server{ctx: ctx, stop: cancel}
}

func (s *server) accept() *session {
	one := newSession(s.ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions = append(s.sessions, one)
	return one
}

func (s *server) close() {
	s.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.sessions {
		<-one.done
	}
}

func TestClose(t *testing.T) {
	s := newServer()
	one := s.accept()
	one.reads <- "hello"
	s.close()
}
