package p

import _ "embed"

//go:embed a.txt // want "embeds"
var a string

// go:embed b.txt
var b string
