// Command migrate applies the steps of a batch in parallel, batch after batch.
package main

import (
	"fmt"
	"sync"
)

type step struct {
	table string
	rows  int
}

type migration struct {
	mu   sync.Mutex
	rows map[string]int
}

func (m *migration) apply(s step) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[s.table] += s.rows
}

func (m *migration) batch(steps []step) {
	var group sync.WaitGroup
	group.Add(len(steps))
	for _, s := range steps {
		go func() {
			defer group.Done()
			m.apply(s)
		}()
	}
	group.Wait()
}

func main() {
	m := &migration{rows: make(map[string]int)}
	m.batch([]step{{"users", 3}, {"orders", 5}, {"users", 1}})
	fmt.Println(m.rows["users"], m.rows["orders"])
}
