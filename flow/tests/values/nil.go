package p

import "unsafe"

type T struct {
	f    *T
	n    int
	err  error
	list []int
}

type I interface{ M() int }

func (t *T) M() int { return 0 }

func borrow(x any, y ...any)
func cond() bool
func other() bool
func unknown(x any)
func fatal(x ...any)
func use(t *T)
func must(x any)
func mustNot(x any)
func find(n int) *T
func get(n int) *T
func open(s string) (*T, error)
func lookup(s string) (*T, bool)
func pure() int

var global *T

func Parameter(p *T) {
	borrow(p) // want nil p unknown
	if p != nil {
		borrow(p) // want nil p never
	} else {
		borrow(p) // want nil p always
	}
	borrow(p) // want nil p unknown
}

func EarlyReturn(p *T) int {
	if p == nil {
		return 0
	}
	return p.n // want nil p never
}

func Dereferenced(p *T) {
	_ = p.n
	borrow(p) // want nil p never
}

func DereferencedByCallee(p *T) {
	use(p)
	borrow(p) // want nil p never
}

func Checked(p *T) {
	must(p)
	borrow(p) // want nil p never
}

func CheckedToBeNil(p *T) {
	mustNot(p)
	borrow(p) // want nil p always
}

func CheckedToBeFalse(p *T, ok bool) {
	mustNot(ok || p != nil)
	borrow(p) // want nil p always
}

func Condition(p *T, ok bool) {
	if ok && p != nil && p.n > 0 {
		borrow(p) // want nil p never
	}
	if p == nil || ok {
		borrow(p) // want nil p unknown
		return
	}
	borrow(p) // want nil p never
}

func ConditionAsValue(p *T, ok bool) {
	isNil := p == nil
	if isNil {
		borrow(p) // want nil p always
		return
	}
	borrow(p) // want nil p never
}

func JoinAsValue(p *T, ok bool) {
	there := p != nil && ok
	if there {
		borrow(p) // want nil p never
	} else {
		borrow(p) // want nil p unknown
	}
}

func Negation(p *T) {
	if !(p == nil) {
		borrow(p) // want nil p never
	}
}

func Switch(p *T, ok bool) {
	switch {
	case p == nil:
		borrow(p) // want nil p always
	case ok:
		borrow(p) // want nil p never
	}
	switch p {
	case nil:
		borrow(p) // want nil p always
	default:
		borrow(p) // want nil p never
	}
}

func Zero() {
	var p *T
	borrow(p) // want nil p always
	p = &T{}
	borrow(p) // want nil p never
	p = nil
	borrow(p) // want nil p always
}

func Made(n int) {
	a, b, c, d := new(T), make([]int, n), map[string]int{}, func() {}
	borrow(a) // want nil a never
	borrow(b) // want nil b never
	borrow(c) // want nil c never
	borrow(d) // want nil d never
	var s []int
	borrow(s) // want nil s always
	t := append(s, 1)
	borrow(t) // want nil t never
	u := append(s, t...)
	borrow(u) // want nil u unknown
	borrow(t[1:]) // want nil t[1:] never
	borrow(s[:0]) // want nil s[:0] always
	borrow([]byte("x")) // want nil []byte("x") never
}

func Either(ok bool) {
	var p *T
	if ok {
		p = new(T)
	}
	borrow(p) // want nil p sometimes
}

func EitherThenSame(ok bool) {
	var p *T
	if ok {
		p = new(T)
	}
	if ok {
		borrow(p) // want nil p unknown
	}
}

func EitherThenOther(ok, no bool) {
	var p *T
	if ok {
		p = new(T)
	}
	if no {
		borrow(p) // want nil p sometimes
	}
}

func EitherThenFlag(n int) {
	var p *T
	found := false
	if n > 3 {
		p = new(T)
		found = true
	}
	if found {
		borrow(p) // want nil p unknown
	}
}

func EitherOrStop(ok bool) {
	var p *T
	if ok {
		p = new(T)
	} else {
		fatal()
	}
	borrow(p) // want nil p never
}

func EitherOrUnknown(ok bool) {
	var p *T
	if ok {
		p = new(T)
	} else {
		unknown(1)
	}
	borrow(p) // want nil p unknown
}

func EitherLookedAt(ok bool) {
	var p *T
	if ok {
		p = new(T)
	}
	unknown(p)
	borrow(p) // want nil p unknown
}

