package p

func f() {
	free(a)
	_ = 1 + use(a) // want "^a$"
	if use(a) { // want "^a$"
		use(a)
	}
	return use(a), use(b) // want "^a$"
}
