package p

func f() {
	{
		return
		a() // want "never runs"
	}
	{
		return
		x := 1 // want "never runs"
	}
	{
		return
		for { // want "never runs"
		}
	}
	{
		return
		var y int // want "never runs"
	}
	{
		return
		{ // want "never runs"
		}
	}
	return
}
