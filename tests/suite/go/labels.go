package p

func f() {
outer: // want "^outer$"
	for {
		for {
			break outer
		}
	}
inner:
	for {
		break
	}
next: // want "^next$"
	for {
		continue next
	}
}
