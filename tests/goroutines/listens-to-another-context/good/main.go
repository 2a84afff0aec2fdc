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
		select {
		case text := <-s.inbox:
			s.mu.Lock()
			s.echoed = append(s.echoed, text)
			s.mu.Unlock()
		case <-s.ctx.Done():
			return
		}
	}
}

func open(ctx context.Context) *session {
	s := &session{ctx: ctx, inbox: make(chan string)}
	s.wg.Add(1)
	go s.serve()
	return s
}

func talk(words []string) int {
	ctx, hangUp := context.WithCancel(context.Background())
	s := open(ctx)
	for _, w := range words {
		s.inbox <- w
	}
	hangUp()
	s.wg.Wait()
	return len(s.echoed)
}

func main() {
	fmt.Println(talk([]string{"hello", "bye"}))
}
