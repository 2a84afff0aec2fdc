package p

func f() {
	x++ // want "form"
	x--
	ch <- v // want "form"
	go g()  // want "form"
	go g(1) // want "form"
loop: // want "form"
	for {
		break loop // want "form"
		break
		continue // want "form"
		continue loop
	}
	goto end // want "form"
	switch {
	case a:
		fallthrough // want "form"
	default:
	}
	select {} // want "form"
	select {
	case <-ch:
	}
	var x int // want "form"
	var y = 1
	var z, w int
end:
}