func EitherNeither(ok bool, q *T) {
	p := q
	if ok {
		p = new(T)
	}
	borrow(p) // want nil p unknown
}

func DefaultedWhenNil(p *T) {
	if p == nil {
		p = new(T)
	}
	borrow(p) // want nil p never
}

func NilAgain(p *T, ok bool) {
	if p != nil {
		p = nil
	}
	borrow(p) // want nil p always
}

func Loop(all []*T) {
	var last *T
	for _, t := range all {
		borrow(last) // want nil last sometimes
		last = new(T)
		_ = t
	}
	borrow(last) // want nil last unknown
}

func LoopFirst(all []*T) {
	var last *T
	for i := range all {
		if i > 0 {
			borrow(last) // want nil last unknown
		}
		last = all[i]
	}
}

func Called() {
	p := find(1)
	borrow(p) // want nil p unknown
	q := get(1)
	borrow(q) // want nil q never
	if p != nil {
		borrow(p) // want nil p never
	}
}

func CalledThenRelated(n int) {
	p := find(n)
	if n > 3 {
		borrow(p) // want nil p unknown
	}
}

func WithError(s string) {
	p, err := open(s)
	borrow(p) // want nil p sometimes
	if err != nil {
		borrow(p) // want nil p unknown
		return
	}
	borrow(p, err) // want nil p never; nil err always
}

func WithErrorIgnored(s string) {
	p, _ := open(s)
	borrow(p) // want nil p unknown
}

func WithErrorCheckedByUnknown(s string) {
	p, err := open(s)
	if err != nil {
		unknown(err)
	}
	borrow(p) // want nil p unknown
}

func WithErrorTriedAgain(s string) {
	p, err := open(s)
	if err != nil {
		p, err = open(s)
		if err != nil {
			return
		}
	}
	borrow(p) // want nil p never
}

func WithErrorAndMore(ok bool, s string) {
	var p *T
	var err error
	if ok {
		p, err = open(s)
	} else {
		err = global.err
	}
	if err != nil {
		p = new(T)
	}
	borrow(p) // want nil p unknown
}

func CheckedByUnknown(ok bool) {
	var p *T
	if ok {
		p = new(T)
	}
	if p == nil {
		unknown(1)
	}
	borrow(p) // want nil p unknown
}

func WithErrorInInit(s string) {
	if p, err := open(s); err == nil {
		borrow(p) // want nil p never
	}
}

func WithErrorAssigned(s string) (p *T, err error) {
	p, err = open(s)
	if err != nil {
		return nil, err // want nil err never
	}
	return p, err // want nil p never; nil err always
}

func WithOk(s string) {
	p, ok := lookup(s)
	if !ok {
		borrow(p) // want nil p unknown
		return
	}
	borrow(p) // want nil p never
}

func Field(t *T) {
	if t.f != nil {
		borrow(t.f) // want nil t.f never
		t.n = 1
		borrow(t.f) // want nil t.f never
		pure()
		borrow(t.f) // want nil t.f never
		unknown(1)
		borrow(t.f) // want nil t.f unknown
	}
	t.f = new(T)
	borrow(t.f) // want nil t.f never
	t.f = nil
	borrow(t.f) // want nil t.f always
}

func FieldOfOther(t, u *T) {
	if t.f == nil {
		return
	}
	u.f = nil
	borrow(t.f) // want nil t.f unknown
}

func FieldOfField(t *T) {
	if t.f != nil && t.f.f != nil {
		borrow(t.f.f) // want nil t.f.f never
		t.f = new(T)
		borrow(t.f.f) // want nil t.f.f unknown
	}
}

func FieldByBoth(t *T, ok bool) {
	if t.f == nil {
		t.f = new(T)
	}
	borrow(t.f) // want nil t.f unknown
}

func Global() {
	if global == nil {
		return
	}
	borrow(global) // want nil global never
	unknown(1)
	borrow(global) // want nil global unknown
}

func Element(m map[string]*T, s []*T, i int) {
	if m["a"] != nil {
		borrow(m["a"]) // want nil m["a"] never
		borrow(m["b"]) // want nil m["b"] unknown
	}
	if s[i] == nil {
		borrow(s[i]) // want nil s[i] always
		s[i] = new(T)
		borrow(s[i]) // want nil s[i] never
	}
}

