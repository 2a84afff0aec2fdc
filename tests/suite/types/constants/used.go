package constants

import "math"

const base = 8

var count = 1

func used(any) {}

func h(n int) {
	used(limit) // want constant "limit" large "32"
	used(limit + 1) // want constant "limit \+ 1" large "33"
	used(second) // want constant "second" second "second"
	used(math.MaxUint8) // want constant "math\.MaxUint8" large "255"
	used("a" + "b") // want constant "\"a\" \+ \"b\"" // undecided large "not known whether value\(\$x\) > 10"
	used(1.5 * 8) // want constant "1\.5 \* 8" large "12\.0"
	used(n) // undecided large "not known whether value\(\$x\) > 10"
	used(count) // want variable "count" // undecided large "not known whether value\(\$x\) > 10"
	used(missing) // undecided constant "not known whether \$x is constant: nothing known is called `missing`" large "not known whether value\(\$x\) > 10: nothing known is called `missing`" second "not known whether value\(\$x\) == 2: nothing known is called `missing`" variable "not known whether \$x is global: nothing known is called `missing`"
}
