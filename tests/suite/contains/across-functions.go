package p

func f() {
	defer func() { recover() }() // want "recovers"
	defer recover()              // want "recovers"
	defer g()
}
