// Command agents runs workers of several kinds behind one interface.
package main

import "fmt"

type agent interface {
	run(results chan<- string)
}

type lister struct{ entries []string }

func (l lister) run(results chan<- string) {
	for _, e := range l.entries {
		results <- e // blocked
	}
}

type summer struct{ numbers []int }

func (s summer) run(results chan<- string) {
	sum := 0
	for _, n := range s.numbers {
		sum += n
	}
	results <- fmt.Sprint(sum) // blocked
}

func collect(agents []agent, want int) []string {
	results := make(chan string)
	for _, a := range agents {
		go a.run(results) // cause
	}
	var got []string
	for r := range results {
		got = append(got, r)
		if len(got) == want {
			break // cause
		}
	}
	return got // cause
}

func main() {
	agents := []agent{lister{[]string{"a", "b", "c"}}, summer{[]int{1, 2}}}
	fmt.Println(len(collect(agents, 2)))
}
