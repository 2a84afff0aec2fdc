package generics

type number interface{ ~int | ~uint8 }

type box[T any] struct{ value T }

func call(any) {}

func id[T any](x T) T { return x }

func f[N number, S ~[]E, E any, A any](n N, s S, e E, a A, b box[string], c box[[]N]) {
	call(n)
	call(s)
	call(e)
	call(a)
	call(id[int])
	_ = b.value
	_ = c.value
}
