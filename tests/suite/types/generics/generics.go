package generics

type number interface{ ~int | ~uint8 }

type box[T any] struct{ value T }

func call(any) {}

func id[T any](x T) T { return x } // want generic "id"

func f[N number, S ~[]E, E any, A any](n N, s S, e E, a A, b box[string], c box[[]N]) { // want generic "f"
	call(n) // want integer "n" parameter "n of type N"
	call(s) // want parameter "s of type S" slice "E"
	call(e) // want parameter "e of type E"
	call(a) // want parameter "a of type A"
	call(id[int])
	_ = b.value // want field "string"
	_ = c.value // want field "\[\]N"
}
