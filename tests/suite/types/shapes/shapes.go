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
	call(words)
	call(items)
	call(ages)
	call(words2)
	call(both)
	call(in)
	call(out)
	call(run)
	call(read)
	call(get)
	call(print)
	call(four)
	call(five)
	call(deep)
	call(anonymous)
	call(c)
	call(rc)
	call(p)
	call(pp)
	both2(words, one)
	both(words, one)
	both(words, two)
}
