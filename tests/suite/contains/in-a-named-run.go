package p

var (
	_ = call(a(), b(), 1+c()) // want "^b$" "^c$"
	_ = call(a())
	_ = call(a(), 1, 2)
	_ = call(1, d) + e()
)
