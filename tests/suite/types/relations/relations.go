package relations

type file struct{}

func (*file) Close() error { return nil }

type text string

type raw []byte

type handler func()

func f(p *file, v file, s text, r raw, b []byte, n int, h handler, e error, any []any, words []string) {
	call(p)
	call(v)
	call(s)
	call(r)
	call(b)
	call(n)
	call(h)
	call(nil)
	two(s, s)
	two(n, n)
	two(r, b)
	two(s, words)
	two("x", words)
	two(n, any)
	two(e, words)
}
