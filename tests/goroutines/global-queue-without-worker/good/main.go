// Command audit queues records in a package-level channel that a worker should empty.
package main

import (
	"fmt"
	"sync"
	"time"
)

type record struct {
	actor, action string
}

var (
	queue   = make(chan record, 2)
	written []record
	mu      sync.Mutex
)

func worker(stop <-chan struct{}) {
	for {
		select {
		case r := <-queue:
			mu.Lock()
			written = append(written, r)
			mu.Unlock()
		case <-stop:
			return
		}
	}
}

// Log queues a record.
func Log(actor, action string) {
	queue <- record{actor, action}
}

func request(user string) {
	for _, action := range []string{"login", "read", "write", "logout"} {
		Log(user, action)
	}
}

func main() {
	stop := make(chan struct{})
	go worker(stop)
	request("ann")
	time.Sleep(2 * time.Millisecond) // the other servers stop
	request("bob")
	close(stop)
	mu.Lock()
	fmt.Println(len(written) > 0)
	mu.Unlock()
}
