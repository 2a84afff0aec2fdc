package p

func g() {
	if x {
		a() // want "^a under x$"
		for {
			b()
		}
		if y {
			c() // want "^c under y$"
		} else {
			d() // want "^d under y$"
		}
		_ = func() { e() }
	}
}
