// Command plugins calls hooks of third parties and survives their panics.
package main

import (
	"fmt"
	"sync"
)

type hook struct {
	name string
	call func() int
}

type host struct {
	mu     sync.Mutex
	failed []string
	wg     sync.WaitGroup
}

func (h *host) guard(name string) {
	if r := recover(); r != nil {
		h.mu.Lock()
		h.failed = append(h.failed, fmt.Sprint(name, ": ", r))
		h.mu.Unlock()
	}
}

func (h *host) run(one hook, result *int) {
	defer h.guard(one.name)
	*result = one.call()
	h.wg.Done() // cause
}

func (h *host) runAll(hooks []hook) []int {
	results := make([]int, len(hooks))
	h.wg.Add(len(hooks)) // cause
	for i, one := range hooks {
		go h.run(one, &results[i])
	}
	h.wg.Wait() // blocked
	return results
}

func main() {
	h := &host{}
	var none map[string]int
	results := h.runAll([]hook{
		{"good", func() int { return 1 }},
		{"bad", func() int { none["x"] = 1; return 2 }},
	})
	fmt.Println(results, h.failed)
}
