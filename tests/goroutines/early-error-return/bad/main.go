// Command checkout reserves stock while it charges the card.
package main

import (
	"errors"
	"fmt"
	"time"
)

type order struct {
	id    int
	total int
	items []string
}

type reservation struct{ items int }

func reserve(o order) reservation {
	time.Sleep(5 * time.Millisecond)
	return reservation{items: len(o.items)}
}

func charge(o order) error {
	if o.total <= 0 {
		return errors.New("nothing to charge")
	}
	return nil
}

func checkout(o order) (int, error) {
	reserved := make(chan reservation)
	go func() { reserved <- reserve(o) }() // blocked

	if err := charge(o); err != nil {
		return 0, fmt.Errorf("order %d: %w", o.id, err) // cause
	}
	r := <-reserved
	return r.items, nil
}

func main() {
	orders := []order{
		{id: 1, total: 20, items: []string{"pen"}},
		{id: 2, total: 0, items: []string{"gift"}},
	}
	for _, o := range orders {
		n, err := checkout(o)
		fmt.Println(o.id, n, err)
	}
}
