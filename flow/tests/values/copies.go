package p

type T struct {
	f, g *T
	n    int
	s    string
}

func (t *T) Close() error { return nil }
func (t *T) Method(u *T)  {}

type Closer interface{ Close() error }

func borrow(x ...any)
func cond() bool
func unknown(x any) *T
func identity(x *T) *T
func compute(x string) string
func constant(x string) string
func get(n int) *T
func fill(to *T, from string)
func keep(x any)
func spawn(x any)
func run(f func())
func pure()

var global *T
var table = map[string]*T{}

func Same(p, q *T, ok bool) {
	x := p
	borrow(x, p)          // want same x ~ p yes
	borrow(q, p)          // want same q ~ p unknown
	borrow(Closer(x), q)  // want same Closer(x) ~ p@p yes
	borrow(p)             // at p
	y := q
	if ok {
		y = p
	}
	borrow(y, p) // want same y ~ p unknown
	z := p
	if ok {
		z = x
	}
	borrow(z, p)               // want same z ~ p yes
	borrow(new(T), new(T), p)  // want same new(T) ~ p no
	a, b := get(1), get(2)
	borrow(a, b, p) // want same a ~ b no; same a ~ p no
	func() {
		borrow(p) // want same p ~ p@p yes
	}()
	borrow(p.f, q.f, p.f) // want same p.f ~ q.f unknown
	borrow(p.s, p)         // want same p.s ~ p no
	borrow(identity(p), p) // want same identity(p) ~ p unknown
	c, d := new(T), 5
	e := c
	borrow(e, c, d) // want same e ~ c yes; same e ~ d no
	var k Closer = p
	r, isT := k.(*T)
	borrow(r, p, isT) // want same r ~ p yes
}

func SameSwitch(x any) {
	switch y := x.(type) {
	case *T:
		borrow(y, x) // want same y ~ x yes
	}
}

func Derived(s, other string, p *T, m map[string]string, ch chan string) {
	t := s + "x"
	borrow(t, s)              // want derives t ~ s yes
	borrow(t, other)          // want derives t ~ other no
	borrow(compute(t), s)     // want derives compute(t) ~ s yes
	borrow(constant(t), s)    // want derives constant(t) ~ s no
	borrow(unknown(t), s)     // want derives unknown(t) ~ s unknown
	borrow([]byte(s)[1:], s)  // want derives []byte(s)[1:] ~ s yes
	borrow(len(s) > 3, s)     // want derives len(s) > 3 ~ s no
	v := &T{s: s}
	borrow(v.s, s)            // want derives v.s ~ s yes
	w := new(T)
	w.s = s
	borrow(w.s, w.f, s)       // want derives w.s ~ s yes; derives w.f ~ s no
	borrow(w, s)              // want derives w ~ s yes
	var l T
	l.s = s
	borrow(l.s, s)            // want derives l.s ~ s yes
	list := []string{}
	list = append(list, s)
	borrow(list[0], s)        // want derives list[0] ~ s yes
	n := make(map[string]string)
	n["a"] = s
	borrow(n["b"], s)         // want derives n["b"] ~ s yes
	b := new(T)
	fill(b, s)
	borrow(b.s, s)            // want derives b.s ~ s yes
	c := make(chan string, 1)
	c <- s
	borrow(<-c, s)            // want derives <-c ~ s yes
	var mem string
	func() { mem = s }()
	borrow(mem, s)            // want derives mem ~ s yes
	for _, part := range []string{s} {
		borrow(part, s)   // want derives part ~ s yes
	}
	r := func(x string) string { return x + "!" }(s)
	borrow(r, s)              // want derives r ~ s yes
	f := func(x string) string { return "!" }(s)
	borrow(f, s)              // want derives f ~ s no
}

func Escapes(p *T, ok bool) *T {
	a, b, c, d, e := new(T), new(T), new(T), new(T), new(T)
	borrow(a) // want escapes a returned
	if ok {
		return a
	}
	global = b // want escapes b global
	p.f = c    // want escapes c field
	table["x"] = d // want escapes d map
	*p = *e
	borrow(e) // want escapes e none
	return nil
}

