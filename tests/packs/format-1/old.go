package a

import "net/http"

func f() {
	http.NewRequest("GET", "/", nil)
	panic("x")
}
