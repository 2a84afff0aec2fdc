package p

func f(a int) {
	outer(a, inner(a, 1), inner(2, a, 3)) // want "^1 in inner" "^2 in inner" "^3 in inner"
	outer(inner(a))
	outer(other(1))
}
