package undecided

import "example.com/nowhere/client"

func call(any) {}

func f(c *client.Client, m map[string]client.Options, n int) {
	call(c) // want perhaps "c" // undecided client "not known whether \$x : \*\?client\.Client: not all of the type `\*…` is known" not-error "not known whether not: \$x implements error: not all of the type `\*…` is known"
	call(c.Name) // want perhaps "c\.Name" // undecided client "not known whether \$x : \*\?client\.Client: what it selects was not found" error "not known whether \$x : error: what it selects was not found" not-error "not known whether not: \$x implements error: what it selects was not found"
	call(m) // want not-error "m" // undecided client "not known whether \$x : \*\?client\.Client: not all of the type `map\[string\]…` is known"
	call(m["a"].Timeout) // want perhaps "m\[\"a\"\]\.Timeout" // undecided client "not known whether \$x : \*\?client\.Client: the type of this Index could not be found out" error "not known whether \$x : error: the type of this Index could not be found out" not-error "not known whether not: \$x implements error: the type of this Index could not be found out"
	call(n) // want not-error "n" // undecided client "requires can hold \"example\.com/nowhere/client\""
	call(nowhere) // want perhaps "nowhere" // undecided client "not known whether \$x : \*\?client\.Client: nothing known is called `nowhere`" error "not known whether \$x : error: nothing known is called `nowhere`" not-error "not known whether not: \$x implements error: nothing known is called `nowhere`"
	call(f(1, 2, 3)) // want not-error "f\(1, 2, 3\)"
}