func EscapesByCall(fn func(*T)) {
	a, b, c, d, e := new(T), new(T), new(T), new(T), new(T)
	keep(a)    // want escapes a passed
	spawn(b)   // want escapes b spawned
	unknown(c) // want escapes c passed
	fn(d)      // want escapes d passed
	e.Close()
	e.f = nil
	_ = e == d
	borrow(e) // want escapes e none
	f := new(T)
	go f.Close() // want escapes f spawned
	g := new(T)
	defer g.Close() // want escapes g none
	h := new(T)
	panic(h) // want escapes h panicked
}

func EscapesByChannel(ch chan *T) {
	a := new(T)
	ch <- a // want escapes a sent
}

func EscapesThroughLocals(p *T) *T {
	a := new(T)
	b := &T{f: a}
	b.g = a
	borrow(a) // want escapes a none
	c := new(T)
	d := &T{f: c}
	borrow(c) // want escapes c returned
	e := new(T)
	list := append([]*T{}, e)
	borrow(e, list) // want escapes e none
	f := new(T)
	m := map[string]*T{}
	m["a"] = f
	table = m
	borrow(f) // want escapes f global
	var v T
	g := new(T)
	v.f = g
	borrow(g) // want escapes g pointer
	*p = v
	h := identity(new(T))
	borrow(h) // want escapes h none
	k := new(T)
	global = identity(k) // want escapes k global
	return d
}

func EscapesByClosure(ok bool) func() {
	a, b, c, d, e := new(T), new(T), new(T), new(T), new(T)
	defer func() { a.Close() }()
	borrow(a) // want escapes a none
	go func() { b.Close() }()
	borrow(b) // want escapes b go
	run(func() { c.Close() })
	borrow(c) // want escapes c none
	func() { global = d }()
	borrow(d) // want escapes d global
	f := func() { e.Close() }
	borrow(e) // want escapes e kept
	g := new(T)
	func(x *T) { x.Close() }(g)
	borrow(g) // want escapes g spawned
	go func(x *T) { x.Close() }(g)
	h := new(T)
	k := h.Close
	defer k()
	borrow(h) // want escapes h none; method k@k h.Close
	borrow(k) // at k
	i := new(T)
	spawn(func() { i.Close() })
	borrow(i) // want escapes i go
	j := new(T)
	func() { j = new(T) }()
	borrow(j) // want escapes j none
	return f
}

func Dead(n int, ok bool) (result int, err error) {
	x := n     // want dead x yes
	x = n + 1  // want dead x no
	borrow(x)
	x = 4      // want dead x yes
	y := 1     // want dead y no
	if ok {
		y = 2 // want dead y no
	}
	borrow(y)
	z := 1 // want dead z no
	func() { borrow(z) }()
	w := 1 // want dead w yes
	for cond() {
		w = 2 // want dead w yes
	}
	v := 0 // want dead v no
	for cond() {
		borrow(v)
		v = 2 // want dead v no
	}
	result = 3 // want dead result no
	return
}

func DeadShared(n int, ok bool) int {
	a := n // want dead a yes
	a = 2  // want dead a no
	run(func() { a++ })
	a = 3 // want dead a no
	b := n // want dead b yes
	b = 2  // want dead b no
	borrow(&b)
	b = 3 // want dead b no
	c := n // want dead c no
	if ok {
		c = 2 // want dead c yes
		return n
	}
	run(func() { c++ })
	for cond() {
		d := n // want dead d no
		run(func() { borrow(d) })
		d = 2 // want dead d no
	}
	e := [2]int{} // want dead e no
	e[0] = n
	borrow(e[:])
	return a
}

func DeadResult(run func()) (n int, err error) {
	n, err = 1, nil // want dead err yes; dead n no
	borrow(n)
	if n > 1 {
		err = global2 // want dead err yes
	}
	run()
	defer run()
	return n, nil
}

func DeadBesideDefer(run func()) (n int) {
	defer run()
	n = 1 // want dead n no
	run()
	n = 3 // want dead n yes
	return 2
}

var global2 error

func OthersThanErrors(name string, read func() error, given any) {
	err := read()
	borrow(err, 3)    // want same err ~ 3 no
	borrow(err, name) // want same err ~ name no
	borrow(err, nil)  // want same err ~ nil unknown
	borrow(given, 3)  // want same given ~ 3 unknown
}
