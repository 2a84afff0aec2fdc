// Command boot waits for the database to be ready before it opens it.
package main

import (
	"fmt"
	"time"
)

type database struct {
	ready chan struct{}
	conns int
}

func (d *database) open(n int) {
	for range n {
		time.Sleep(time.Millisecond)
		d.conns++
	}
	close(d.ready)
}

func (d *database) query(text string) string {
	return fmt.Sprintf("%s over %d", text, d.conns)
}

func boot() *database {
	d := &database{ready: make(chan struct{})}
	go d.open(2)
	<-d.ready
	return d
}

func main() {
	d := boot()
	fmt.Println(d.query("select 1"))
}
