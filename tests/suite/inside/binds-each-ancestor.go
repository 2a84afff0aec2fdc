package p

func f() {
	if a {
		if b {
			return // want "under a" "under b"
		}
	}
	return
}
