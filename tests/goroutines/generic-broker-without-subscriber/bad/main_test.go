// Package broker passes messages of any type.
package broker

import (
	"testing"
	"time"
)

type broker[T any] struct {
	publish     chan T
	subscribe   chan chan T
	unsubscribe chan chan T
	stop        chan struct{}
}

func start[T any]() *broker[T] {
	b := &broker[T]{
		publish:     make(chan T, 1),
		subscribe:   make(chan chan T, 1),
		unsubscribe: make(chan chan T, 1),
		stop:        make(chan struct{}),
	}
	go b.run()
	return b
}

func (b *broker[T]) run() {
	subscribers := map[chan T]struct{}{}
	for {
		select {
		case <-b.stop:
			return
		case one := <-b.subscribe:
			subscribers[one] = struct{}{}
		case one := <-b.unsubscribe:
			delete(subscribers, one)
		case message := <-b.publish:
			for one := range subscribers {
				one <- message // blocked cause
			}
		}
	}
}

func TestPublish(t *testing.T) {
	b := start[int]()
	one := make(chan int)
	b.subscribe <- one
	time.Sleep(5 * time.Millisecond)
	b.publish <- 1
	time.Sleep(5 * time.Millisecond)
	close(b.stop)
}
