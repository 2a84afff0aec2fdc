// Command config announces that it is loaded by a message; who asks late hears nothing.
package main

import (
	"fmt"
	"sync"
	"time"
)

type config struct {
	loaded chan bool
	mu     sync.Mutex
	values map[string]string
}

func (c *config) load(readers int) {
	c.mu.Lock()
	c.values["mode"] = "fast"
	c.mu.Unlock()
	for range readers {
		select {
		case c.loaded <- true:
		case <-time.After(2 * time.Millisecond): // cause
		}
	}
}

func (c *config) Get(key string) string {
	<-c.loaded // blocked cause
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.values[key]
}

func main() {
	c := &config{loaded: make(chan bool), values: make(map[string]string)}
	go c.load(2)
	fmt.Println(c.Get("mode"))
	time.Sleep(10 * time.Millisecond)
	fmt.Println(c.Get("mode"))
}
