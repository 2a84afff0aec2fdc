// Command partition splits rows into channels, one for each key, and closes those it has filled.
package main

import (
	"fmt"
	"sync"
)

type row struct {
	key   string
	value int
}

func sum(in <-chan row, total *int, wg *sync.WaitGroup) {
	defer wg.Done()
	for r := range in {
		*total += r.value
	}
}

func partition(keys []string, rows []row) map[string]int {
	var wg sync.WaitGroup
	streams := make(map[string]chan row)
	totals := make(map[string]*int)
	for _, key := range keys {
		streams[key], totals[key] = make(chan row, len(rows)), new(int)
		wg.Add(1)
		go sum(streams[key], totals[key], &wg)
	}
	for _, r := range rows {
		streams[r.key] <- r
	}
	for _, stream := range streams {
		close(stream)
	}
	wg.Wait()
	result := make(map[string]int)
	for key, total := range totals {
		result[key] = *total
	}
	return result
}

func main() {
	fmt.Println(partition([]string{"a", "b"}, []row{{"a", 1}, {"a", 2}}))
}
