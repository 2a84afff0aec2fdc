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
		select {
		case v := <-updates:
			c.version.Store(v)
		case <-ctx.Done():
			return
		}
	}
}

func handle(c *config, request string) string {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	updates := make(chan int64)
	go c.follow(ctx, updates)
	updates <- 7
	if request == "" {
		return "empty"
	}
	return fmt.Sprintf("%s@%d", request, c.version.Load())
}

func main() {
	c := &config{}
	fmt.Println(handle(c, "status"))
}
