package p

var (
	_ = call(a)         // want "^a$"
	_ = call(a.b)       // want "^a\.b$"
	_ = call(1 + 2)     // want "^1 \+ 2$"
	_ = call(-a)        // want "^-a$"
	_ = call((a == b))  // want "a == b"
	_ = call(g())
	_ = call(<-ch)
	_ = call(a + g())
	_ = call("x")      // want "x"
)
