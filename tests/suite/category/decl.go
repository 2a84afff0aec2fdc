package p

import () // want "empty"

import "fmt"

var () // want "empty"

const () // want "empty"

type () // want "empty"

var (
	a int
)

var b int

func f() {
	var () // want "empty"
}
