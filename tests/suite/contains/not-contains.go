package p

func a() { // want "a does not log"
}

func b() { l.Log(1) }

func c() { // want "c does not log"
	defer func() { l.Log(2) }()
}

func d() {
	for {
		if x.y.Log() {
		}
	}
}