func Comma(m map[string]*T, x any, ch chan *T) {
	p, ok := m["a"]
	if !ok {
		borrow(p) // want nil p always
	} else {
		borrow(p) // want nil p unknown
	}
	i, ok := x.(I)
	if ok {
		borrow(i, x) // want nil i never; nil x unknown
	}
	q, ok := x.(*T)
	borrow(q) // want nil q unknown
	r, ok := <-ch
	if !ok {
		borrow(r) // want nil r always
	}
	_ = x.(I)
	borrow(x) // want nil x never
}

func Boxed(p *T) {
	var q *T
	var i I = q
	borrow(i) // want nil i never
	var e any = p
	borrow(e) // want nil e never
	var j I
	borrow(j) // want nil j always
	j = i
	borrow(j) // want nil j never
	k := I(p)
	borrow(k) // want nil k never
}

func TypeSwitch(x any) {
	switch y := x.(type) {
	case nil:
		borrow(x) // want nil x always
	case *T:
		borrow(x, y) // want nil x never; nil y unknown
	case I:
		borrow(y) // want nil y never
	default:
		borrow(x) // want nil x never
	}
}

func Captured(s string) {
	p := new(T)
	var q *T
	func() {
		borrow(p) // want nil p never
		borrow(q) // want nil q always
	}()
}

func CapturedAndWritten() {
	var p *T
	func() { p = new(T) }()
	borrow(p) // want nil p unknown
	if p != nil {
		borrow(p) // want nil p never
		unknown(1)
		borrow(p) // want nil p unknown
	}
}

func AddressTaken() {
	var p *T
	unknown(&p)
	borrow(p) // want nil p unknown
	if p == nil {
		p = new(T)
	}
	p.n = 1
	borrow(p) // want nil p never
}

func Goto(ok bool) {
	var p *T
again:
	if p != nil {
		borrow(p) // want nil p never
		return
	}
	p = new(T)
	goto again
}

func Constant() {
	const debug = false
	var p *T
	if debug {
		p = new(T)
	}
	borrow(p) // want nil p always
}

func Exhaustive(n int) {
	var p *T
	switch n {
	case 1:
		p = new(T)
	default:
		panic("no")
	}
	borrow(p) // want nil p never
}

func MethodOfInterface(i I) {
	i.M()
	borrow(i) // want nil i never
}

func WordOfCallees(s string) {
	p := find(1)
	borrow(p) // want possibly p sometimes
	if p != nil {
		borrow(p) // want possibly p never
	}
	q, err := open(s)
	if err != nil {
		borrow(q) // want possibly q sometimes; nil q unknown
		return
	}
	borrow(q) // want possibly q never
	r, ok := lookup(s)
	if ok {
		borrow(r) // want possibly r never
	}
	use(p)
	borrow(p) // want possibly p never
}

func NoPathLeadsThere(q *T) {
	const debug = false
	var p *T
	if debug {
		borrow(p) // want nil p always; possibly p always
		return
		borrow(p) // want nil p unknown; possibly p unknown
	}
	if q == nil {
		return
		borrow(q) // want nil q unknown
	}
	borrow(p) // want nil p always
}

func SetThroughUnsafePointer(v unsafe.Pointer) {
	var f func()
	*(*unsafe.Pointer)(unsafe.Pointer(&f)) = v
	borrow(f) // want nil f unknown
	var g func()
	kept := &g
	*(*unsafe.Pointer)(unsafe.Pointer(kept)) = v
	borrow(g) // want nil g unknown
	var h func()
	take := &h
	*take = nil
	borrow(h) // want nil h unknown
}

func SetThroughPointer() {
	var f func()
	pointer := &f
	borrow(f) // want nil f always
	*pointer = func() {}
	borrow(f) // want nil f never
}

func AnotherBuild(given *T) {
	const debug = false
	var p, q *T
	var none []int
	if debug {
		q = &T{}
	}
	switch 0 {
	case 1:
		borrow(p) // want nil p always
	case 3:
		if given == nil {
			borrow(given) // want nil given always
		}
	case 2:
		for i := 0; i < len(none); i++ {
			borrow(none) // want nil none unknown
		}
	}
	if debug {
		// It was set by the same setting.
		borrow(q) // want nil q unknown; possibly q unknown
		for i := 0; i < 3; i++ {
			borrow(p, i) // want nil p always; range i 0..2
		}
	}
	borrow(q) // want nil q always
	for true {
		borrow(p) // want nil p always
	}
	borrow(p) // want nil p unknown
}

