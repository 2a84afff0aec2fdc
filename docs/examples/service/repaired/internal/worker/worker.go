// Package worker settles payments in the background.
package worker

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"
)

// Job is one payment to settle.
type Job struct{ ID string }

// Quote asks for a price, and gives up after a while.
func Quote(ask func() int) (int, error) {
	answer := make(chan int, 1)
	go func() {
		answer <- ask()
	}()
	select {
	case price := <-answer:
		return price, nil
	case <-time.After(time.Second):
		return 0, errors.New("no price in time")
	}
}

// Settle works on all jobs.
func Settle(jobs []Job, settle func(Job)) {
	queue := make(chan Job)
	done := make(chan struct{})
	go func() {
		for job := range queue {
			settle(job)
		}
		close(done)
	}()
	for _, job := range jobs {
		queue <- job
	}
	close(queue)
	<-done
}

// SettleAll works on all jobs at once.
func SettleAll(jobs []Job, settle func(Job)) {
	var group sync.WaitGroup
	for _, job := range jobs {
		group.Add(1)
		go func() {
			defer group.Done()
			settle(job)
		}()
	}
	group.Wait()
}

// Ledger counts what was settled.
type Ledger struct {
	mu      sync.Mutex
	settled map[string]int
}

// NewLedger makes an empty ledger.
func NewLedger() *Ledger {
	return &Ledger{settled: map[string]int{}}
}

// Count is how often a job was settled.
func (l *Ledger) Count(id string) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	count, known := l.settled[id]
	if !known {
		return 0, errors.New("unknown job " + id)
	}
	return count, nil
}

// Add counts a job.
func (l *Ledger) Add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settled[id]++
	l.note(id)
}

// note is called with the lock held.
func (l *Ledger) note(id string) {
	l.settled["last "+id] = l.settled[id]
}

// Snapshot is what the ledger holds now.
func (l *Ledger) Snapshot() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.settled)
}

// Total adds up what two sources say.
func Total(first, second func() int) int {
	other := make(chan int, 1)
	go func() {
		other <- second()
	}()
	return first() + <-other
}

// Poll looks for work until the context ends.
func Poll(ctx context.Context, look func() error) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := look(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Beat calls a function again and again.
func Beat(ctx context.Context, beat func()) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			beat()
		case <-ctx.Done():
			return
		}
	}
}
