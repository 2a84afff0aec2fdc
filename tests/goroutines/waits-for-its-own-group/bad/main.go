// Command spider visits links; each visit waits for all the others before it reports.
package main

import (
	"fmt"
	"sync"
)

type spider struct {
	wg      sync.WaitGroup
	mu      sync.Mutex
	links   map[string][]string
	visited map[string]bool
}

func (s *spider) visit(url string) {
	defer s.wg.Done()
	s.mu.Lock()
	seen := s.visited[url]
	s.visited[url] = true
	s.mu.Unlock()
	if seen {
		return
	}
	for _, link := range s.links[url] {
		s.wg.Add(1)
		go s.visit(link)
	}
	s.wg.Wait() // blocked cause
}

func (s *spider) Crawl(url string) int {
	s.wg.Add(1)
	go s.visit(url)
	s.wg.Wait() // blocked
	return len(s.visited)
}

func main() {
	s := &spider{
		links:   map[string][]string{"/": {"/a", "/b"}, "/a": {"/"}},
		visited: make(map[string]bool),
	}
	fmt.Println(s.Crawl("/"))
}
