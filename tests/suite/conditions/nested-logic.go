package p

var (
	_ = call(1) // want "^1$"
	_ = call(2)
	_ = call(a) // want "^a$"
	_ = call(a + b)
)
