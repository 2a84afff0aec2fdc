// Package cache tells a hook what it throws away.
package cache

import (
	"sync"
	"testing"
)

type entry struct {
	key   string
	value int
}

type config struct {
	size    int
	onEvict func(key string, value int)
}

type cache struct {
	mu      sync.Mutex
	config  config
	entries []entry
}

func newCache(c config) *cache {
	return &cache{config: c}
}

func (c *cache) length() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

func (c *cache) put(key string, value int) {
	c.mu.Lock()
	c.entries = append(c.entries, entry{key, value})
	var oldest *entry
	if len(c.entries) > c.config.size {
		first := c.entries[0]
		oldest = &first
		c.entries = c.entries[1:]
	}
	c.mu.Unlock()
	if oldest != nil && c.config.onEvict != nil {
		c.config.onEvict(oldest.key, oldest.value)
	}
}

type metrics struct {
	cache   *cache
	evicted int
	left    int
}

func (m *metrics) evict(key string, value int) {
	m.evicted++
	m.left = m.cache.length()
}

func TestEviction(t *testing.T) {
	m := &metrics{}
	m.cache = newCache(config{size: 1, onEvict: m.evict})
	m.cache.put("a", 1)
	m.cache.put("b", 2)
	if m.evicted != 1 {
		t.Errorf("evicted %d", m.evicted)
	}
}
