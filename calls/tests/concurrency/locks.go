package p

import "sync"

type account struct {
	mu      sync.Mutex
	balance int
}

type audit struct {
	mu      sync.RWMutex
	entries []string
}

func (a *account) add(by int) {
	a.mu.Lock() // stuck: lock; held_twice: 22
	defer a.mu.Unlock()
	a.balance += by
}

func (a *account) double() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.add(a.balance) // held_at: 22
}

func (a *account) move(to *account) {
	a.mu.Lock()
	a.balance--
	a.mu.Unlock()
	to.add(1)
}

func (a *account) forgets(fail bool) {
	a.mu.Lock() // held_on_return: 37
	if fail {
		return
	}
	a.mu.Unlock()
}

func (a *account) defers(fail bool) {
	a.mu.Lock() // held_on_return:
	defer a.mu.Unlock()
	if fail {
		return
	}
}

func record(a *account, log *audit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	log.mu.Lock() // stuck: lock; lock_cycle: 61
	defer log.mu.Unlock()
	log.entries = append(log.entries, "moved")
}

func replay(a *account, log *audit) {
	log.mu.RLock()
	defer log.mu.RUnlock()
	a.mu.Lock() // stuck: lock; lock_cycle: 53
	a.balance = len(log.entries)
	a.mu.Unlock()
}

func both() {
	a, log := new(account), new(audit)
	go record(a, log)
	replay(a, log)
}
