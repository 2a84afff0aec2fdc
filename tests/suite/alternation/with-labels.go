package p

var (
	_ = f(-a) // want "^a$"
	_ = f(
		+b, // want "^b$"
	)
	_ = f(c)
)
