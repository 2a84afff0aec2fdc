// Package probe runs two checks at once.
package probe

import (
	"context"
	"errors"
	"testing"
)

type check interface {
	run(ctx context.Context) error
}

type failing struct{}

func (failing) run(ctx context.Context) error { return errors.New("down") }

type prober struct {
	checks []check
}

func (p *prober) probe(ctx context.Context) error {
	errs := make(chan error, len(p.checks))
	for _, c := range p.checks {
		go func() {
			errs <- c.run(ctx)
		}()
	}
	for range p.checks {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func TestProbe(t *testing.T) {
	p := &prober{checks: []check{failing{}, failing{}}}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := p.probe(ctx); err == nil {
		t.Fatal("no error")
	}
}
