// Command saver writes a document when it is asked to, and answers when it is written.
package main

import (
	"fmt"
	"time"
)

type saver struct {
	requests chan struct{}
	saved    chan int
	version  int
}

func (s *saver) loop() {
	for range s.requests { // blocked
		time.Sleep(3 * time.Millisecond)
		s.version++
		s.saved <- s.version
	}
}

// Save waits until the document is written.
func (s *saver) Save() int {
	select {
	case s.requests <- struct{}{}:
	default: // cause
	}
	return <-s.saved // blocked cause
}

func main() {
	s := &saver{requests: make(chan struct{}), saved: make(chan int)} // cause
	time.Sleep(time.Millisecond)
	go s.loop()
	fmt.Println(s.Save())
	close(s.requests)
}
