// Command preview renders thumbnails ahead of time; the page may be left before they are ready.
package main

import (
	"errors"
	"fmt"
	"time"
)

// future is a value that is being computed.
type future[T any] struct {
	value chan T
	fail  chan error
}

func async[T any](f func() (T, error)) *future[T] {
	p := &future[T]{value: make(chan T), fail: make(chan error)} // cause
	go p.compute(f)
	return p
}

func (p *future[T]) compute(f func() (T, error)) {
	v, err := f()
	if err != nil {
		p.fail <- err // blocked
		return
	}
	p.value <- v // blocked
}

func (p *future[T]) get(patience <-chan time.Time) (T, error) {
	var zero T
	select {
	case v := <-p.value:
		return v, nil
	case err := <-p.fail:
		return zero, err
	case <-patience: // cause
		return zero, errors.New("not ready")
	}
}

func main() {
	quick := async(func() (int, error) { return 1, nil })
	fmt.Println(quick.get(time.After(time.Second)))
	slow := async(func() (string, error) { time.Sleep(20 * time.Millisecond); return "image", nil })
	fmt.Println(slow.get(time.After(2 * time.Millisecond)))
}
