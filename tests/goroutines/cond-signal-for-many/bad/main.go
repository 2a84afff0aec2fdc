// Command gate holds requests back until the configuration is loaded.
package main

import (
	"fmt"
	"sync"
	"time"
)

type gate struct {
	mu     sync.Mutex
	opened sync.Cond
	ready  bool
	passed int
}

func newGate() *gate {
	g := &gate{}
	g.opened.L = &g.mu
	return g
}

func (g *gate) Pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.ready {
		g.opened.Wait() // blocked
	}
	g.passed++
}

func (g *gate) Open() {
	g.mu.Lock()
	g.ready = true
	g.mu.Unlock()
	g.opened.Signal() // cause
}

func main() {
	g := newGate()
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			g.Pass()
		}()
	}
	time.Sleep(5 * time.Millisecond)
	g.Open()
	wg.Wait() // blocked
	fmt.Println(g.passed)
}
