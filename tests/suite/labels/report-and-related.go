package p

func f() {
	mu.Lock()
	return // want "mu is still locked"
}

func g() {
	mu.Lock()
	mu.Unlock()
	return
}
