package p

func f() {
	a += 0 // want "a stays"
	a -= 0 // want "a stays"
	a |= 0x0 // want "a stays"
	a *= 0
	a = 0
	a += 1
}
