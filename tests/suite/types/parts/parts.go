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
	call(p) // want members "p" names "person of example\.com/suite/parts: example\.com/suite/parts\.person" sizes "32 bytes, 3 fields, 0 methods" types "elem \?, key \?, deref person, underlying struct\{name string; age int64; next \*person\}, struct"
	call(&p) // want members "&p" names "\? of \?: \*example\.com/suite/parts\.person" types "elem person, key \?, deref person, underlying \*person, pointer"
	call(all) // want names "people of example\.com/suite/parts: example\.com/suite/parts\.people" types "elem \*person, key string, deref people, underlying map\[string\]\*person, map"
	call(ch) // want direction "ch" names "\? of \?: <-chan bool" types "elem bool, key \?, deref <-chan bool, underlying <-chan bool, chan"
	call(row) // want names "\? of \?: \[3\]int32" sizes "12 bytes, \? fields, 0 methods" types "elem int32, key \?, deref \[3\]int32, underlying \[3\]int32, array"
	call(rs) // want names "\? of \?: \[\]rune" sizes "24 bytes, \? fields, 0 methods" types "elem rune, key \?, deref \[\]rune, underlying \[\]rune, slice"
	split("a", 1) // want arguments "error, string, int"
	io.EOF = nil // want foreign "io\.EOF of io"
	own = nil
}
