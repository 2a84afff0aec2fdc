// Package watch sends events to watchers.
package watch

import (
	"sync"
	"testing"
)

type event struct {
	name string
}

type watcher struct {
	id      int
	result  chan event
	stopped chan struct{}
	owner   *broadcaster
	once    sync.Once
}

type broadcaster struct {
	lock     sync.Mutex
	watchers map[int]*watcher
	next     int
	incoming chan event
	running  sync.WaitGroup
}

func newBroadcaster(length int) *broadcaster {
	b := &broadcaster{
		watchers: map[int]*watcher{},
		incoming: make(chan event, length),
	}
	b.running.Add(1)
	go b.loop()
	return b
}

func (b *broadcaster) watch() *watcher {
	b.lock.Lock()
	defer b.lock.Unlock()
	id := b.next
	b.next++
	w := &watcher{id: id, result: make(chan event, 1), stopped: make(chan struct{}), owner: b}
	b.watchers[id] = w
	return w
}

func (b *broadcaster) loop() {
	defer b.running.Done()
	for e := range b.incoming {
		b.distribute(e)
	}
}

func (b *broadcaster) distribute(e event) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, w := range b.watchers {
		select {
		case w.result <- e:
		case <-w.stopped:
		}
	}
}

func (b *broadcaster) shutdown() {
	close(b.incoming)
	b.running.Wait()
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, w := range b.watchers {
		w.once.Do(func() { close(w.stopped) })
	}
}

func TestShutdown(t *testing.T) {
	b := newBroadcaster(2)
	w := b.watch()
	b.incoming <- event{name: "added"}
	b.shutdown()
	<-w.stopped
}
