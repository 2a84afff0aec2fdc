package p

var (
	a chan int          // want "of int"
	b <-chan string     // want "of string"
	c chan<- func() bool // want "of func\(\) bool"
	d = make(chan struct{}) // want "of struct\{\}"
)
