package p

var _ = call() // want in-tests "test"
