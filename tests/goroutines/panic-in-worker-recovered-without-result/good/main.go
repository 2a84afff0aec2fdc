// Command evaluate computes expressions in workers that survive a panic.
package main

import (
	"fmt"
	"log"
	"os"
)

type result struct {
	input, output int
}

func safely(f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.New(os.Stdout, "", 0).Println("recovered:", r)
		}
	}()
	f()
}

func evaluate(inputs []int, f func(int) int) []result {
	results := make(chan result)
	for _, in := range inputs {
		go func() {
			r := result{input: in}
			safely(func() { r.output = f(in) })
			results <- r
		}()
	}
	var all []result
	for range inputs {
		all = append(all, <-results)
	}
	return all
}

func main() {
	fmt.Println(len(evaluate([]int{1, 0, 2}, func(n int) int { return 10 / n })))
}
