// Command migrate waits for a schema change to be applied before it goes on.
package main

import (
	"errors"
	"fmt"
)

type change struct {
	statement string
	done      chan struct{}
	err       error
}

func (c *change) apply(version int) {
	if version < 3 {
		c.err = errors.New("database too old")
		return // cause
	}
	c.statement += ";"
	close(c.done) // cause
}

func (c *change) Wait() error {
	<-c.done // blocked
	return c.err
}

func submit(statement string, version int) *change {
	c := &change{statement: statement, done: make(chan struct{})}
	go c.apply(version)
	return c
}

func main() {
	fmt.Println(submit("alter table a", 3).Wait())
	fmt.Println(submit("alter table b", 2).Wait()) // cause
}
