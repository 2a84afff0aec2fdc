// Command score lets players report points over a channel while the board is locked for a round.
package main

import (
	"fmt"
	"sync"
)

type board struct {
	sync.Mutex
	points map[string]int
	round  int
}

type player struct {
	name  string
	board *board
}

func (p *player) play(results chan<- int) {
	p.board.Lock()
	round := p.board.round
	p.board.Unlock()
	results <- round * len(p.name)
}

func (b *board) playRound(players []*player) {
	results := make(chan int, len(players))
	b.Lock()
	b.round++
	b.Unlock()
	for _, p := range players {
		go p.play(results)
	}
	for _, p := range players {
		b.points[p.name] += <-results
	}
}

func main() {
	b := &board{points: make(map[string]int)}
	b.playRound([]*player{{"ann", b}, {"bob", b}})
	fmt.Println(b.points["ann"])
}
