package p

var a map[int8]string // want "map to string"

type b = map[uint8]map[int8]bool // want "map to map\[int8\]bool" "map to bool"

var c map[int]string
