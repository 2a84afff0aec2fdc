// Command link connects two peers; each speaks only when spoken to.
package main

import (
	"fmt"
	"sync"
)

type message struct {
	from string
	body string
}

type peer struct {
	name string
	in   <-chan message
	out  chan<- message
	log  []message
}

func (p *peer) greetFirst() {
	p.out <- message{p.name, "hello"}
	p.log = append(p.log, <-p.in)
}

func (p *peer) answer() {
	m := <-p.in
	p.log = append(p.log, m)
	p.out <- message{p.name, "hello " + m.from}
}

func link(a, b string) int {
	left, right := make(chan message), make(chan message)
	first := &peer{name: a, in: left, out: right}
	second := &peer{name: b, in: right, out: left}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		first.greetFirst()
	}()
	go func() {
		defer wg.Done()
		second.answer()
	}()
	wg.Wait()
	return len(first.log) + len(second.log)
}

func main() {
	fmt.Println(link("ann", "bob"))
}
