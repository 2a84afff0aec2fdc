package p

func f(xs, ys []int) {
	for range xs { // want "^xs$"
		if a && len(xs) > 0 {
		}
	}
	for range xs {
		_ = len(ys)
	}
	for range ys {
		_ = func() int { return len(ys) }
	}
	for range len(ys) {
	}
}
