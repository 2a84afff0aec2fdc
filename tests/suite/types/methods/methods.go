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
	s.Lock() // want promoted "Lock" locks "s\.Lock" named "sync\.Mutex\.Lock"
	s.inner.lock.Lock() // want fields "s\.inner of example\.com/suite/methods" fields "s\.inner\.lock of example\.com/suite/methods" locks "s\.inner\.lock\.Lock" named "sync\.RWMutex\.Lock"
	l.Lock() // want promoted "Lock" locks "l\.Lock" named "sync\.Mutex\.Lock"
	o.Lock() // want named "example\.com/suite/methods\.own\.Lock"
	any.Lock() // want dynamic "any\.Lock" locks "any\.Lock" named "sync\.Locker\.Lock"
	rc.Close() // want closes "rc\.Close" dynamic "rc\.Close" named "io\.Closer\.Close"
	c.Close() // want closes "c\.Close" dynamic "c\.Close" named "io\.Closer\.Close"
	l.Close() // want promoted "Close" closes "l\.Close" dynamic "l\.Close" named "io\.Closer\.Close"
	o.Close() // want named "example\.com/suite/methods\.own\.Close"
	run := s.Unlock // want promoted "Unlock" values "s\.Unlock"
	run() // want named ""
	_ = own.Close // want values "own\.Close"
	_ = l.ID // want fields "l\.ID of example\.com/suite/methods" promoted "ID" tagged "l\.ID"
	io.Pipe() // want named "io\.Pipe"
	func() {}() // want named ""
}
