package p

var (
	_ = c.x < d // want "^c$"
	_ = d > c.x
)
