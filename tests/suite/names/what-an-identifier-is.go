package p

const c = 1

var g int

func call(x any) {}

func (r t) m(p int) (res int) {
	l := 1
	call(c)   // want "^c$"
	call(g)   // want "^g$"
	call(r)   // want "^r$"
	call(p)   // want "^p$"
	call(res) // want "^res$"
	call(l)   // want "^l$"
	call(call) // want "^call$"
	call(elsewhere) // undecided "."
	call(1)
	return
}
