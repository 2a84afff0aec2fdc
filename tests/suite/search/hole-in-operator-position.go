package p

var (
	_ = a + b + c // want "^\+ twice$"
	_ = a - b + c
	_ = a && b && c // want "^&& twice$"
	_ = (a + b) + c // want "twice"
	_ = a + (b + c)
)
