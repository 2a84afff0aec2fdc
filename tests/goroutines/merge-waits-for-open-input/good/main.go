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
		defer close(out)
		for _, line := range p.output {
			out <- p.name + ": " + line
		}
	}()
	return out
}

func merge(inputs ...<-chan string) <-chan string {
	var wg sync.WaitGroup
	merged := make(chan string)
	copyAll := func(in <-chan string) {
		defer wg.Done()
		for line := range in {
			merged <- line
		}
	}
	wg.Add(len(inputs))
	for _, in := range inputs {
		go copyAll(in)
	}
	go func() {
		wg.Wait()
		close(merged)
	}()
	return merged
}

func main() {
	web := process{"web", []string{"up", "down"}, false}
	db := process{"db", []string{"up", "crashed"}, true}
	n := 0
	for range merge(web.follow(), db.follow()) {
		n++
	}
	fmt.Println(n)
}
