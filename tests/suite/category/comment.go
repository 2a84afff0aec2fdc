package p

// TODO: this // want todo "todo"
// A TODO in the middle.
func f() {
	g() // TODO(x): that // want todo "todo"
	// TODO // want todo "todo"
	/* TODO: block */
}

// go:generate stringer // want generate "no space"
//go:generate stringer
