package p

func f() {
	a, err := os.Open(n) // want "^a, err$"
	b, err = os.Open(n)  // want "^b, err$"
	var c, err2 = os.Open(n) // want "^c, err2$"
	var ( // want "^d, err3$"
		d, err3 = os.Open(n) // the only one of its group
	)
	var e, err4 file = os.Open(n)
	g := os.Open(n)
}
