package p

import (
	"database/sql"
	web "net/http"
)

type fake struct{}

func f(http fake) {
	web.Get(u)       // want "^web\.Get$"
	web.Post(u)      // want "^web\.Post$"
	web.Head(u)
	sql.Open(a, b)   // want "^sql\.Open$"
	http.Get(u)
	Get(u)
}
