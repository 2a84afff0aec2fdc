package shapes

import "sync/atomic"

type closer interface{ Close() error }

type readCloser interface {
	closer
	Read([]byte) (int, error)
}

type item struct{ n int }

func f(
	words []string, items []*item, ages map[string]int, words2 map[string]string, both chan item, in <-chan []byte,
	out chan<- int, run func() error, read func([]byte) (int, error), get func(string, int) bool,
	print func(string, ...any), four [4]byte, five [5]item, deep **item, anonymous struct {
		ID   int
		Name string
	}, c closer, rc readCloser, p atomic.Pointer[item], pp *atomic.Pointer[map[string]int], one *string, two *item,
) {
	call(words) // want slice "words holds string"
	call(items) // want slice "items holds \*item"
	call(ages) // want map "string to int"
	call(words2) // want map "string to string" square "string twice"
	call(both) // want channel "item comes"
	call(in) // want channel "\[\]byte comes"
	call(out) // want sends "out"
	call(run) // want fails "run"
	call(read) // want fails "read"
	call(get) // want one-result "bool"
	call(print) // want variadic "any"
	call(four) // want any-array "byte" array "byte"
	call(five) // want any-array "item"
	call(deep) // want pointer-to-pointer "item"
	call(anonymous) // want fields "string"
	call(c) // want closer "c" only-closer "c"
	call(rc) // want closer "rc"
	call(p) // want instance "item"
	call(pp) // want instance "map\[string\]int"
	both2(words, one)
	both(words, one) // want two "string"
	both(words, two)
}
