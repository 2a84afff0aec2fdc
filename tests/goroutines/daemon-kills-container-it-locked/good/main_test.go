// Package daemon manages containers that embed their lock.
package daemon

import (
	"errors"
	"sync"
	"testing"
)

type container struct {
	sync.Mutex
	id      string
	running bool
	exited  chan struct{}
}

type daemon struct {
	containers map[string]*container
	kills      int
}

var errNotFound = errors.New("no such container")

func (d *daemon) get(id string) (*container, error) {
	c, ok := d.containers[id]
	if !ok {
		return nil, errNotFound
	}
	return c, nil
}

func (d *daemon) kill(c *container) {
	c.Lock()
	defer c.Unlock()
	if c.running {
		c.running = false
		d.kills++
		close(c.exited)
	}
}

func (d *daemon) remove(id string, force bool) error {
	c, err := d.get(id)
	if err != nil {
		return err
	}
	c.Lock()
	running := c.running
	c.Unlock()
	if running && force {
		d.kill(c)
		<-c.exited
	}
	delete(d.containers, id)
	return nil
}

func TestRemove(t *testing.T) {
	d := &daemon{containers: map[string]*container{}}
	d.containers["web"] = &container{id: "web", running: true, exited: make(chan struct{})}
	if err := d.remove("web", true); err != nil {
		t.Fatal(err)
	}
}
