// Command resize runs a fixed number of workers; a worker that fails stops.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

var errCorrupt = errors.New("corrupt file")

type task struct {
	file string
	size int
}

type pool struct {
	tasks chan task
	wg    sync.WaitGroup
	once  sync.Once
	err   error
	stop  context.CancelFunc
}

func (p *pool) worker(ctx context.Context) {
	defer p.wg.Done()
	for t := range p.tasks {
		if ctx.Err() != nil {
			return // cause
		}
		if t.size < 0 {
			p.once.Do(func() {
				p.err = fmt.Errorf("%s: %w", t.file, errCorrupt)
				p.stop()
			})
			return // cause
		}
	}
}

func (p *pool) run(ctx context.Context, tasks []task) error {
	ctx, p.stop = context.WithCancel(ctx)
	defer p.stop()
	p.wg.Add(2)
	go p.worker(ctx)
	go p.worker(ctx)
	for _, t := range tasks {
		p.tasks <- t // blocked cause
	}
	close(p.tasks)
	p.wg.Wait()
	return p.err
}

func main() {
	p := &pool{tasks: make(chan task)}
	err := p.run(context.Background(), []task{{"a", -1}, {"b", -1}, {"c", 1}, {"d", 1}})
	fmt.Println(err)
}
