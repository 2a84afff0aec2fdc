// Package model holds what the service keeps: payments and their states.
package model

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// State is how far a payment has come.
type State int

// The states of a payment.
const (
	Open State = iota
	Paid
	Refunded
)

// Amount is money in the smallest unit.
type Amount int64

// MarshalJSON writes the amount as a text.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatInt(int64(a), 10))
}

// Card is a card that somebody pays with.
type Card struct{ number string }

// String hides all but the last four digits.
func (c Card) String() string { return "…" + c.number[max(0, len(c.number)-4):] }

// Describe is what the log says of a card.
func Describe(c Card) string { return fmt.Sprintf("card %v", c) }

// Order is what was bought.
//
// @Complete
type Order struct {
	ID       string
	Customer string
	Total    Amount
}

// Refund is an order that takes another one back.
func Refund(of Order) Order {
	return Order{ID: of.ID + "-refund", Customer: of.Customer, Total: -of.Total}
}

// Exporter writes payments for bookkeeping.
type Exporter interface {
	Export(w io.Writer) error
}

var _ Exporter = (*fileExporter)(nil)

type fileExporter struct{ path string }

func (e *fileExporter) Export(w io.Writer) error {
	_, err := fmt.Fprintln(w, e.path)
	return err
}

// PathError says which path is not allowed.
type PathError struct{ Path string }

// Error is what is wrong.
func (e *PathError) Error() string { return e.Path + " is not allowed" }

// Check says whether a path is allowed.
func Check(path string) error {
	if path == "" {
		return &PathError{Path: path}
	}
	return nil
}

// Allowed says whether all paths are allowed.
func Allowed(paths []string) bool {
	for _, path := range paths {
		if err := Check(path); err != nil {
			return false
		}
	}
	return true
}

// counter counts what it closes.
type counter interface{ Closed() int }

// Closed is how much closing it closes.
func Closed(c io.Closer) int {
	if counted, ok := c.(counter); ok {
		return counted.Closed()
	}
	return 0
}

// Index finds the first of some values.
func Index[T comparable](values []T, wanted T) int {
	for i, value := range values {
		if value == wanted {
			return i
		}
	}
	return -1
}
