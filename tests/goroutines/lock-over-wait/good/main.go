// Command compact merges segments in parallel and swaps them in at once.
package main

import (
	"fmt"
	"sync"
)

type segment struct{ size int }

type storage struct {
	mu       sync.Mutex
	segments []*segment
	merged   int
}

func (s *storage) merge(one *segment, wg *sync.WaitGroup) {
	defer wg.Done()
	size := one.size * 2
	s.mu.Lock()
	s.merged += size
	s.mu.Unlock()
}

func (s *storage) Compact() int {
	var wg sync.WaitGroup
	s.mu.Lock()
	for _, one := range s.segments {
		wg.Add(1)
		go s.merge(one, &wg)
	}
	s.mu.Unlock()
	wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments = s.segments[:0]
	return s.merged
}

func main() {
	s := &storage{segments: []*segment{{1}, {2}, {3}}}
	fmt.Println(s.Compact())
}
