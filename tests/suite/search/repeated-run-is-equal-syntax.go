package p

var (
	_ = f() + g()               // want "^both get \[\]$"
	_ = f(a, b) + g(a, (b))     // want "^both get \[a, b\]$"
	_ = f(a, b) + g(b, a)
	_ = f(a, b) + g(a)
	_ = f(a) + g(a, b)
	_ = f(f(a)+g(a)) + g(f(a)+g(a)) // want "both get \[f\(a\)\+g\(a\)\]" "both get \[a\]" "both get \[a\]"
)
