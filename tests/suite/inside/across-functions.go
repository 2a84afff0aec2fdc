package p

func f() {
	for {
		func() {
			defer a() // want "^a$"
		}()
		_ = func() { _ = func() { defer b() } } // want "^b$"
	}
	func() { defer c() }()
}
