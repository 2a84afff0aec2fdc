// Command keys serialises work for each key; Lock returns the function that unlocks.
package main

import (
	"errors"
	"fmt"
	"sync"
)

type keyed struct {
	mu    sync.Mutex
	locks map[string]*sync.Mutex
}

func (k *keyed) Lock(key string) (unlock func()) {
	k.mu.Lock()
	lock, ok := k.locks[key]
	if !ok {
		lock = new(sync.Mutex)
		k.locks[key] = lock
	}
	k.mu.Unlock()
	lock.Lock() // blocked
	return lock.Unlock
}

type account struct {
	keys    *keyed
	balance map[string]int
}

func (a *account) withdraw(owner string, amount int) error {
	unlock := a.keys.Lock(owner) // blocked cause
	if a.balance[owner] < amount {
		return errors.New("not enough money") // cause
	}
	a.balance[owner] -= amount
	unlock()
	return nil
}

func main() {
	a := &account{keys: &keyed{locks: make(map[string]*sync.Mutex)}, balance: map[string]int{"ann": 5}}
	for _, amount := range []int{3, 9, 1} {
		fmt.Println(a.withdraw("ann", amount))
	}
}
