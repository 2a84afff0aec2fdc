package p

func g() {
	a, err := f()
	if err != nil {
		return
	}
	b, err := f() // want "err of f"
	use(b)
	if err != nil {
		return
	}
	if c {
		d, err := f() // want "err of f"
		_, _ = d, err
	}
	e, err2 := f() // want "err2 of f"
}
