// Command journal takes whatever lock its owner gives it.
package main

import (
	"fmt"
	"sync"
)

type journal struct {
	lock    sync.Locker
	entries []string
	limit   int
}

func (j *journal) Append(entry string) {
	j.lock.Lock()
	j.entries = append(j.entries, entry)
	full := len(j.entries) > j.limit
	j.lock.Unlock()
	if full {
		j.Trim()
	}
}

// Trim drops the oldest half.
func (j *journal) Trim() {
	j.lock.Lock()
	defer j.lock.Unlock()
	j.entries = append(j.entries[:0], j.entries[len(j.entries)/2:]...)
}

func main() {
	j := &journal{lock: new(sync.Mutex), limit: 2}
	for _, entry := range []string{"a", "b", "c"} {
		j.Append(entry)
	}
	fmt.Println(len(j.entries))
}
