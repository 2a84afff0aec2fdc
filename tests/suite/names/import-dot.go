package p

import . "net/http"

func f() {
	Get(a) // gap get: what a dot import supplies is not known from the file alone
}

func g(Get func(int)) {
	Get(b)
}
