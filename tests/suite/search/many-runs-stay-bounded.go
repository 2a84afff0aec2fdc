package p

func f() {
	call(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)
	call(a, b, c, a, b, c, a, b, d) // want "^a stands" "^b stands"
}
