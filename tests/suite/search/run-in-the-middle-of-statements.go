package p

func f(a, b file) {
	a.Open() // want "a is opened"
	a.Close()
	b.Open() // want "b is opened"
	a.Read()
	a.Read()
	b.Close()
	a.Open()
	if c {
		a.Close()
	}
}
