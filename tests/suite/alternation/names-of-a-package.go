package p

import (
	b "bytes"
	"strings"
)

var (
	_ = strings.Index(s, "x")    // want "^for \"x\"$"
	_ = strings.Contains(s, "y") // want "for"
	_ = b.Index(s, t)            // want "^for t$"
	_ = b.Contains(s, t)         // want "for t"
	_ = strings.Count(s, t)
	_ = bytes.Index(s, t)
	_ = x.Index(s, t)
)
