package p

type s struct {
	A int `json:"-"` // want "left out"
	B, C int `xml:"b" json:"-"` // want "left out"
	D int `json:"d"`
	E int
	F `json:"-"` // want "left out"
}
