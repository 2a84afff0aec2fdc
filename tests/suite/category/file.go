package p // want "p has init"

import "fmt"

var a int

func init() { fmt.Println(a) }

func f() {}
