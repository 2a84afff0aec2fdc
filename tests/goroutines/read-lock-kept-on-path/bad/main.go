// Command flags reads feature flags while an operator flips them.
package main

import (
	"fmt"
	"sync"
)

type flags struct {
	sync.RWMutex
	on       map[string]bool
	fallback bool
}

func (f *flags) Enabled(name string) bool {
	f.RLock() // cause
	on, known := f.on[name]
	if known {
		f.RUnlock()
		return on
	}
	return f.fallback // cause
}

func (f *flags) Flip(name string) {
	f.Lock() // blocked
	f.on[name] = !f.on[name]
	f.Unlock()
}

func main() {
	f := &flags{on: map[string]bool{"beta": true}}
	fmt.Println(f.Enabled("beta"), f.Enabled("gamma"))
	f.Flip("gamma")
	fmt.Println(f.Enabled("gamma"))
}
