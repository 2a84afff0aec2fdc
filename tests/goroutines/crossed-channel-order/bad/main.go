// Command export sends rows and their count; the reader wants the count first.
package main

import (
	"fmt"
	"strings"
)

type export struct {
	rows  chan string
	count chan int
}

func (e *export) write(table []string) {
	n := 0
	for _, row := range table {
		if strings.TrimSpace(row) != "" {
			e.rows <- row // blocked cause
			n++
		}
	}
	close(e.rows)
	e.count <- n // cause
}

func (e *export) read() []string {
	n := <-e.count // blocked cause
	out := make([]string, 0, n)
	for row := range e.rows {
		out = append(out, row)
	}
	return out
}

func main() {
	e := &export{rows: make(chan string), count: make(chan int)}
	go e.write([]string{"1,ann", "", "2,bob"})
	fmt.Println(e.read())
}
