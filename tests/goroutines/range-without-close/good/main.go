// Command importer parses lines in the background and stores the records.
package main

import (
	"fmt"
	"strings"
)

type record struct {
	key, value string
}

func parse(line string) record {
	key, value, _ := strings.Cut(line, "=")
	return record{key: strings.TrimSpace(key), value: strings.TrimSpace(value)}
}

type store struct {
	rows map[string]string
}

func (s *store) consume(records <-chan record, stored chan<- int) {
	n := 0
	for r := range records {
		s.rows[r.key] = r.value
		n++
	}
	stored <- n
}

func load(lines []string) int {
	records := make(chan record, 4)
	stored := make(chan int, 1)
	s := &store{rows: make(map[string]string)}
	go s.consume(records, stored)
	for _, line := range lines {
		if line == "" {
			continue
		}
		records <- parse(line)
	}
	close(records)
	return <-stored
}

func main() {
	fmt.Println("stored", load([]string{"host = a", "", "port = 80"}))
}
