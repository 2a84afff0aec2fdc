// Command bank moves money between accounts that lock themselves.
package main

import (
	"fmt"
	"sync"
	"time"
)

type account struct {
	id      int
	mu      sync.Mutex
	balance int
}

// transfer locks both accounts, so that nobody sees the money twice.
func transfer(from, to *account, amount int) {
	first, second := from, to
	if second.id < first.id {
		first, second = second, first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	time.Sleep(5 * time.Millisecond) // limits are checked
	second.mu.Lock()
	defer second.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

func main() {
	a, b := &account{id: 1, balance: 100}, &account{id: 2, balance: 100}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		transfer(a, b, 30)
	}()
	go func() {
		defer wg.Done()
		transfer(b, a, 10)
	}()
	wg.Wait()
	fmt.Println(a.balance, b.balance)
}
