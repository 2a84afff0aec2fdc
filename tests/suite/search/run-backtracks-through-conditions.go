package p

func f(a, b int) {
	call(a, 1, b) // want "^\[a\] 1 \[b\]$"
	call(1, 2)    // want "^\[\] 1 \[2\]$" "^\[1\] 2 \[\]$"
	call(a, b)
	call(a, b, 3) // want "^\[a, b\] 3 \[\]$"
}
