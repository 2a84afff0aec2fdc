package p

func f() { // want "ends here"
	{ // want "ends here"
		return
	}
	{
		if a { // want "ends here"
			return
		}
	}
	return
}
