package p

var (
	_ = a(4) // want "^4 is more than 3$"
	_ = b(5) // want "^5 is more than 3$"
	_ = a(3)
	_ = c(4)
)
