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
	for range s.requests {
		time.Sleep(3 * time.Millisecond)
		s.version++
		s.saved <- s.version
	}
}

// Save waits until the document is written.
func (s *saver) Save() int {
	s.requests <- struct{}{}
	return <-s.saved
}

func main() {
	s := &saver{requests: make(chan struct{}), saved: make(chan int)}
	time.Sleep(time.Millisecond)
	go s.loop()
	fmt.Println(s.Save())
	close(s.requests)
}
