// Command search streams hits until the caller has seen enough.
package main

import (
	"context"
	"fmt"
	"strings"
)

type index struct {
	documents []string
}

// hits sends the numbers of the documents that contain the word.
func (x *index) hits(ctx context.Context, word string) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i, text := range x.documents {
			if ctx.Err() != nil {
				return
			}
			if strings.Contains(text, word) {
				out <- i // blocked cause
			}
		}
	}()
	return out
}

func first(x *index, word string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := range x.hits(ctx, word) {
		return i // cause
	}
	return -1
}

func main() {
	x := &index{documents: []string{"red fish", "blue fish", "one fish"}}
	fmt.Println(first(x, "fish"))
}
