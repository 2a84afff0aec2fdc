package names

import (
	"net/http"
	"reflect"
	"time"
)

type color int

const (
	red color = iota
	green
	blue
	crimson = red
	_
	limit = 3
)

type level string

const Low level = "low"

type point struct {
	X, y int `json:"x"`
	_    int
	Z    string `xml:"z"`
	http.Header
}

func dynamic() color { return red }

func use(any) {}

func f(c color, l level, s Shape, m time.Month, k reflect.Kind, n int, d http.Handler) {
	switch c { // want missing "without green, late" named "red, blue of red, green, blue, late"
	case red, 2:
	}
	switch c { // want named "red, green, blue, 7, late of red, green, blue, late"
	case crimson, green, blue, 7, late:
	}
	switch c { // undecided missing "not known whether len\(without\(constants\(\$tag\), cases\(@switch\)\)\) > 0: the type of this Switch could not be found out" named "not known whether len\(cases\(@switch\)\) >= 0: the type of this Switch could not be found out"
	case dynamic():
	}
	switch {
	case c == red:
	}
	switch l { // want named "Low, Unique of Low, Unique"
	case Low, "u":
	default:
	}
	switch m { // want missing "without March, April, May, June, July, August, September, October, November, December" named "January, February of January, February, March, April, May, June, July, August, September, October, November, December"
	case time.January, 2:
	}
	switch n { // want named "1 of "
	case 1:
	}
	switch s.(type) { // want covered "Circle" types "without \*square" sealed "s"
	case Circle:
	}
	switch s.(type) { // want covered "Circle, \*square, nil" sealed "s"
	case Round, *square, nil:
	}
	switch s.(type) { // want covered "Circle, \*square" sealed "s"
	case Shape:
	}
	switch d.(type) { // want types "without HandlerFunc \| \*ServeMux"
	}

	use(map[color]string{red: "r", blue: "b"}) // want keys "red, blue"
	use(map[color]string{c: "r"}) // undecided fields "not known whether type_name\(\$t\) == \"point\"" keys "not known whether len\(keys\(@literal\)\) >= 0" tagged "not known whether type_name\(\$t\) == \"point\""
	use([...]string{green: "g", "b", 5: "x"}) // want keys "green, blue, 5"
	use([]int{1, 2}) // want keys "0, 1"
	use(point{X: 1, Z: ""}) // want keys "X, Z"
	use(point{1, 2, 3, "", nil}) // want keys "X, y, _, Z, Header"
	use(&point{}) // want fields "X, y, Z, Header; X, Z, Header; X, y" keys "" tagged "Z, Header"
	use([]point{{y: 1}}) // want keys "0"
	use(http.Cookie{Name: "n"}) // want keys "Name"
	use(missing{1: 2}) // undecided fields "not known whether type_name\(\$t\) == \"point\": nothing known is called `missing`" keys "not known whether len\(keys\(@literal\)\) >= 0: nothing known is called `missing`" tagged "not known whether type_name\(\$t\) == \"point\": nothing known is called `missing`"
}
