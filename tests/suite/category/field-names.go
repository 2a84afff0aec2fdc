package p

type s struct {
	a []int          // want "^a int$"
	b, c []int
	d []int `json:"d"` // want "^d int$"
	e int
	on, off, both bool // want "^on is a flag$" "^off is a flag$" "^both is a flag$"
}

func f(g []string, h, i []string) (j []bool) { // want "^g string$" "^j bool$"
	return
}

func k([]int) {}
