package p

import web "net/http"

type t struct{}

func f(http t) {
	web.Get(a)  // want "^a$"
	http.Get(b)
	(web.Get)(c) // want "^c$"
	(web).Get(d)
}
