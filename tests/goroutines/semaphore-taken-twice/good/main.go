// Command backup limits how many files are open at a time.
package main

import "fmt"

type limiter chan struct{}

func (l limiter) acquire() { l <- struct{}{} }
func (l limiter) release() { <-l }

type tree struct {
	name     string
	children []tree
}

type backup struct {
	open  limiter
	saved int
}

func (b *backup) save(t tree) {
	b.open.acquire()
	b.saved++
	b.open.release()
	for _, child := range t.children {
		b.save(child)
	}
}

func main() {
	b := &backup{open: make(limiter, 1)}
	b.save(tree{"root", []tree{{"etc", nil}, {"home", []tree{{"ann", nil}}}}})
	fmt.Println(b.saved)
}
