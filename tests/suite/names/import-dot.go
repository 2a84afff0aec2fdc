package p

import . "net/http"

func f() {
	Get(a) // want "^a$"
}

func g(Get func(int)) {
	Get(b)
}
