// Command top reads a pipeline of filters and stops after a few lines.
package main

import (
	"fmt"
	"strings"
)

func lines(text string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for _, line := range strings.Split(text, "\n") {
			out <- line // blocked cause
		}
	}()
	return out
}

func upper(in <-chan string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for line := range in {
			out <- strings.ToUpper(line) // blocked cause
		}
	}()
	return out
}

func top(text string, n int) []string {
	var kept []string
	for line := range upper(lines(text)) {
		kept = append(kept, line)
		if len(kept) == n {
			break // cause
		}
	}
	return kept // cause
}

func main() {
	fmt.Println(top("a\nb\nc\nd\ne", 2))
}
