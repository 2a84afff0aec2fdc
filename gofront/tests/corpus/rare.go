// Rare but valid: each declaration here once came out wrong somewhere, or could.
package rare /* comment after the name */

import "fmt"
import ()
import f2 "fmt"; import . "os"

const ( a = iota; b ); var ( c, d int = 1, 2 ); type ( E = int; F struct{} )

var _ chan<- chan int
var _ <-chan <-chan chan<- int
var _ = (<-chan<- chan int)(nil)
var _ = (chan (<-chan int))(nil)
var _ = *(*int)(nil)
var _ = struct{ F }.String
var _ = [ /* ... */ ...]int{1, 2}
var _ = [...]string{2: "a", "b"}
var _ = func() func() (func() int, error) { return nil }
var _ = new(1 + 2)
var _ = (make)([]int, 1)
var _ = []func(int) string{func(int) string { return "" }}
var _ = interface{ m() }(nil)
var _ = map[struct{ a, b int }][]chan int{{1, 2}: {nil}}
var _ = f[int](1) + g[[]int, map[string]int](2).x[3](4)
var _ = m[a][b](c)
var _ = -x.y[1]*+z << 3 &^ ^4 == <-c || !d && e
var _ = x.(interface{ m() }).m
var _ = x[:], y[1:], z[:2], w[1:2:3], v[:2:3]
var _ = 'a' + '\'' + '\x00' + '\u1234' + '\\'
var _ = "\"" + `raw
string` + "\u00e9\377"
var _ = 0x_1p-2 + 1e+3 + .5 + 1. + 0b1 + 0o7 + 017 + 1_000i + 0x1.8p1

type T[P any] struct {
	a, b P
	*E
	fmt.Stringer `tag`
	G[int]
	*H[string, int]
	c [3]int "x"
	d func(int) (a, b int)
	_ struct{}
}

type A0 [N]int
type A1 [N * 2]int
type A2 [N(1)]int
type A3 [p.N]int
type A4[P *C,] int
type A5[P *C | ~int] int
type A6[P interface{ m() }] int
type A7[P, Q any] int
type A8[P []int] int
type D0 [len(x)]map[string]struct{}
type C0[P *C] int
type C1[P (C)] int
type C2[P *C | Q] int
type C7[P [3]C] int
type C8[P (C),] int
type C9[P *func(), Q *C] int
type B1 = A7[int, string]
type B2[P any] = []P
type B3 (int)
type B4 *(*(int))
type B5 interface {
	A0 | ~int | []string
	m(int, ...string) (n int, err error)
	fmt.Stringer
	A7[int, string]
	comparable; error
}

func external(a int) (b int)
func (T[P]) m0()             {}
func (t *T[_]) m1(a, _ int, b ...P) { return }
func (t (*T[P])) m2() (<-chan int) { return nil }
func g1[K comparable, V interface{ ~int | string }, W []K](k K, v V) (r W, err error) { return }

func statements(x interface{}) (err error) {
	;
	if x := 1; x > 0 {
	} else if y := x; y {
	} else {
	}
	if !p.X {
	}
	{
		a()
	}
	if (T{}) == y {
	}
	if x == (struct{}{}) {
	}
	if f(T{1}, []T{{1}}) {
	}
	if v := func() bool { return T{}.x }(); v {
	}
	if _, ok := m[[2]int{1, 2}]; ok {
	}
	if ; x {
	}
	for {
	}
	for x {
	}
	for i := 0; i < n; i++ {
	}
	for ; x; {
	}
	for ;; i++ {
	}
	for range 10 {
	}
	for range x {
	}
	for k = range []int{1} {
	}
	for k, v := range func(yield func(int, T) bool) {} {
	}
	for _, v := range []T{{1}, {2}} {
	}
	switch {
	}
	switch x := 1; {
	case a, b:
		c()
		fallthrough
	default:
		;
	case func() bool { return true }():
	}
	switch x.(type) {
	case nil, *T, func() int, []p.Q, map[K]V, chan int, <-chan int, struct{}, interface{}, p.T[int], (T):
	}
	switch y := f(); v := y.(type) {
	default:
		x()
	}
	switch T := x.(type) {}
	select {
	case v, ok := <-c:
	case v = (<-c):
	case a[0] = <-c:
	case c <- 1:
	case <-d:
	default:
	}
	go func() {}()
	defer f(a, b...)
	goto L
L:
	for {
		break L
		continue L
	}
M: N: { O: }
	const c, d = 1, 2; var e int; type t struct{ a int }
	x, y = y, x
	x <<= 1; x &^= 2
	x++; y--
	c <- <-d
	*p = 1
	*p++
	(*p).x()
	(f)()
	[]int{1}[0] = 2
	map[string]int{}["a"]++
	<-c
	_ = a /* multi
	line */
	b()
	return func() (err error) { return }()
P: }

func one() { return }; func two() {}
func last() { if x { return }; L: }
