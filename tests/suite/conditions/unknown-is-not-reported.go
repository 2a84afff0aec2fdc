package p

var (
	_ = call(11) // want large "11" anyway "11"
	_ = call(9)  // want not-large "9"
	_ = call(n)  // want anyway "n" // undecided large "." not-large "."
)
