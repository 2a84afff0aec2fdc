package constants

import "math"

const base = 8

var count = 1

func used(any) {}

func h(n int) {
	used(limit)
	used(limit + 1)
	used(second)
	used(math.MaxUint8)
	used("a" + "b")
	used(1.5 * 8)
	used(n)
	used(count)
	used(missing)
}
