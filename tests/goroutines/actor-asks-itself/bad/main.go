// Command inventory owns its stock in one goroutine; others send it requests.
package main

import "fmt"

type request struct {
	item  string
	delta int
	reply chan int
}

type inventory struct {
	requests chan request
	stock    map[string]int
}

func newInventory() *inventory {
	i := &inventory{requests: make(chan request), stock: make(map[string]int)}
	go i.loop()
	return i
}

func (i *inventory) loop() {
	for r := range i.requests {
		left := i.stock[r.item] + r.delta
		if left < 0 {
			left = i.restock(r.item) // cause
		}
		i.stock[r.item] = left
		r.reply <- left
	}
}

// Change adds to the stock of an item and says what is left.
func (i *inventory) Change(item string, delta int) int {
	reply := make(chan int)
	i.requests <- request{item, delta, reply} // blocked
	return <-reply                            // blocked
}

func (i *inventory) restock(item string) int {
	return i.Change(item, 10) // cause
}

func main() {
	i := newInventory()
	fmt.Println(i.Change("nail", 3), i.Change("nail", -5))
	close(i.requests)
}
