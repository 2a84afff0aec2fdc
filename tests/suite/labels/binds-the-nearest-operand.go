package p

var (
	_ = a +
		b // want "^b$"
)
