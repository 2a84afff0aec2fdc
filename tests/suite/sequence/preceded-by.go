package p

func f() {
	a.Lock()
	b.Lock()
	work()
	a.Unlock() // want "^a$"
	if c {
		b.Unlock()
	}
	c.Unlock()
	c.Lock()
	b.Unlock() // want "^b$"
}
