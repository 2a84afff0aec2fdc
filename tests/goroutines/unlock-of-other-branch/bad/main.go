// Command cachelock reads under a read lock or writes under the lock, by a flag.
package main

import (
	"fmt"
	"sync"
)

type cache struct {
	mu     sync.RWMutex
	values map[string]string
}

// update calls f with the lock held, for reading or for writing.
func (c *cache) update(key string, write bool, f func(old string) string) string {
	if write {
		c.mu.Lock() // blocked cause
	} else {
		c.mu.RLock()
	}
	value := f(c.values[key])
	if write && value != "" {
		c.values[key] = value
		c.mu.Unlock() // cause
		return value
	}
	if !write {
		c.mu.RUnlock()
	}
	return value // cause
}

func main() {
	c := &cache{values: map[string]string{"a": "1"}}
	double := func(old string) string { return old + old }
	fmt.Println(c.update("a", true, double))
	fmt.Println(c.update("b", true, double))
	fmt.Println(c.update("a", true, double))
}
