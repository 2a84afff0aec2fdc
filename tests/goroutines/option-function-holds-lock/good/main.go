// Command dialer is configured by options that change it under its lock.
package main

import (
	"fmt"
	"sync"
	"time"
)

type dialer struct {
	mu      sync.Mutex
	timeout time.Duration
	retries int
}

type option func(*dialer)

func withTimeout(d time.Duration) option {
	return func(x *dialer) { x.timeout = d }
}

func withRetries(n int) option {
	return func(x *dialer) { x.retries = n }
}

// Configure applies all options at once.
func (x *dialer) Configure(options ...option) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, apply := range options {
		apply(x)
	}
}

func main() {
	x := new(dialer)
	x.Configure(withRetries(3))
	x.Configure(withTimeout(time.Second), withRetries(1))
	fmt.Println(x.timeout, x.retries)
}
