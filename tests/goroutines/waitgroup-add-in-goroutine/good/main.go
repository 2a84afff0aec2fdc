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
		wg.Add(1)
		go func() {
			keys := s.open()
			defer wg.Done()
			counts <- len(keys)
		}()
	}
	finished := make(chan struct{})
	go func() {
		wg.Wait()
		close(finished)
	}()
	total := 0
	for {
		select {
		case n := <-counts:
			total += n
		case <-finished:
			return total
		}
	}
}

func main() {
	fmt.Println(count([]shard{{1, []string{"a"}}, {2, []string{"b", "c"}}}) >= 0)
}
