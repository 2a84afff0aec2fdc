// Package config reads how the service is set up.
package config

import (
	"embed"
	"net"
	"net/http"

	"example.com/payments/internal/model"
)

//go:embed templates/*.html
var templates embed.FS

// Page is the text of a page for people.
func Page() ([]byte, error) {
	return templates.ReadFile("templates/error.html")
}

// Config is how the service is set up.
type Config struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	Secret  string `json:"-"`
	Region  string `json:"region"`
}

// limits are the largest payments by country.
var limits = map[string]*Limit{"de": {Most: 5000}}

// Limit is a bound of payments.
type Limit struct{ Most int64 }

// Most is the largest payment of a country, none where we are not.
func Most(country string) int64 {
	limit, ok := limits[country]
	if !ok {
		return 0
	}
	return limit.Most
}

// Word is how a state is shown.
func Word(state model.State) string {
	switch state {
	case model.Open:
		return "open"
	case model.Paid:
		return "paid"
	case model.Refunded:
		return "refunded"
	default:
		return "unknown"
	}
}

// Fail answers that the service is not set up.
func Fail(w http.ResponseWriter) {
	http.Error(w, "not set up", http.StatusServiceUnavailable)
}

// Share is what each of some accounts gets.
func Share(total int64, accounts []string) int64 {
	if len(accounts) == 0 {
		return 0
	}
	return total / int64(len(accounts))
}

// Upper are the upper 32 of 64 bits.
func Upper(bits uint64) uint32 {
	return uint32(bits >> 32)
}

// Port is the port of an address.
func Port(address string) (string, error) {
	_, port, err := net.SplitHostPort(address)
	return port, err
}