func BelowWhatNeverHolds(j int) {
	var list []int
	if len(list) > 0 {
		borrow(list) // want nil list unknown
	}
	if len(list) != 0 && j > 0 {
		borrow(list) // want nil list unknown
	}
	for i := 0; i < len(list); i++ {
		borrow(list) // want nil list unknown
	}
	for i := 0; i < len(list)-1; i++ {
		borrow(list) // want nil list unknown
	}
	if list != nil {
		borrow(list) // want nil list never; len list 0..
	}
	for range list {
		borrow(list) // want nil list unknown; len list 0..
	}
	if len(list) <= j {
		borrow(list) // want nil list always; len list 0
	}
	switch len(list) {
	case 0:
		borrow(list) // want nil list always
	case 1:
		borrow(list) // want nil list unknown
	}
}

type Pair struct {
	left, right *T
	inner       Inner
}

type Inner struct{ deep *T }

func LeftOut(give func(*Pair)) {
	a := &Pair{}
	borrow(a.left)       // want nil a.left always
	borrow(a.inner.deep) // want nil a.inner.deep always
	b := &Pair{left: &T{}}
	use(b.left)
	borrow(b.left)  // want nil b.left never
	borrow(b.right) // want nil b.right always
	give(b)
	borrow(b.right) // want nil b.right unknown
	c := new(Pair)
	borrow(c.right) // want nil c.right always
	var d Pair
	borrow(d.right) // want nil d.right always
	e := Pair{nil, &T{}, Inner{}}
	borrow(e.left) // want nil e.left unknown
	for range 3 {
		f := &Pair{}
		borrow(f.right) // want nil f.right always
		borrow(c.right) // want nil c.right unknown
		give(f)
		give(c)
	}
	h := Pair{left: &T{}}
	borrow(h.right) // want nil h.right always
	var i Pair
	func() { i = Pair{right: &T{}} }()
	borrow(i.right) // want nil i.right unknown
}

func WrittenSomewhere(ok bool, x *T) {
	a := &struct{ own *T }{}
	if ok {
		a.own = x
	}
	borrow(a.own) // want nil a.own unknown
	var b struct{ mine *T }
	p := &b.mine
	*p = x
	borrow(b.mine) // want nil b.mine unknown
}

func Apart(p *T, unknown func()) {
	a, b := &T{}, &T{}
	a.f, b.f, p.f = nil, &T{}, &T{}
	unknown()
	borrow(a.f) // want nil a.f always
	borrow(b.f) // want nil b.f never
	borrow(p.f) // want nil p.f unknown
	c := a
	c.f = &T{}
	borrow(a.f) // want nil a.f never
	for range 3 {
		unknown()
		borrow(a.f) // want nil a.f unknown
		a.f = nil
		unknown()
		borrow(a.f) // want nil a.f unknown
		keep(a)
	}
}

func OnlyHere(unknown func()) {
	a := &T{}
	for range 3 {
		a.f = nil
		unknown()
		borrow(a.f) // want nil a.f always
	}
}

func SlicedBeyondNothing(n int, ok bool) {
	var list []int
	if ok {
		rest := list[1:]
		borrow(list) // want nil list always
		borrow(rest) // want nil rest never
		return
	}
	none := list[:0]
	borrow(none) // want nil none always
	list = list[:n]
	borrow(list) // want nil list always
}

func Elements(list []*T) {
	list[1] = nil
	list[2] = &T{}
	borrow(list[1]) // want nil list[1] always
	borrow(list[2]) // want nil list[2] never
	n := len(list) - 1
	list[n] = &T{}
	borrow(list[1]) // want nil list[1] unknown
}

func CalledOnce(q *T) {
	var p *T
	func(a, b *T) {
		borrow(a) // want nil a always
		borrow(b) // want nil b unknown
		func(c *T) {
			borrow(c) // want nil c always
		}(a)
	}(p, q)
	show := func(a *T) {
		borrow(a) // want nil a always
	}
	show(p)
	twice := func(a *T) {
		borrow(a) // want nil a unknown
	}
	twice(p)
	twice(q)
	kept := func(a *T) {
		borrow(a) // want nil a unknown
	}
	kept(p)
	keepFunc(kept)
	func(x any, more ...*T) {
		borrow(x)    // want nil x unknown
		borrow(more) // want nil more unknown
	}(p, p)
	defer func(a *T) {
		borrow(a) // want nil a always
	}(p)
}

func keepFunc(f func(*T))
