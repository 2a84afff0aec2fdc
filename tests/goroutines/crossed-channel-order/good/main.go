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
			e.rows <- row
			n++
		}
	}
	close(e.rows)
	e.count <- n
}

func (e *export) read() []string {
	var out []string
	for row := range e.rows {
		out = append(out, row)
	}
	return out[:<-e.count]
}

func main() {
	e := &export{rows: make(chan string), count: make(chan int)}
	go e.write([]string{"1,ann", "", "2,bob"})
	fmt.Println(e.read())
}
