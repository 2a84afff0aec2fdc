package p

func g(xs []int) {
	f(xs...) // want "^xs is spread$"
	f(xs)
	f(1, xs...)
}
