package p

func a() { // want "^1$"
	call(1)
	_ = func() { // want "^2$"
		call(2)
	}
}

var b = call(3)
