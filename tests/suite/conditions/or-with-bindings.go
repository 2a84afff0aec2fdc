package p

var (
	_ = call(a + 1) // want "^a$" "^1$"
	_ = call(a + b) // want "^b$"
	_ = call(a - 1)
)
