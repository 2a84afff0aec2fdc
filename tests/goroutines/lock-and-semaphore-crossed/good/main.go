// Command render limits the GPU by slots and guards the scene with a lock.
package main

import (
	"fmt"
	"sync"
	"time"
)

type renderer struct {
	mu    sync.Mutex
	scene []string
	slots chan struct{}
	drawn int
}

// Draw takes a slot, then looks at the scene.
func (r *renderer) Draw() {
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	time.Sleep(5 * time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drawn += len(r.scene)
}

// Update changes the scene, then uploads it, which needs a slot.
func (r *renderer) Update(object string) {
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scene = append(r.scene, object)
	time.Sleep(5 * time.Millisecond)
	r.drawn++
}

func main() {
	r := &renderer{slots: make(chan struct{}, 1)}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); r.Draw() }()
	go func() { defer wg.Done(); r.Update("cube") }()
	wg.Wait()
	fmt.Println(r.drawn > 0)
}
