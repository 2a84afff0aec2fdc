package p

func f() {
	if a { // want no-else "^a$" any-else "^a$"
		return
	}
	if b { // want any-else "^b$" else-block "^b: g\(\)$"
		return
	} else {
		g()
	}
	if c { // want any-else "^c$"
		return
	} else if d { // want else-block "^d: h\(\)$"
	} else {
		h()
	}
	if e := 1; e > 0 {
		return
	}
}
