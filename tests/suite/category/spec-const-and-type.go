package p

const a = 1 // want "^a$"

const (
	b = iota // want "^b$"
	c
	d int = 2
)

type e struct{} // want "^e$"

type (
	f struct { // want "^f$"
		g int
	}
	h = int // want "^h$"
	i int
	j[T any] struct{ x T } // want "^j$"
)
