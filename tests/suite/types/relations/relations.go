package relations

type file struct{}

func (*file) Close() error { return nil }

type text string

type raw []byte

type handler func()

func call(any) {}

func two(a, b any) {}

func f(p *file, v file, s text, r raw, b []byte, n int, h handler, e error, all []any, words []string) {
	call(p) // want implements "p" lacks "p"
	call(v) // want not-implements "v"
	call(s) // want convertible "s" not-implements "s"
	call(r) // want assignable "r" comparable "r" convertible "r" not-implements "r"
	call(b) // want assignable "b" comparable "b" convertible "b" not-implements "b"
	call(n) // want convertible "n" not-implements "n"
	call(h) // want comparable "h" not-implements "h"
	call(nil) // want assignable "nil" comparable "nil" not-implements "nil"
	two(s, s) // want identical "text"
	two(n, n) // want identical "int"
	two(r, b) // want different "r, b"
	two(s, words) // want different "s, words"
	two("x", words) // want different "\"x\", words" element "\"x\" into words" slice-of "words"
	two(n, all) // want different "n, all" element "n into all"
	two(e, words) // want different "e, words"
}
