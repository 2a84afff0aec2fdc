// Command recorder writes frames until it is told to stop.
package main

import (
	"fmt"
	"sync"
)

type recorder struct {
	frames chan int
	stop   chan bool
	wg     sync.WaitGroup
	total  int
}

func (r *recorder) loop() {
	defer r.wg.Done()
	for {
		select {
		case n := <-r.frames:
			r.total += n
		case <-r.stop:
			return
		}
	}
}

func record(sizes []int) int {
	r := &recorder{frames: make(chan int), stop: make(chan bool)}
	r.wg.Add(1)
	go r.loop()
	for _, n := range sizes {
		r.frames <- n
	}
	r.stop <- true
	r.wg.Wait()
	return r.total
}

func main() {
	fmt.Println(record([]int{100, 200}))
}
