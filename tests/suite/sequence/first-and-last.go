package p

func f() int {
	a := 1 // want first "a is first"
	b := 2
	if a > b {
		c := 3
		return c // want last "return is last"
	}
	return b
}

func g() {
	h()
	i := 1
	_ = func() {
		j := 2 // want first "j is first"
	}
}
