package p

import "net/http" // want imported "imported"

import h "net/http" // want imported "imported" renamed "^h$"

import (
	"fmt"
	. "net/http" // want imported "imported" renamed "^\.$"
	_ "net/http" // want imported "imported" renamed "^_$"
	x "net/url"
)
