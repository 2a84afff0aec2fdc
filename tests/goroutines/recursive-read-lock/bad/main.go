// Command routes answers lookups while a reload replaces the table.
package main

import (
	"fmt"
	"sync"
	"time"
)

type table struct {
	mu      sync.RWMutex
	hosts   map[string]string
	aliases map[string]string
}

func (t *table) alias(name string) string {
	t.mu.RLock() // blocked cause
	defer t.mu.RUnlock()
	if to, ok := t.aliases[name]; ok {
		return to
	}
	return name
}

func (t *table) Lookup(name string) string {
	t.mu.RLock() // cause
	defer t.mu.RUnlock()
	time.Sleep(10 * time.Millisecond) // the name is normalised
	return t.hosts[t.alias(name)]     // cause
}

func (t *table) Reload(hosts map[string]string) {
	t.mu.Lock() // blocked
	defer t.mu.Unlock()
	t.hosts = hosts
}

func main() {
	t := &table{
		hosts:   map[string]string{"db": "10.0.0.1"},
		aliases: map[string]string{"database": "db"},
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		time.Sleep(3 * time.Millisecond)
		t.Reload(map[string]string{"db": "10.0.0.2"})
	}()
	fmt.Println(t.Lookup("database"))
	<-done
}
