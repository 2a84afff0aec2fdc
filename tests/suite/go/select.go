package p

func f() {
	select { // want default-clause "default"
	case <-a:
	default:
	}
	select { // want default-clause "default" received "^x from b$" received "^y from c$"
	case x := <-b:
	default:
		g()
	case y := <-c:
	}
	select {
	case d <- 1:
	}
}
