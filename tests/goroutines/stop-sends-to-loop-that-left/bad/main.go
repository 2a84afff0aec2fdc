// Command consumer reads a stream; Stop asks the loop to end.
package main

import (
	"errors"
	"fmt"
	"time"
)

var errStream = errors.New("stream reset")

type stream struct{ chunks []string }

func (s *stream) next() (string, error) {
	if len(s.chunks) == 0 {
		return "", errStream
	}
	chunk := s.chunks[0]
	s.chunks = s.chunks[1:]
	return chunk, nil
}

type consumer struct {
	source *stream
	stop   chan struct{}
	failed error
}

func (c *consumer) loop() {
	for {
		select {
		case <-c.stop:
			return
		default:
		}
		if _, err := c.source.next(); err != nil {
			c.failed = err
			return // cause
		}
	}
}

// Stop ends the loop.
func (c *consumer) Stop() {
	c.stop <- struct{}{} // blocked cause
}

func main() {
	c := &consumer{source: &stream{[]string{"a", "b"}}, stop: make(chan struct{})}
	go c.loop()
	time.Sleep(5 * time.Millisecond)
	c.Stop()
	fmt.Println("stopped")
}
