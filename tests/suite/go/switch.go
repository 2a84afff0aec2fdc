package p

func f() {
	switch a { // want single "^a is b$"
	case b:
		c()
	}
	switch a { // want two-values "^b, c$"
	case b, c:
	}
	switch { // want empty-default "empty"
	case a:
	default:
	}
	switch a := g(); a { // want empty-default "empty"
	case 1:
	default:
	}
}
