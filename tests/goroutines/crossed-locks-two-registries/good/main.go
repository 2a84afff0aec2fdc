// Command presence links users and rooms; each registry has its own lock.
package main

import (
	"fmt"
	"sync"
	"time"
)

type users struct {
	mu    sync.Mutex
	rooms map[string]string
}

type rooms struct {
	mu      sync.Mutex
	members map[string]int
}

type presence struct {
	users users
	rooms rooms
}

// Join puts a user into a room.
func (p *presence) Join(user, room string) {
	p.users.mu.Lock()
	defer p.users.mu.Unlock()
	p.users.rooms[user] = room
	time.Sleep(10 * time.Millisecond) // the audit trail is slow
	p.rooms.mu.Lock()
	p.rooms.members[room]++
	p.rooms.mu.Unlock()
}

// Drop closes a room and sends its users home.
func (p *presence) Drop(room string) {
	p.users.mu.Lock()
	defer p.users.mu.Unlock()
	p.rooms.mu.Lock()
	defer p.rooms.mu.Unlock()
	delete(p.rooms.members, room)
	time.Sleep(10 * time.Millisecond)
	for user, in := range p.users.rooms {
		if in == room {
			delete(p.users.rooms, user)
		}
	}
}

func main() {
	p := &presence{
		users: users{rooms: make(map[string]string)},
		rooms: rooms{members: make(map[string]int)},
	}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		p.Join("ann", "lobby")
	}()
	go func() {
		defer wg.Done()
		p.Drop("lobby")
	}()
	wg.Wait()
	fmt.Println("users", len(p.users.rooms))
}
