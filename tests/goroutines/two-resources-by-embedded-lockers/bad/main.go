// Command replica keeps a log and a snapshot; both embed the same kind of guarded value.
package main

import (
	"fmt"
	"sync"
	"time"
)

type guarded struct {
	sync.RWMutex
	version int
}

type journal struct {
	guarded
	entries []string
}

type snapshot struct {
	guarded
	state map[string]string
}

type replica struct {
	journal
	snap snapshot
}

func (r *replica) apply(entry string) {
	r.journal.Lock()
	defer r.journal.Unlock()
	r.entries = append(r.entries, entry)
	time.Sleep(4 * time.Millisecond)
	r.snap.RLock() // blocked cause
	defer r.snap.RUnlock()
	r.journal.version = r.snap.version + 1
}

func (r *replica) compact() {
	r.snap.Lock()
	defer r.snap.Unlock()
	time.Sleep(4 * time.Millisecond)
	r.truncate()
	r.snap.version++
}

func (r *replica) truncate() {
	r.journal.Lock() // blocked cause
	r.entries = r.entries[:0]
	r.journal.Unlock()
}

func main() {
	r := &replica{snap: snapshot{state: map[string]string{}}}
	tasks := []func(){func() { r.apply("a=1") }, r.compact}
	var wg sync.WaitGroup
	for _, task := range tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			task()
		}()
	}
	wg.Wait() // blocked
	fmt.Println(r.snap.version)
}
