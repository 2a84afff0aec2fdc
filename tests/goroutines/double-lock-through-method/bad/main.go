// Command sessions keeps logins and expires the idle ones.
package main

import (
	"fmt"
	"sync"
	"time"
)

type session struct {
	user string
	seen time.Time
}

type sessions struct {
	mu     sync.Mutex
	ttl    time.Duration
	byUser map[string]*session
}

func (s *sessions) Expire(now time.Time) int {
	s.mu.Lock() // blocked
	defer s.mu.Unlock()
	n := 0
	for user, one := range s.byUser {
		if now.Sub(one.seen) > s.ttl {
			delete(s.byUser, user)
			n++
		}
	}
	return n
}

func (s *sessions) Login(user string, now time.Time) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byUser) >= 2 {
		s.Expire(now) // cause
	}
	one := &session{user: user, seen: now}
	s.byUser[user] = one
	return one
}

func main() {
	s := &sessions{ttl: time.Minute, byUser: make(map[string]*session)}
	start := time.Now()
	for i, user := range []string{"ann", "bob", "eve"} {
		one := s.Login(user, start.Add(time.Duration(i)*time.Hour))
		fmt.Println("in:", one.user)
	}
}
