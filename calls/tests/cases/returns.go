package p

import "os"

// facts: complete, may block, never returns
func exits() {
	os.Exit(1)
}

// facts: complete, never returns, pure
func loops() {
	for {
	}
}

// facts: complete, never returns, pure
func itself() { itself() }

// facts: complete, may block
func onOnePath(b bool) {
	if b {
		exits()
	}
}

// facts: complete, may block, never returns
func onBoth(b bool) int {
	if b {
		exits()
	} else {
		panic("no")
	}
	return 1
}

// facts: complete, pure
func recovers() {
	defer func() { recover() }()
	panics()
}

// facts: complete, never returns, pure
func panics() { panic("x") }

// facts: complete, pure
func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

// facts: complete, pure
func odd(n int) bool { return even(n - 1) }

// facts: complete, never returns, pure
func ping() { pong() }

// facts: complete, never returns, pure
func pong() { ping() }
