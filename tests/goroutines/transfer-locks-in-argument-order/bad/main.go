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
	from.mu.Lock()
	defer from.mu.Unlock()
	time.Sleep(5 * time.Millisecond) // limits are checked
	to.mu.Lock()                     // blocked cause
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

func main() {
	a, b := &account{id: 1, balance: 100}, &account{id: 2, balance: 100}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		transfer(a, b, 30) // cause
	}()
	go func() {
		defer wg.Done()
		transfer(b, a, 10) // cause
	}()
	wg.Wait() // blocked
	fmt.Println(a.balance, b.balance)
}
