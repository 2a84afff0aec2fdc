package p

func f() {
	a := b // want "^a$"
	a = b
	var c = b
}
