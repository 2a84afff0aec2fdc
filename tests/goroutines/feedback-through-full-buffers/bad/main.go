// Command retry runs jobs in two stages; what fails goes back to the first stage.
package main

import (
	"fmt"
	"time"
)

type job struct {
	id    int
	tries int
}

type stages struct {
	todo   chan job // cause
	failed chan job // cause
	done   chan job
}

func (s *stages) work() {
	for j := range s.todo {
		j.tries++
		if j.tries < 2 {
			s.failed <- j // blocked cause
			continue
		}
		s.done <- j
	}
}

func (s *stages) requeue() {
	for j := range s.failed {
		time.Sleep(time.Millisecond)
		s.todo <- j // blocked cause
	}
}

func run(n int) int {
	s := &stages{todo: make(chan job, 1), failed: make(chan job, 1), done: make(chan job, n)} // cause
	go s.work()
	go s.requeue()
	go func() {
		for id := range n {
			s.todo <- job{id: id} // blocked
		}
	}()
	tries := 0
	for range n {
		tries += (<-s.done).tries // blocked
	}
	close(s.failed)
	close(s.todo)
	return tries
}

func main() {
	fmt.Println(run(6))
}
