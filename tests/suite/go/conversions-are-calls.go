package p

var (
	_ = []byte(a) // want "^a$"
	_ = string(b) // want "^b$"
	_ = (*int)(c) // want "^c$"
	_ = *(*int)(d) // want "^d$"
	_ = (func())(e) // want "^e$"
	_ = (<-chan int)(f) // want "^f$"
	_ = []int(g)
)
