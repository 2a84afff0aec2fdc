package p

func f() { copy(a, b) }

func copy(x, y int) {}
