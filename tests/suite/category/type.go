package p

var a *[]int // want "^\*\[\]int$"

func f(x *[]string) (y *[]bool) { // want "string" "bool"
	var z *[]T // want "T"
	_ = map[int]*[]U{} // want "U"
	_ = *xs
	return nil
}

type s struct {
	f *[]byte // want "byte"
	*t
}
