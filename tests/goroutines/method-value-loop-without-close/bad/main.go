// Command printer queues documents for a printer that runs as a method value.
package main

import (
	"fmt"
	"sync"
)

type printer struct {
	jobs  chan string
	mu    sync.Mutex
	pages int
}

func (p *printer) loop() {
	for job := range p.jobs { // blocked cause
		p.mu.Lock()
		p.pages += 1 + len(job)/10
		p.mu.Unlock()
	}
}

func background(f func()) { go f() }

func (p *printer) Pages() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pages
}

func office(documents []string) int {
	p := &printer{jobs: make(chan string)} // cause
	background(p.loop)                     // cause
	for _, d := range documents {
		p.jobs <- d
	}
	return p.Pages() // cause
}

func main() {
	fmt.Println(office([]string{"letter", "a long report"}) >= 0)
}
