package p

var (
	_ = T{Name: a}             // want field-set "^a$"
	_ = T{X: 1, Name: b, Y: 2} // want field-set "^b$"
	_ = T{Y: 2}
	_ = T{a, b}
	_ = &T{} // want empty-literal "^T$"
	_ = &p.U[int]{} // want empty-literal "^p\.U\[int\]$"
	_ = &T{Name: "c"} // want field-set "c"
	_ = [...]int{1, 2} // want array "array of int"
	_ = [2]int{1, 2}
)
