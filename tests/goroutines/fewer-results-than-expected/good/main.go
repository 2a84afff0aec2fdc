// Command grep searches files in parallel and counts on one answer for each.
package main

import (
	"fmt"
	"strings"
)

type match struct {
	file string
	line int
}

func search(file, text, word string, out chan<- match) {
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, word) {
			out <- match{file, i + 1}
			return
		}
	}
	out <- match{file, 0}
}

func grep(files map[string]string, word string) []match {
	out := make(chan match)
	for name, text := range files {
		go search(name, text, word, out)
	}
	var found []match
	for range files {
		m := <-out
		if m.line > 0 {
			found = append(found, m)
		}
	}
	return found
}

func main() {
	fmt.Println(len(grep(map[string]string{"a": "x\ny", "b": "z", "c": "y"}, "y")))
}
