package p

var _ = call()
