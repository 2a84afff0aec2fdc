// Command logs merges the output of processes into one stream.
package main

import (
	"fmt"
	"sync"
)

type process struct {
	name   string
	output []string
	fails  bool
}

func (p process) follow() <-chan string {
	out := make(chan string)
	go func() {
		for _, line := range p.output {
			out <- p.name + ": " + line
		}
		if p.fails {
			return // cause
		}
		close(out) // cause
	}()
	return out
}

func merge(inputs ...<-chan string) <-chan string {
	var wg sync.WaitGroup
	merged := make(chan string)
	copyAll := func(in <-chan string) {
		defer wg.Done()
		for line := range in { // blocked cause
			merged <- line
		}
	}
	wg.Add(len(inputs))
	for _, in := range inputs {
		go copyAll(in)
	}
	go func() {
		wg.Wait() // blocked
		close(merged)
	}()
	return merged
}

func main() {
	web := process{"web", []string{"up", "down"}, false}
	db := process{"db", []string{"up", "crashed"}, true}
	n := 0
	for range merge(web.follow(), db.follow()) { // blocked
		n++
	}
	fmt.Println(n)
}
