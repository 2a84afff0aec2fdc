package p

func f() {
	x := 1
	call(x)
	{
		x := 2
		call(x)
	}
	call(x)
}
