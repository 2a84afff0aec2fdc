package p

var (
	_ = a == a       // want "a is compared"
	_ = a != (a)     // want "a is compared"
	_ = a < a
	_ = a == b
	_ = a.b == a.b && c // want "a.b is compared"
)
