package p

var (
	_ = f(a + a) // want "^a doubled for f$"
	_ = f(a * 2) // want "^a doubled"
	_ = f((2 * a)) // want "^a doubled"
	_ = f(2 * 2) // want "^2 doubled"
	_ = f(a + b)
)
