package p

func g() {
	for {
		a() // want "^a$"
		if x {
			b()
			for {
				c() // want "^c$"
			}
		} else {
			d()
		}
	}
}
