// Command chat has a hub and clients; each locks itself and calls the other.
package main

import (
	"fmt"
	"sync"
	"time"
)

type hub struct {
	sync.Mutex
	clients map[*client]bool
}

type client struct {
	sync.Mutex
	hub    *hub
	inbox  []string
	closed bool
}

func (h *hub) Broadcast(text string) {
	h.Lock()
	defer h.Unlock()
	for c := range h.clients {
		time.Sleep(5 * time.Millisecond)
		c.push(text)
	}
}

func (h *hub) forget(c *client) {
	h.Lock()
	defer h.Unlock()
	delete(h.clients, c)
}

func (c *client) push(text string) {
	c.Lock()
	defer c.Unlock()
	if !c.closed {
		c.inbox = append(c.inbox, text)
	}
}

func (c *client) Close() {
	c.Lock()
	c.closed = true
	c.Unlock()
	time.Sleep(5 * time.Millisecond)
	c.hub.forget(c)
}

func main() {
	h := &hub{clients: make(map[*client]bool)}
	c := &client{hub: h}
	h.clients[c] = true
	done := make(chan struct{})
	go func() {
		h.Broadcast("hello")
		close(done)
	}()
	c.Close()
	<-done
	fmt.Println(len(h.clients))
}
