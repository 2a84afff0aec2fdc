// Command session keeps a goroutine for each connection, to end with the connection's context.
package main

import (
	"context"
	"fmt"
	"sync"
)

type session struct {
	ctx    context.Context
	inbox  chan string
	wg     sync.WaitGroup
	mu     sync.Mutex
	echoed []string
}

func (s *session) serve() {
	defer s.wg.Done()
	for {
		select { // blocked
		case text := <-s.inbox:
			s.mu.Lock()
			s.echoed = append(s.echoed, text)
			s.mu.Unlock()
		case <-s.ctx.Done(): // cause
			return
		}
	}
}

func open(ctx context.Context) *session {
	s := &session{ctx: context.Background(), inbox: make(chan string)} // cause
	_ = ctx                                                            // cause
	s.wg.Add(1)
	go s.serve()
	return s
}

func talk(words []string) int {
	ctx, hangUp := context.WithCancel(context.Background())
	s := open(ctx) // cause
	for _, w := range words {
		s.inbox <- w
	}
	hangUp()
	s.wg.Wait() // blocked
	return len(s.echoed)
}

func main() {
	fmt.Println(talk([]string{"hello", "bye"}))
}
