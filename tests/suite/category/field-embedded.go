package p

type s struct {
	T       // want "T is embedded"
	*U      // want "\*U is embedded"
	pkg.V   // want "pkg\.V is embedded"
	W[int] `tag:""` // want "W\[int\] is embedded"
	a int
	b struct {
		X // want "X is embedded"
	}
	f func(int) bool
}

func f(int) {}
