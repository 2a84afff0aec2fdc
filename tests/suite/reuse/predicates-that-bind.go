package p

func f() {
	a = append(a, 1) // want "^a by 1$"
	a = append(b, 1)
	a = append(a, 1, 2)
}
