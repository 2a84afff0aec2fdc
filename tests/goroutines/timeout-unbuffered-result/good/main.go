// Command quote asks a slow pricing backend and gives up after a deadline.
package main

import (
	"errors"
	"fmt"
	"time"
)

var errTimeout = errors.New("pricing backend timed out")

type quote struct {
	symbol string
	cents  int
}

type backend struct{ latency time.Duration }

func (b *backend) price(symbol string) quote {
	time.Sleep(b.latency)
	return quote{symbol: symbol, cents: 100 * len(symbol)}
}

type service struct {
	backend *backend
	budget  time.Duration
}

// Quote returns the price of a symbol, or errTimeout when the backend is too slow.
func (s *service) Quote(symbol string) (quote, error) {
	result := make(chan quote, 1)
	go func() {
		q := s.backend.price(symbol)
		result <- q
	}()
	select {
	case q := <-result:
		return q, nil
	case <-time.After(s.budget):
		return quote{}, errTimeout
	}
}

func main() {
	s := &service{backend: &backend{latency: 30 * time.Millisecond}, budget: 5 * time.Millisecond}
	for _, symbol := range []string{"ACME", "INIT"} {
		if q, err := s.Quote(symbol); err != nil {
			fmt.Println(symbol, err)
		} else {
			fmt.Println(q.symbol, q.cents)
		}
	}
}
