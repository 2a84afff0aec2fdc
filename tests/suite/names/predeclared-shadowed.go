package p

func f() {
	_ = len(a)   // want "^a$"
	_ = a == nil // want "^a$"
	len := g
	_ = len(b)
	{
		nil := 0
		_ = b == nil
	}
	_ = b == nil // want "^b$"
}
