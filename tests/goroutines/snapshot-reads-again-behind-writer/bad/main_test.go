// Package catalog describes tables.
package catalog

import (
	"sync"
	"testing"
	"time"
)

type table struct {
	name   string
	parent string
}

type catalog struct {
	sync.RWMutex
	tables map[string]*table
}

func (c *catalog) lookup(name string) *table {
	c.RLock() // blocked
	defer c.RUnlock()
	return c.tables[name]
}

func (t *table) path(c *catalog) string {
	if t.parent == "" {
		return t.name
	}
	if p := c.lookup(t.parent); p != nil { // cause
		return p.name + "/" + t.name
	}
	return t.name
}

func (c *catalog) snapshot() []string {
	c.RLock()
	defer c.RUnlock()
	var paths []string
	for _, t := range c.tables {
		time.Sleep(10 * time.Millisecond)
		paths = append(paths, t.path(c))
	}
	return paths
}

func (c *catalog) drop(name string) {
	c.Lock() // blocked
	defer c.Unlock()
	delete(c.tables, name)
}

func TestDropDuringSnapshot(t *testing.T) {
	c := &catalog{tables: map[string]*table{
		"a": {name: "a", parent: "root"},
		"b": {name: "b", parent: "root"},
	}}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		c.snapshot()
	}()
	go func() {
		defer wg.Done()
		time.Sleep(5 * time.Millisecond)
		c.drop("a")
	}()
	wg.Wait() // blocked
}
