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
	_ = celsius(1)
	_ = []byte("x")
	_ = (func())(nil)
	size(n)
	_ = size(n)
	defer size(n)
	_ = same[int](1)
	_ = pair[int, string]{}
	_ = same[string]
	use(xs[0])
	use(m["a"])
	use(*p)
	use(n)
	use(nil)
	use(1 + 2i)
	_ = make(map[int]int, 1)
	_ = new(int)
	_ = len(xs)
	type local []int
	use(local(xs))
}
