package p

var (
	_ = a[:] // want whole "^a$"
	_ = a[0:]
	_ = a[1:2:3] // want full "^1 2 3$"
	_ = a[1:2]
	_ = b.(int)  // want asserted "^b is int$"
	_ = b.(*p.T) // want asserted "^b is \*p\.T$"
)
