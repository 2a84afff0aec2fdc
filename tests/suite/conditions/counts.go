package p

var (
	_ = call()
	_ = call(1, 2)
	_ = call(1, 2, 3)       // want "^3$"
	_ = call(1, f(2, 3), 4, 5) // want "^4$"
)
