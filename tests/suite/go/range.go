package p

func f() {
	for i := range 10 { // want ranges "^i of 10$"
	}
	for range 10 { // want bare "^10 times$"
	}
	for x := range seq(a) { // want ranges "^x of seq\(a\)$"
	}
	for k, v := range m {
	}
	for k, v = range m { // want assigns "^k, v$"
	}
	for k = range m {
	}
	for a.b, c[i] = range m { // want assigns "^a\.b, c\[i\]$"
	}
}
