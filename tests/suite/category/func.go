package p

func a() {} // want "no recover"

func b() {
	defer func() { recover() }()
}

func (t T) c() { // want "no recover"
	func() {}()
}
