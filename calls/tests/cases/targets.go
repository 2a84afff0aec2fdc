package p

type shape interface {
	area() int
}

type square struct{ side int }

func (s square) area() int { return s.side * s.side }

type circle struct{ r int }

func (c *circle) area() int { return c.r }

type table struct {
	run  func()
	hook func()
}

func one() {}
func two() {}

var handler = one

var byName = map[string]func(){"one": one, "two": two}

func static(s square) {
	one()     // calls: p.one call static
	s.area()  // calls: p.square.area call static
	f := one
	f()       // calls: p.one call value
	go two()  // calls: p.two go static
	defer s.area() // calls: p.square.area defer static
}

func dynamic(s shape) { s.area() } // calls: p.circle.area call interface, p.square.area call interface

func fields(t *table) {
	t.run() // calls: p.two call value
}

func newTable() *table { return &table{run: two, hook: nil} }

func params(f func()) { f() } // calls: case.go@282 call value, p.one call value

func usesParams() {
	params(one) // calls: p.params call static, p.one call callback
	params(func() {}) // calls: p.params call static, case.go@282 call callback
}

func globals() { handler() } // calls: p.one call value

func maps(name string) { byName[name]() } // calls: p.one call value, p.two call value, (not known) call value

func results() { choose(true)() } // calls: p.one call value, p.two call value, p.choose call static

func choose(b bool) func() {
	if b {
		return one
	}
	return two
}

func literals() {
	n := 0
	add := func() { n++ }
	add() // calls: case.go@376 call static
	func() { n++ }() // calls: case.go@389 call static
}

func methodValues(s square) int {
	f := s.area
	return f() // calls: p.square.area call value
}

func methodExpressions(s square) int {
	f := square.area
	return f(s) // calls: p.square.area call value
}

func captured() func() {
	f := two
	return func() { f() } // calls: p.two call value
}

var parsers = [...]func(){0: one, 1: two}

func arrays(n int) { parsers[n]() } // calls: p.one call value, p.two call value, (not known) call value

var Exported func()

func lost() { Exported = two }

func notLost(m map[string][]func()) { m["x"][0]() } // calls: (not known) call value

// Fields of a struct type without a name are apart.
var hooks struct {
	start func()
	stop  func()
}

func setHooks() {
	hooks.start = one
	hooks.stop = two
}

func unnamed() {
	hooks.start() // calls: p.one call value, (not known) call value
}
