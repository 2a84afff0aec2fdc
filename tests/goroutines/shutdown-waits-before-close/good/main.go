// Command indexer feeds documents to workers and shuts them down in order.
package main

import (
	"fmt"
	"strings"
	"sync"
)

type indexer struct {
	docs  chan string
	wg    sync.WaitGroup
	mu    sync.Mutex
	words map[string]int
}

func newIndexer(n int) *indexer {
	x := &indexer{docs: make(chan string, 8), words: make(map[string]int)}
	x.wg.Add(n)
	for range n {
		go x.run()
	}
	return x
}

func (x *indexer) run() {
	defer x.wg.Done()
	for doc := range x.docs {
		for _, word := range strings.Fields(doc) {
			x.mu.Lock()
			x.words[word]++
			x.mu.Unlock()
		}
	}
}

func (x *indexer) Add(doc string) { x.docs <- doc }

func (x *indexer) Close() {
	close(x.docs)
	x.wg.Wait()
}

func main() {
	x := newIndexer(2)
	x.Add("a rose is a rose")
	x.Add("is a rose")
	x.Close()
	fmt.Println(x.words["rose"])
}
