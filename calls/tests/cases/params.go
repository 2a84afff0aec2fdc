package p

import (
	"context"
	"sync"
)

type T struct {
	next *T
	n    int
	f    func()
}

var global *T

// facts: complete, params [{"kept":true}]
func keeps(t *T) { global = t }

// facts: complete, params [{"kept":true}], pure, results [{"derives":[0],"nil":"never"}]
func keepsInside(t *T) *T { return &T{next: t} }

// facts: complete, pure, results [{"copies":[0],"derives":[0]}]
func returns(t *T) *T { return t }

// facts: complete, params [{"dereferenced":"always","holds_after":true}], pure, results [{"derives":[0]}]
func reads(t *T) int { return t.n }

// facts: complete, pure, results [{"derives":[0]}]
func readsMaybe(t *T) int {
	if t == nil {
		return 0
	}
	return t.n
}

// facts: complete, params [{"dereferenced":"sometimes"},{}], pure, results [{"derives":[0]}]
func readsSometimes(t *T, b bool) int {
	if b {
		return t.n
	}
	return 0
}

// facts: complete, params [{"holds_after":true}], pure
func notNil(t *T) {
	if t == nil {
		panic("nil")
	}
}

// facts: complete, params [{"holds_after":true}], pure
func must(b bool) {
	if !b {
		panic("not")
	}
}

// facts: params [{"called":"always","dereferenced":"always","holds_after":true}]
func calls(f func()) { f() }

// facts: params [{"called":"always","dereferenced":"always","holds_after":true}]
func defers(f func()) { defer f() }

// facts: params [{"kept":true,"spawned":true}]
func spawns(f func()) { go f() }

// facts: params [{"Unlock":"always","dereferenced":"always","holds_after":true},{"called":"always","dereferenced":"always","holds_after":true}]
func deferredLiteral(mu *sync.Mutex, cancel context.CancelFunc) {
	// facts:
	defer func() {
		mu.Unlock()
		cancel()
	}()
}

// facts: params [{"called":"sometimes","dereferenced":"sometimes"},{}]
func callsOnOnePath(f func(), b bool) {
	if b {
		return
	}
	calls(f)
}

// facts: complete, may block, params [{"sent":"always"},{"received":"always"},{"closed":"always"}]
func channels(a, b, c chan int) {
	a <- 1
	<-b
	close(c)
}

// facts: complete, params [{"sent":"sometimes"}]
func selects(a chan int) {
	select {
	case a <- 1:
	default:
	}
}

// facts: complete, may block, params [{"received":"always"}]
func drains(a <-chan int) {
	for range a {
	}
}

// facts: complete, params [{"dereferenced":"always","filled_from":[1],"holds_after":true},{"kept":true}]
func fills(to, from *T) { to.next = from }

// facts: params [{"called":"always","dereferenced":"always","holds_after":true},{}]
func recursive(f func(), n int) {
	if n == 0 {
		f()
		return
	}
	recursive(f, n-1)
}

// facts: complete, params [{"dereferenced":"always","holds_after":true}], pure
func handsOn(t *T) { reads(t) }

// facts: complete, pure, results [{"copies":[0],"derives":[0]}]
func local(t *T) int {
	own := T{next: t}
	return own.n
}
