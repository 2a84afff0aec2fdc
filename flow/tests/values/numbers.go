package p

func borrow(x ...any)
func cond() bool

func Constants(ok bool) {
	x := 3
	y := x + 4
	borrow(y) // want const y 7; range y 7
	if ok {
		x = 3
	}
	borrow(x) // want const x 3
	if ok {
		x = 5
	}
	borrow(x) // want const x none; range x 3..5
	s := "ab"
	t := s + "c"
	borrow(t, len(t)) // want const t "abc"; len t 3; const len(t) 3
	var z int
	borrow(z) // want const z 0
	b := y > 5
	if !b {
		x = 100
	}
	borrow(x) // want range x 3..5
	var u uint8 = 255
	u++
	borrow(u) // want const u none; range u 0..255
}

func Division(n int) {
	zero := 0
	half := 7 / 2
	borrow(zero, half) // want const zero 0; const half 3
	var i int8 = -7
	i /= 2
	borrow(i) // want const i -3
}

func Branches(n int) {
	if n > 3 && n <= 10 {
		borrow(n) // want range n 4..10
		if n != 10 {
			borrow(n) // want range n 4..9
		}
	} else {
		borrow(n) // want range n ..
	}
	if n < 0 {
		return
	}
	borrow(n) // want range n 0..
	switch n {
	case 5:
		borrow(n) // want range n 5
	}
}

func Loop(n int) {
	for i := 0; i < 10; i++ {
		borrow(i) // want range i 0..9
	}
	for i := 0; i < n; i++ {
		borrow(i) // want range i 0..9223372036854775806
	}
	for i := n; i > 0; i-- {
		borrow(i) // want range i 1..
	}
	i := 0
	for cond() {
		i++
	}
	borrow(i) // want range i ..
	for i := range 5 {
		borrow(i) // want range i 0..4
	}
	j := 0
	for j < 10 {
		j += 3
	}
	borrow(j) // want range j 10..12
}

func Operators(n int, u uint8, v uint16) {
	borrow(n % 10)  // want range n % 10 -9..9
	borrow(n & 7)   // want range n & 7 0..7
	borrow(u)       // want range u 0..255
	borrow(int(u))  // want range int(u) 0..255
	borrow(u >> 4)  // want range u >> 4 0..15
	borrow(uint8(v)) // want range uint8(v) 0..255
	borrow(v / 256) // want range v / 256 0..255
	borrow(u + 1)   // want range u + 1 0..255
	borrow(int(u) + 1) // want range int(u) + 1 1..256
	borrow(min(n, 5)) // want range min(n, 5) ..5
	borrow(max(n, 5)) // want range max(n, 5) 5..
	borrow(-int(u)) // want range -int(u) -255..0
	borrow(^u)      // want range ^u 0..255
}

func Lengths(s []int, t string, m map[string]int, n int, a [4]int) {
	borrow(len(s)) // want range len(s) 0..
	if len(s) > 2 {
		borrow(s)     // want len s 3..
		borrow(s[1:]) // want len s[1:] 2..9223372036854775806
		borrow(s[:2]) // want len s[:2] 2
	}
	if len(s) == 0 {
		borrow(s) // want len s 0
		return
	}
	borrow(s, a, a[:]) // want len s 1..; len a 4
	borrow(make([]int, 3))    // want len make([]int, 3) 3
	borrow(append(s[:0], 1, 2)) // want len append(s[:0], 1, 2) 2
	borrow([]int{1, 2})       // want len []int{1, 2} 2..
	borrow([]byte("abc"))     // want len []byte("abc") 3
	var z []int
	borrow(z) // want len z 0
	if len(m) > 0 {
		delete(m, "a")
		borrow(m) // want len m 0..
	}
	for i := range s {
		borrow(i) // want range i 0..9223372036854775806
	}
	for i := range a {
		borrow(i) // want range i 0..3
	}
	if s == nil {
		borrow(s) // want len s 0
	}
	i := len(t) - 1
	borrow(i) // want range i -1..9223372036854775806
	z = append(z, n)
	borrow(z) // want len z 1
}
