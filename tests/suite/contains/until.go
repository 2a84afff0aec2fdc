package p

func a() { // want "^x$"
	x = 1
	if c {
		y = 1
	}
}

func b() {
	if c {
		y = 1
	}
}
