// Command broker matches answers with requests by their number.
package main

import (
	"fmt"
	"strings"
	"sync"
)

type answer struct {
	id   int
	body string
}

type broker struct {
	mu      sync.Mutex
	waiting map[int]chan answer
	nextID  int
}

func (b *broker) Request() (int, <-chan answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nextID++
	c := make(chan answer, 1)
	b.waiting[b.nextID] = c
	return b.nextID, c
}

// Deliver hands a line of the form "id body" to whoever waits for it.
func (b *broker) Deliver(id int, line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.waiting[id]
	delete(b.waiting, id)
	body, ok := strings.CutPrefix(line, "ok ")
	if !ok {
		return // cause
	}
	c <- answer{id, body}
}

func main() {
	b := &broker{waiting: make(map[int]chan answer)}
	for _, line := range []string{"ok 42", "error: busy"} {
		id, c := b.Request()
		go b.Deliver(id, line)
		a := <-c // blocked cause
		fmt.Println(a.id, a.body)
	}
}
