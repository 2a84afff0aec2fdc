package expressions

type celsius float64

type pair[K, V any] struct {
	k K
	v V
}

func use(any) {}

func same[T any](x T) T { return x }

func size(n uint) int { return 0 }

func f(xs []int, m map[string]celsius, p *int, n uint) {
	_ = celsius(1) // want conversion "celsius\(1\)"
	_ = []byte("x") // want conversion "\[\]byte\(\"x\"\)"
	_ = (func())(nil) // want conversion "\(func\(\)\)\(nil\)" nil "in func\(\)"
	size(n) // want called "size\(n\)" discarded "size\(n\)"
	_ = size(n) // want called "size\(n\)"
	defer size(n) // want called "size\(n\)" discarded "size\(n\)"
	_ = same[int](1) // want instantiation "same\[int\]" called "same\[int\]\(1\)" // undecided number "not known whether name\(\$f\) == \"use\""
	_ = pair[int, string]{} // want instantiation "pair\[int, string\]"
	_ = same[string] // want instantiation "same\[string\]"
	use(xs[0]) // want addressable "xs\[0\]" called "use\(xs\[0\]\)" number "xs\[0\] int" element "xs\[0\]"
	use(m["a"]) // want called "use\(m\[\"a\"\]\)" number "m\[\"a\"\] float64" element "m\[\"a\"\]"
	use(*p) // want addressable "\*p" called "use\(\*p\)" number "\*p int"
	use(n) // want addressable "n" called "use\(n\)" number "n uint" unsigned "n"
	use(nil) // want called "use\(nil\)" nil "in use"
	use(1 + 2i) // want called "use\(1 \+ 2i\)" number "1 \+ 2i complex128"
	_ = make(map[int]int, 1)
	_ = new(int) // want type "int"
	_ = len(xs)
	type local []int
	use(local(xs)) // want called "use\(local\(xs\)\)" conversion "local\(xs\)"
}
