package p

func one(a int) {} // want "^a somewhere$" "^a at the end$" "^a alone$"

func two(a, b int) {} // want "^a somewhere$" "^b somewhere$" "^b at the end$"

func apart(a int, b int) {} // want "^a somewhere$" "^b somewhere$" "^b at the end$"

func mixed(s string, a, b, c int, t string) {} // want "^a somewhere$" "^b somewhere$" "^c somewhere$"

func variadic(s, format string, args ...any) {} // want "^format before args$"

func unnamed(int, int) {}
