// Command resolver answers queries in one goroutine; askers give up after a while.
package main

import (
	"errors"
	"fmt"
	"time"
)

type query struct {
	host  string
	reply chan string
}

type resolver struct {
	queries chan query
	slow    map[string]time.Duration
}

func (r *resolver) serve() {
	for q := range r.queries {
		time.Sleep(r.slow[q.host])
		q.reply <- "10.0.0.1" // blocked
	}
}

func (r *resolver) Ask(host string, patience time.Duration) (string, error) {
	q := query{host: host, reply: make(chan string)} // cause
	r.queries <- q
	select {
	case address := <-q.reply:
		return address, nil
	case <-time.After(patience): // cause
		return "", errors.New("no answer for " + host)
	}
}

func main() {
	r := &resolver{queries: make(chan query, 4), slow: map[string]time.Duration{"far": 15 * time.Millisecond}}
	go r.serve()
	fmt.Println(r.Ask("far", 3*time.Millisecond))
	fmt.Println(r.Ask("near", 30*time.Millisecond))
	close(r.queries)
}
