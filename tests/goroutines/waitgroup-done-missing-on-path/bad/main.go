// Command thumbnails scales images in parallel.
package main

import (
	"errors"
	"fmt"
	"sync"
)

type image struct {
	name          string
	width, height int
}

func (i image) check() error {
	if i.width == 0 || i.height == 0 {
		return errors.New("empty image")
	}
	return nil
}

type scaler struct {
	mu     sync.Mutex
	failed []string
	scaled []string
}

func (s *scaler) scale(wg *sync.WaitGroup, img image) {
	if err := img.check(); err != nil {
		s.mu.Lock()
		s.failed = append(s.failed, img.name)
		s.mu.Unlock()
		return // cause
	}
	s.mu.Lock()
	s.scaled = append(s.scaled, img.name)
	s.mu.Unlock()
	wg.Done() // cause
}

func (s *scaler) all(images []image) {
	var wg sync.WaitGroup
	for _, img := range images {
		wg.Add(1) // cause
		go s.scale(&wg, img)
	}
	wg.Wait() // blocked
}

func main() {
	s := &scaler{}
	s.all([]image{{"cat", 10, 20}, {"void", 0, 0}})
	fmt.Println(len(s.scaled), "scaled", len(s.failed), "failed")
}
