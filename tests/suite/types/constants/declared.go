package constants

import "math"

const limit = base << 2

type mode int

const (
	_ mode = iota
	first
	second
)

func declared(any) {}

func g() {
	declared(math.MaxInt8) // want long "127"
	declared(9)
}
