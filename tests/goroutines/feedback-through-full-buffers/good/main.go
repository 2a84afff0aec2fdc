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
	todo   chan job
	failed chan job
	done   chan job
}

func (s *stages) work() {
	for j := range s.todo {
		for j.tries < 2 {
			j.tries++
		}
		s.done <- j
	}
}

func (s *stages) requeue() {
	for j := range s.failed {
		time.Sleep(time.Millisecond)
		s.todo <- j
	}
}

func run(n int) int {
	s := &stages{todo: make(chan job, 1), failed: make(chan job, 1), done: make(chan job, n)}
	go s.work()
	go s.requeue()
	go func() {
		for id := range n {
			s.todo <- job{id: id}
		}
	}()
	tries := 0
	for range n {
		tries += (<-s.done).tries
	}
	close(s.failed)
	close(s.todo)
	return tries
}

func main() {
	fmt.Println(run(6))
}
