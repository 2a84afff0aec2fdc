// Package config reads how the service is set up.
package config

import (
	"embed"
	"net/http"
	"strings"

	"example.com/payments/internal/model"
)

//go:embed templates/*.html
var templates embed.FS

// Config is how the service is set up.
type Config struct {
	Address string `json:"address"`
	Name    string `json: "name"`
	secret  string `json:"secret"`
	Region  string `json:"address"`
}

// limits are the largest payments by country.
var limits = map[string]*Limit{"de": {Most: 5000}}

// Limit is a bound of payments.
type Limit struct{ Most int64 }

// Most is the largest payment of a country.
func Most(country string) int64 {
	return limits[country].Most
}

// Word is how a state is shown.
func Word(state model.State) string {
	word := ""
	switch state {
	case model.Open:
		word = "open"
	case model.Paid:
		word = "paid"
	}
	return word
}

// Fail answers that the service is not set up.
func Fail(w http.ResponseWriter) {
	http.Error(w, "not set up", 1000)
}

// Share is what each of some accounts gets.
func Share(total int64, accounts []string) int64 {
	return total / int64(len(accounts))
}

// Flags packs flags into a byte.
func Flags(bits int32) byte {
	return byte(bits << 32)
}

// Port is the port of an address.
func Port(address string) string {
	return strings.Split(address, ":")[1]
}
