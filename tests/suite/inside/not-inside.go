package p

func g() {
	a() // want "^a$"
	for {
		b()
		if x {
			c()
		}
		func() {
			d() // want "^d$"
		}()
	}
}
