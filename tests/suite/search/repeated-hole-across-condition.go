package p

func h(xs, ys []int) {
	for range xs {
		use(xs)    // want "xs is ranged over and passed to use"
		use(ys)
		use(xs, 1) // want "xs is ranged over"
	}
	for _, x := range xs {
		for range ys {
			use(ys)   // want "ys is ranged over"
			use((xs)) // want "xs is ranged over"
			use(x)
		}
	}
}
