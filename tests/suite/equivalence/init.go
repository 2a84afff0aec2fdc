package p

func g() error {
	err := a() // want "^a$"
	if err != nil {
		return err
	}
	if err := b(); err != nil { // want "^b$"
		return err
	}
	if err := c(); nil != err { // want "^c$"
		return err
	}
	if err := d(); err != nil {
		return nil
	}
	err2 := e()
	use(err2)
	if err2 != nil {
		return err2
	}
	return nil
}
