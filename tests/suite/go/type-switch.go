package p

func f(x any) {
	switch y := x.(type) { // want named "^y of x$"
	case int:
	}
	switch x.(type) { // want nameless "^x$"
	case int, string:
	case nil:
	}
	switch x.(type) {
	case int, nil:
	}
	switch z := g(); z.(type) {
	case nil:
	}
	switch x {
	case nil:
	}
}
