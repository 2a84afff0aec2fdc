package p

func f() {
	defer a.Close() // want "a is closed"
	b.Close()       // want "b is closed"
	c.Shutdown()    // want "c is closed"
	_ = d.Close()
	go e.Close()
}
