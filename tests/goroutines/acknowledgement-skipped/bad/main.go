// Command spool hands letters to a postman, who acknowledges each one.
package main

import "fmt"

type letter struct {
	to   string
	text string
}

type postman struct {
	letters chan letter
	acks    chan bool
	sent    int
}

func (p *postman) work() {
	for l := range p.letters {
		if l.to == "" {
			continue // cause
		}
		p.sent++
		p.acks <- true
	}
}

func (p *postman) deliver(letters []letter) int {
	go p.work()
	defer close(p.letters)
	for _, l := range letters {
		p.letters <- l
		<-p.acks // blocked cause
	}
	return p.sent
}

func main() {
	p := &postman{letters: make(chan letter), acks: make(chan bool)}
	fmt.Println(p.deliver([]letter{{"ann", "hi"}, {"", "lost"}, {"bob", "bye"}}))
}
