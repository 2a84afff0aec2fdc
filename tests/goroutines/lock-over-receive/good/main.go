// Command tickets hands out numbers that a printer goroutine confirms.
package main

import (
	"fmt"
	"sync"
)

type desk struct {
	mu      sync.Mutex
	next    int
	orders  chan int
	printed chan int
	log     []int
}

func (d *desk) printer() {
	for number := range d.orders {
		d.mu.Lock()
		d.log = append(d.log, number)
		d.mu.Unlock()
		d.printed <- number
	}
	close(d.printed)
}

// Take returns when the ticket is on paper.
func (d *desk) Take() int {
	d.mu.Lock()
	d.next++
	number := d.next
	d.mu.Unlock()
	d.orders <- number
	return <-d.printed
}

func main() {
	d := &desk{orders: make(chan int), printed: make(chan int)}
	go d.printer()
	fmt.Println(d.Take(), d.Take())
	close(d.orders)
}
