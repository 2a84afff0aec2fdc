// Command top reads a pipeline of filters and stops after a few lines.
package main

import (
	"fmt"
	"strings"
)

func lines(text string, done <-chan struct{}) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for _, line := range strings.Split(text, "\n") {
			select {
			case out <- line:
			case <-done:
				return
			}
		}
	}()
	return out
}

func upper(in <-chan string, done <-chan struct{}) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for line := range in {
			select {
			case out <- strings.ToUpper(line):
			case <-done:
				return
			}
		}
	}()
	return out
}

func top(text string, n int) []string {
	var kept []string
	done := make(chan struct{})
	defer close(done)
	for line := range upper(lines(text, done), done) {
		kept = append(kept, line)
		if len(kept) == n {
			break
		}
	}
	return kept
}

func main() {
	fmt.Println(top("a\nb\nc\nd\ne", 2))
}
