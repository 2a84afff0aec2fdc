// Command replicas reads from the fastest of several replicas.
package main

import (
	"fmt"
	"time"
)

type replica struct {
	name  string
	delay time.Duration
}

func (r replica) get(key string) string {
	time.Sleep(r.delay)
	return r.name + ":" + key
}

type cluster struct {
	replicas []replica
}

// Fastest asks every replica and takes the answer that comes first.
func (c *cluster) Fastest(key string) string {
	answers := make(chan string) // cause
	for _, r := range c.replicas {
		go func() {
			answers <- r.get(key) // blocked
		}()
	}
	return <-answers // cause
}

func main() {
	c := &cluster{replicas: []replica{
		{"east", time.Millisecond},
		{"west", 4 * time.Millisecond},
		{"north", 8 * time.Millisecond},
	}}
	fmt.Println(c.Fastest("user/7"))
}
