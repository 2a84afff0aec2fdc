package p

var a = 1 // want "^a = 1$"

var (
	b     = 2 // want "^b = 2$"
	c int = 3
	d int
	e, f = 4, 5
)

func g() {
	var h = 6 // want "^h = 6$"
	i := 7
}
