package parts

import "io"

type person struct {
	name string
	age  int64
	next *person
}

func (p *person) String() string { return p.name }

type people map[string]*person

func split(sep string, parts ...int) (int, error) { return 0, nil }

var own error

func f(p person, all people, ch <-chan bool, row [3]int32, rs []rune) {
	call(p)
	call(&p)
	call(all)
	call(ch)
	call(row)
	call(rs)
	split("a", 1)
	io.EOF = nil
	own = nil
}
