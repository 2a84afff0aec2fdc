// Command scan limits the connections to a host.
package main

import (
	"errors"
	"fmt"
)

var errRefused = errors.New("connection refused")

type scanner struct {
	slots chan struct{}
	open  map[int]bool
}

func (s *scanner) dial(port int) error {
	s.slots <- struct{}{} // blocked cause
	if !s.open[port] {
		return fmt.Errorf("port %d: %w", port, errRefused) // cause
	}
	<-s.slots
	return nil
}

func (s *scanner) Scan(ports ...int) (open []int) {
	for _, port := range ports {
		if err := s.dial(port); err == nil {
			open = append(open, port)
		}
	}
	return open
}

func main() {
	s := &scanner{slots: make(chan struct{}, 2), open: map[int]bool{80: true}}
	fmt.Println(s.Scan(22, 23, 80))
}
