// Command driver opens a database lazily; opening logs, and the log opens lazily too.
package main

import (
	"fmt"
	"sync"
)

type environment struct {
	once    sync.Once
	dsn     string
	verbose bool
}

func (e *environment) init() {
	e.once.Do(e.load)
}

func (e *environment) load() {
	e.dsn = "file:test.db"
	e.verbose = true
}

func (e *environment) log(text string) {
	e.init()
	if e.verbose {
		fmt.Println(text)
	}
}

func (e *environment) DSN() string {
	e.init()
	e.log("loaded " + e.dsn)
	return e.dsn
}

func main() {
	e := &environment{}
	fmt.Println(e.DSN())
}
