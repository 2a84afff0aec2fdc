package p

var (
	_ = !(a == b)     // want "^a and b$"
	_ = !((a == b))   // want "^a and b$"
	_ = (!(a == (b))) // want "^a and b$"
	_ = !a == b
)
