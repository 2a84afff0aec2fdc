// Command sweep deletes what has expired, bucket by bucket.
package main

import (
	"fmt"
	"sync"
)

type bucket struct {
	mu     sync.Mutex
	expiry map[string]int
	pinned bool
}

type cache struct{ buckets []*bucket }

func (c *cache) Sweep(now int) int {
	n := 0
	for _, b := range c.buckets {
		b.mu.Lock() // blocked cause
		if b.pinned {
			continue // cause
		}
		for key, until := range b.expiry {
			if until < now {
				delete(b.expiry, key)
				n++
			}
		}
		b.mu.Unlock()
	}
	return n
}

func main() {
	c := &cache{buckets: []*bucket{
		{expiry: map[string]int{"a": 1, "b": 9}},
		{expiry: map[string]int{"c": 1}, pinned: true},
	}}
	for now := 2; now < 12; now += 8 {
		fmt.Println(c.Sweep(now))
	}
}
