// Command build compiles packages in a group that ends at the first error.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// group runs functions and keeps the first error.
type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelFunc
}

func newGroup(ctx context.Context) (*group, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	return &group{cancel: cancel}, ctx
}

func (g *group) Go(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

func (g *group) Wait() error {
	g.wg.Wait()
	g.cancel()
	return g.err
}

type artifact struct{ name string }

func build(ctx context.Context, packages []string) error {
	g, ctx := newGroup(ctx)
	artifacts := make(chan artifact)
	g.Go(func() error {
		defer close(artifacts)
		for _, p := range packages {
			select {
			case artifacts <- artifact{p + ".a"}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for a := range artifacts {
			if a.name == "broken.a" {
				return errors.New("link " + a.name)
			}
		}
		return nil
	})
	return g.Wait()
}

func main() {
	fmt.Println(build(context.Background(), []string{"ok", "broken", "late", "later"}))
}
