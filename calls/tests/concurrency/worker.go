package p

import (
	"context"
	"errors"
	"sync"
	"time"
)

type result struct{ value int }

// The parent gives up; the worker's only receiver is gone.
func early(fail bool) (result, error) {
	results := make(chan result)
	go func() { // joined: no
		results <- result{1} // stuck: send; receivers: 21; capacity: 0; spawns: 15
	}()
	if fail {
		return result{}, errors.New("no")
	}
	r := <-results // senders: 16; may_quit: yes
	return r, nil
}

func buffered(fail bool) (result, error) {
	results := make(chan result, 1)
	go func() {
		results <- result{1} // capacity: 1
	}()
	if fail {
		return result{}, errors.New("no")
	}
	return <-results, nil
}

func timeout(ctx context.Context) int {
	answers := make(chan int)
	go func() {
		select { // polled: no
		case answers <- 1: // alternatives: 41
		case <-ctx.Done(): // alternatives: 40
		}
	}()
	select { // polled: yes
	case answer := <-answers: // alternatives: 47 49
		return answer
	case <-time.After(time.Second):
		return 0
	default:
		return -1
	}
}

// As many are started as are waited for.
func gather(items []int) int {
	sums := make(chan int)
	for _, item := range items {
		go func() { sums <- item }()
	}
	total := 0
	for range items {
		total += <-sums
	}
	return total
}

// One fewer is waited for.
func first(items []int) int {
	sums := make(chan int)
	for _, item := range items {
		go func() { sums <- item }() // stuck: send
	}
	return <-sums
}

func grouped(items []int) {
	var group sync.WaitGroup
	group.Add(len(items))
	for range items {
		go func() { // joined: yes
			defer group.Done() // waiters: 84; adders: 78
		}()
	}
	group.Wait() // finishers: 81
}

func unfinished(fail bool) {
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		if fail {
			return
		}
		group.Done()
	}()
	group.Wait() // stuck: group
}

func ranged(items []int) {
	out := make(chan int)
	go func() {
		for range out { // stuck: range; closers:
		}
	}()
	for _, item := range items {
		out <- item
	}
}

func closed(items []int) {
	out := make(chan int)
	go func() {
		for range out { // closers: 116
		}
	}()
	defer close(out)
	for _, item := range items {
		out <- item
	}
}

func cancelled() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-ctx.Done()
	}()
}

func kept() {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	go func() {
		<-ctx.Done() // stuck: receive
	}()
}
