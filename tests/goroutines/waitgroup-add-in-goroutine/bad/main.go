// Command collect merges the answers of shards; it stops listening when the group is done.
package main

import (
	"fmt"
	"sync"
	"time"
)

type shard struct {
	id   int
	keys []string
}

func (s shard) open() []string {
	time.Sleep(3 * time.Millisecond)
	return s.keys
}

func count(shards []shard) int {
	var wg sync.WaitGroup
	counts := make(chan int)
	for _, s := range shards {
		go func() {
			keys := s.open()
			wg.Add(1) // cause
			defer wg.Done()
			counts <- len(keys) // blocked
		}()
	}
	finished := make(chan struct{})
	go func() {
		wg.Wait() // cause
		close(finished)
	}()
	total := 0
	for {
		select {
		case n := <-counts:
			total += n
		case <-finished:
			return total // cause
		}
	}
}

func main() {
	fmt.Println(count([]shard{{1, []string{"a"}}, {2, []string{"b", "c"}}}) >= 0)
}
