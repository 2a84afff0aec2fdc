package p

import "strings"

func f() {
	strings.Index(a, s) // want "^a$"
	{
		strings := strings.Index(b, s) // want "^b$"
		strings.Index(c, s)
	}
	strings.Index(d, s) // want "^d$"
	if strings := g(); strings.Index(e, s) > 0 {
		strings.Index(h, s)
	}
	for _, strings := range xs {
		strings.Index(i, s)
	}
	func(strings t) { strings.Index(j, s) }(strings.Index(k, s)) // want "^k$"
}

func (strings t) m() { strings.Index(l, s) }
