// Command agents runs workers of several kinds behind one interface.
package main

import "fmt"

type agent interface {
	run(results chan<- string, done <-chan struct{})
}

type lister struct{ entries []string }

func (l lister) run(results chan<- string, done <-chan struct{}) {
	for _, e := range l.entries {
		select {
		case results <- e:
		case <-done:
			return
		}
	}
}

type summer struct{ numbers []int }

func (s summer) run(results chan<- string, done <-chan struct{}) {
	sum := 0
	for _, n := range s.numbers {
		sum += n
	}
	select {
	case results <- fmt.Sprint(sum):
	case <-done:
	}
}

func collect(agents []agent, want int) []string {
	results := make(chan string)
	done := make(chan struct{})
	defer close(done)
	for _, a := range agents {
		go a.run(results, done)
	}
	var got []string
	for r := range results {
		got = append(got, r)
		if len(got) == want {
			break
		}
	}
	return got
}

func main() {
	agents := []agent{lister{[]string{"a", "b", "c"}}, summer{[]int{1, 2}}}
	fmt.Println(len(collect(agents, 2)))
}
