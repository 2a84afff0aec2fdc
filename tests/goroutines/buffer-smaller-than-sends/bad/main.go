// Command probe checks the health of a node; every probe reports a latency and a status.
package main

import (
	"fmt"
	"time"
)

type report struct {
	what  string
	value int
}

type node struct {
	name    string
	healthy bool
}

func (n node) probe(out chan<- report) {
	begin := time.Now()
	status := 200
	if !n.healthy {
		status = 503
	}
	out <- report{"status", status}
	out <- report{"latency", int(time.Since(begin).Microseconds())} // blocked
}

func status(n node) int {
	reports := make(chan report, 1) // cause
	go n.probe(reports)
	time.Sleep(2 * time.Millisecond)
	if !n.healthy {
		return 503 // cause
	}
	r := <-reports
	<-reports
	return r.value
}

func main() {
	fmt.Println(status(node{"a", true}), status(node{"b", false}))
}
