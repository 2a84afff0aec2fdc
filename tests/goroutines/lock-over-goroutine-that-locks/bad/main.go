// Command stats computes a report in the background while it holds its lock.
package main

import (
	"fmt"
	"sync"
)

type stats struct {
	mu     sync.Mutex
	counts map[string]int
}

func (s *stats) Add(name string) {
	s.mu.Lock()
	s.counts[name]++
	s.mu.Unlock()
}

func (s *stats) sum() int {
	s.mu.Lock() // blocked cause
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.counts {
		n += c
	}
	return n
}

// Report freezes the counters until the report is written.
func (s *stats) Report() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := make(chan int)
	go func() { total <- s.sum() }() // cause
	names := len(s.counts)
	return fmt.Sprintf("%d names, %d events", names, <-total) // blocked cause
}

func main() {
	s := &stats{counts: make(map[string]int)}
	s.Add("login")
	s.Add("login")
	fmt.Println(s.Report())
}
