package p

func f() {
	a = a + b // want "^a \+= b$"
	a = b + a // want "^a \+= b$"
	a = a + g() // want "^a \+= g\(\)$"
	a = g() + a
	a = b + c
	a = a - b
	a = b - a
	a.x = b.y + a.x // want "^a\.x \+= b\.y$"
}
