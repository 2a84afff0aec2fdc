package p

var (
	_ = getIt(b)   // want "^getIt$"
	_ = x.getIt(b) // want "^x\.getIt$"
	_ = forgetIt(b)
	_ = get(b)
	_ = getIt(a + a)
	_ = getIt("éé") // want "getIt"
)
