package p

var (
	_ = len(a) == 0 // want "^a$"
	_ = 0 == len(a) // want "^a$"
	_ = a == nil    // want "^a$"
	_ = nil == a    // want "^a$"
	_ = len(a) < 1  // want "^a$"
	_ = 1 > len(a)  // want "^a$"
	_ = 1 < len(a)
	_ = len(a) > 1
	_ = 0 != len(a)
	_ = 3 == cap(a)   // want "^a$"
	_ = cap(a) == (3) // want "^a$"
)
