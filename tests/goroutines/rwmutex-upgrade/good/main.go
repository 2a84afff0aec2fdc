// Command catalog caches product pages; a miss fills the cache.
package main

import (
	"fmt"
	"sync"
)

type catalog struct {
	mu    sync.RWMutex
	pages map[int]string
	loads int
}

func (c *catalog) load(id int) string {
	c.loads++
	return fmt.Sprintf("product %d", id)
}

func (c *catalog) fill(id int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if text, ok := c.pages[id]; ok {
		return text
	}
	text := c.load(id)
	c.pages[id] = text
	return text
}

func (c *catalog) Page(id int) string {
	c.mu.RLock()
	text, ok := c.pages[id]
	c.mu.RUnlock()
	if ok {
		return text
	}
	return c.fill(id)
}

func main() {
	c := &catalog{pages: map[int]string{1: "product 1"}}
	fmt.Println(c.Page(1), c.Page(2))
}
