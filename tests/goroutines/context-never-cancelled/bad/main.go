// Command watch keeps a configuration fresh while a request is handled.
package main

import (
	"context"
	"fmt"
	"sync/atomic"
)

type config struct {
	version atomic.Int64
}

// follow bumps the version for every update until the context ends.
func (c *config) follow(ctx context.Context, updates <-chan int64) {
	for {
		select { // blocked
		case v := <-updates:
			c.version.Store(v)
		case <-ctx.Done(): // blocked
			return
		}
	}
}

func handle(c *config, request string) string {
	ctx, stop := context.WithCancel(context.Background()) // cause
	updates := make(chan int64)
	go c.follow(ctx, updates) // cause
	updates <- 7
	if request == "" {
		stop()
		return "empty"
	}
	return fmt.Sprintf("%s@%d", request, c.version.Load()) // cause
}

func main() {
	c := &config{}
	fmt.Println(handle(c, "status"))
}
