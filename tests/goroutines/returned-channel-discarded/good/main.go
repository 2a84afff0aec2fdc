// Command warmup loads a cache; it says on a channel when it is done, but nobody listens.
package main

import (
	"fmt"
	"sync"
)

type cache struct {
	mu      sync.Mutex
	entries map[string]string
}

// Warm loads keys and then sends how many there are.
func (c *cache) Warm(keys []string) <-chan int {
	loaded := make(chan int)
	go func() {
		c.mu.Lock()
		for _, k := range keys {
			c.entries[k] = "value of " + k
		}
		n := len(c.entries)
		c.mu.Unlock()
		loaded <- n
	}()
	return loaded
}

func main() {
	c := &cache{entries: make(map[string]string)}
	<-c.Warm([]string{"a", "b"})
	more := c.Warm([]string{"c"})
	fmt.Println(<-more > 0)
}
