// Command audit writes lines of several users to one log.
package main

import (
	"fmt"
	"strings"
	"sync"
)

type audit struct {
	mu    sync.Mutex
	lines []string
	users map[string]int
}

func (a *audit) Append(entries map[string][]string, order []string) int {
	written := 0
	for _, user := range order {
		a.mu.Lock()         // blocked cause
		defer a.mu.Unlock() // cause
		for _, text := range entries[user] {
			a.lines = append(a.lines, user+": "+strings.TrimSpace(text))
			a.users[user]++
			written++
		}
	}
	return written
}

func main() {
	a := &audit{users: make(map[string]int)}
	n := a.Append(map[string][]string{"ann": {"login ", "logout"}, "bob": {"login"}}, []string{"ann", "bob"})
	fmt.Println(n)
}
