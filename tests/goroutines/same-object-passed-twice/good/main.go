// Command merge moves the members of one team to another.
package main

import (
	"fmt"
	"sync"
)

type team struct {
	sync.Mutex
	name    string
	members map[string]bool
}

type directory struct {
	order sync.Mutex
	teams map[string]*team
}

func (d *directory) merge(from, to *team) {
	if from == to {
		return
	}
	d.order.Lock() // one merge at a time, so that locks cannot cross
	defer d.order.Unlock()
	from.Lock()
	defer from.Unlock()
	to.Lock()
	defer to.Unlock()
	for m := range from.members {
		to.members[m] = true
		delete(from.members, m)
	}
}

func main() {
	a := &team{name: "a", members: map[string]bool{"ann": true}}
	b := &team{name: "b", members: map[string]bool{}}
	d := &directory{teams: map[string]*team{"a": a, "b": b}}
	d.merge(a, b)
	d.merge(b, b)
	fmt.Println(len(b.members))
}
