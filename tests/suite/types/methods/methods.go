package methods

import (
	"io"
	"sync"
)

type store struct {
	sync.Mutex
	inner struct{ lock sync.RWMutex }
	ID    int `json:"id"`
}

type logged struct {
	*store
	io.ReadCloser
}

type own struct{}

func (own) Lock() {}

func (own) Close() error { return nil }

func f(s *store, l logged, o own, rc io.ReadCloser, c io.Closer, any sync.Locker) {
	s.Lock()
	s.inner.lock.Lock()
	l.Lock()
	o.Lock()
	any.Lock()
	rc.Close()
	c.Close()
	l.Close()
	o.Close()
	run := s.Unlock
	run()
	_ = own.Close
	_ = l.ID
	io.Pipe()
	func() {}()
}
