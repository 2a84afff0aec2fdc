package p

func f() {
	free(a)
	use(a) // want "^a$"
	free(b)
	b = g()
	use(b)
	free(b)
	use(b) // want "^b$"
	a = g()
	use(a)
}
