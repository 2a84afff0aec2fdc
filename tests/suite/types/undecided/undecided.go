package undecided

import "example.com/nowhere/client"

func call(any) {}

func f(c *client.Client, m map[string]client.Options, n int) {
	call(c)
	call(c.Name)
	call(m)
	call(m["a"].Timeout)
	call(n)
	call(nowhere)
	call(f(1, 2, 3))
}
