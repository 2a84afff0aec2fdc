// Command metrics flushes counters to a sink in the background.
package main

import (
	"fmt"
	"sync"
)

type sample struct {
	name  string
	value int
}

type reporter struct {
	samples chan sample
	flushed chan struct{}
	wg      sync.WaitGroup
	total   int
}

func newReporter(buffer int) *reporter {
	r := &reporter{samples: make(chan sample, buffer), flushed: make(chan struct{})}
	r.wg.Add(1)
	go r.loop()
	return r
}

func (r *reporter) loop() {
	defer r.wg.Done()
	for s := range r.samples {
		r.total += s.value
	}
	r.flushed <- struct{}{}
}

func (r *reporter) Count(name string, value int) {
	r.samples <- sample{name: name, value: value}
}

func (r *reporter) Close() int {
	close(r.samples)
	<-r.flushed
	r.wg.Wait()
	return r.total
}

func main() {
	r := newReporter(4)
	r.Count("requests", 2)
	r.Count("requests", 3)
	fmt.Println(r.Close())
}
