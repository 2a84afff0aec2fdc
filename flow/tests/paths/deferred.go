package p

func open() error
func done()
func use()
func exit()
func ready() bool
func restore(any)

//path return = no
//path panic = no
func deferred() {
	open()
	defer done()
	if ready() {
		panic(1)
	}
}

//path return = yes
func deferredLate() {
	open()
	if ready() {
		return
	}
	defer done()
}

//path return = no
func deferredBefore() {
	defer done()
	open()
}

//path process = yes
//path return = no
func processEnds() {
	open()
	defer done()
	if ready() {
		exit()
	}
}

//path return = yes
func onlySometimes() {
	open()
	if ready() {
		defer done()
	}
	use()
}

//path return = no
func whereOpened(c bool) {
	if c {
		open()
		defer done()
	}
	use()
}

//path return = no
func deferredOnBothWays(c bool) {
	if c {
		defer done()
	}
	open()
	if !c {
		defer done()
	}
}

//path return = no
func literal() {
	open()
	defer func() { done() }()
	use()
}

//path use = yes
func notYet() {
	defer done()
	open()
	use()
}

//path return = yes
func recovered() {
	defer func() {
		if r := recover(); r != nil {
			restore(r)
		}
	}()
	open()
	panic(1)
}

//path panic = yes
//path return = no
func panics() {
	open()
	panic(1)
}

//path return = no
func inLoop() {
	for ready() {
		open()
		defer done()
	}
}

//path return = no
func namedResult() (err error) {
	defer func() {
		if err != nil {
			use()
		}
	}()
	if err = open(); err != nil {
		done()
		return err
	}
	if err == nil {
		done()
	}
	return nil
}
