package p

func f() {
	a, err := os.Open(x) // want "^a$"
	if err != nil {
		return
	}
	defer a.Close()
	b, err := os.Open(y)
	if b != nil {
		defer b.Close()
	}
	defer c.Close()
	c, err := os.Open(z)
}
