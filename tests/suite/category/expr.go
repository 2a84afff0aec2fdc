package p

var a = b + 1 // want "^b$"

const c = iota + 1 // want "^iota$"

type t [n + 1]int // want "^n$"

func f(x [m + 1]int) { // want "^m$"
	g(a + 1)      // want "^a$"
	a[i+1] = j + 1 // want "^i$" "^j$"
	switch k + 1 { // want "^k$"
	case l + 1: // want "^l$"
	}
	for range x + 1 { // want "^x$"
	}
	_ = T{p + 1: q + 1} // want "^p$" "^q$"
	ch <- v + 1          // want "^v$"
	go h(w + 1)          // want "^w$"
	_ = func() int { return y + 1 } // want "^y$"
}
