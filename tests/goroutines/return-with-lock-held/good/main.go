// Command ledger books amounts on accounts.
package main

import (
	"errors"
	"fmt"
	"sync"
)

var errUnknown = errors.New("unknown account")

type ledger struct {
	mu       sync.Mutex
	balances map[string]int
	entries  int
}

func (l *ledger) Book(account string, amount int) error {
	l.mu.Lock()
	balance, ok := l.balances[account]
	if !ok {
		l.mu.Unlock()
		return errUnknown
	}
	l.balances[account] = balance + amount
	l.entries++
	l.mu.Unlock()
	return nil
}

func (l *ledger) Entries() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entries
}

func main() {
	l := &ledger{balances: map[string]int{"rent": 0}}
	for _, account := range []string{"rent", "food"} {
		if err := l.Book(account, 10); err != nil {
			fmt.Println(account, err)
		}
	}
	fmt.Println(l.Entries())
}
