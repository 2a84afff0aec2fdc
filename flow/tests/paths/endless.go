package p

func open()
func done()
func use()
func exit()
func ready() bool

//path endless = no
func always() {
	open()
	use()
	done()
}

//path endless = yes
//path return = no
func forEver() {
	open()
	for {
		use()
	}
}

//path endless = yes
func waits() {
	open()
	select {}
}

//path endless = yes
//path process = yes
func leaves() {
	open()
	if ready() {
		exit()
	}
	done()
}

//path endless = unknown mayend
//path return = no
func untilReady() {
	open()
	for !ready() {
		use()
	}
	done()
}

//path endless = no
func counts(n int) {
	open()
	for i := 0; i < n; i++ {
		use()
	}
	done()
}

//path endless = no
func ranges(xs map[string]int) {
	open()
	for range xs {
		use()
	}
	done()
}

//path endless = unknown mayend
func rangesChannel(ch chan int) {
	open()
	for range ch {
		use()
	}
	done()
}

//path endless = no
func eachTime() {
	open()
	for {
		done()
	}
}

//path endless = yes
func server(stop chan int) {
	open()
	defer done()
	for {
		select {
		case <-stop:
			use()
		}
	}
}

//path endless = no
func constantCondition() {
	const debug = false
	open()
	for debug {
		use()
	}
	done()
}
