// Command relay forwards datagrams until its context ends.
package main

import (
	"context"
	"fmt"
	"sync"
)

type relay struct {
	in   chan []byte
	sent int
}

func (r *relay) forward(ctx context.Context) {
	for {
		select { // blocked
		case packet := <-r.in:
			r.sent += len(packet)
		case <-ctx.Done():
			return
		}
	}
}

func run(packets ...string) int {
	r := &relay{in: make(chan []byte)}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel() // cause
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		r.forward(ctx)
	}()
	for _, p := range packets {
		r.in <- []byte(p)
	}
	wg.Wait() // blocked cause
	return r.sent
}

func main() {
	fmt.Println(run("ping", "pong"))
}
