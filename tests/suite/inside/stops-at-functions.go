package p

func f(xs []int) {
	for {
		defer a() // want "^a waits"
		if x {
			defer b() // want "^b waits"
		}
		func() {
			defer c()
		}()
	}
	for range xs {
		defer d() // want "^d waits"
	}
	defer e()
}
