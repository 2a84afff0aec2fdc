package p

var (
	_ = f(a, a) // want "^f$"
	_ = f(a, b) // want "^f$"
	_ = f(a)
	_ = f(a, b, c)
	_ = f(a, f(b, c)) // want "^f$" "^f$"
)
