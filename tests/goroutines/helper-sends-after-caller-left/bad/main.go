// Command policy asks two engines whether a request is allowed; the first refusal is final.
package main

import "fmt"

type request struct {
	user string
	path string
}

type verdict struct {
	engine  string
	allowed bool
}

func reply(to chan<- verdict, v verdict) {
	to <- v // blocked
}

func byUser(r request, to chan<- verdict) {
	reply(to, verdict{"user", r.user != "mallory"})
}

func byPath(r request, to chan<- verdict) {
	reply(to, verdict{"path", r.path != "/admin"})
}

func allowed(r request) bool {
	verdicts := make(chan verdict) // cause
	go byUser(r, verdicts)         // cause
	go byPath(r, verdicts)         // cause
	if v := <-verdicts; !v.allowed {
		return false // cause
	}
	v := <-verdicts
	return v.allowed
}

func main() {
	fmt.Println(allowed(request{"ann", "/"}), allowed(request{"mallory", "/admin"}))
}
