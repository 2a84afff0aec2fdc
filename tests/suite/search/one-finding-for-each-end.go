package p

func f() {
	a()
	b() // want "b after a"
	c() // want "c after a" "c after b"
}
