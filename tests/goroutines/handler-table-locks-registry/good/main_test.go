// Package mux has handlers by name.
package mux

import (
	"sync"
	"testing"
)

type handler func(name string) string

type registry struct {
	sync.RWMutex
	handlers map[string]handler
}

func (r *registry) register(name string, h handler) {
	r.Lock()
	defer r.Unlock()
	r.handlers[name] = h
}

func (r *registry) dispatch(name string) string {
	r.RLock()
	h, ok := r.handlers[name]
	r.RUnlock()
	if !ok {
		return ""
	}
	return h(name)
}

func TestDispatch(t *testing.T) {
	r := &registry{handlers: map[string]handler{}}
	r.register("once", func(name string) string {
		r.register("again", nil)
		return name
	})
	if got := r.dispatch("once"); got != "once" {
		t.Errorf("got %q", got)
	}
}
