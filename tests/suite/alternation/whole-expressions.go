package p

var (
	_ = a == "" // want "^a$"
	_ = b == `` // want "^b$"
	_ = "" == c // want "^c$"
	_ = d == "d"
)
