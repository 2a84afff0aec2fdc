package p

func f(a, b, c int) {
	call(a, b, c) // want "^a before b$" "^a before c$" "^b before c$"
	call(a)
	call()
	other(a, b)
}
