package p

var (
	_ = f(1, 2) // want "^1, 2$"
	_ = f(1, 20)
	_ = f(a, 2)
)
