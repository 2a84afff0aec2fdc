// Command walk lists folders in parallel; a folder's goroutine waits for those of its children while it keeps its slot.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type folder struct {
	name     string
	children []*folder
}

type walker struct {
	slots chan struct{}
	seen  atomic.Int32
}

func (w *walker) walk(f *folder) {
	w.slots <- struct{}{}
	w.seen.Add(1)
	<-w.slots
	var wg sync.WaitGroup
	for _, child := range f.children {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w.walk(child)
		}()
	}
	wg.Wait()
}

func main() {
	root := &folder{"/", []*folder{{"a", []*folder{{"x", nil}, {"y", nil}}}, {"b", nil}}}
	w := &walker{slots: make(chan struct{}, 1)}
	w.walk(root)
	fmt.Println(w.seen.Load())
}
