//go:build go1.22

package p

var _ = call() // want "modern"
