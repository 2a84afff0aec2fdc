package p

func f(a, b []int) {
	call(a[0], a[0])           // want "^a\[0\] twice$"
	call(a[0], (a[0]))         // want "twice"
	call((a)[0], a[(0)])       // want "twice"
	call(a[0]+b[1], a[0] + b[1]) // want "twice"
	call(a[0], a[1])
	call(a[0], b[0])
	call(0x10, 16)   // want "^0x10 twice$"
	call("a", `a`)   // want "twice"
	call("a", "b")
	call(func() { g() }, func() { // want "twice"
		g() // a comment does not matter
	})
	call(1+(2+3), 1+2+3)
}
