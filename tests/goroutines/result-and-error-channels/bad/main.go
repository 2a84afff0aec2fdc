// Command geocode resolves addresses; results and errors travel on channels of their own.
package main

import (
	"errors"
	"fmt"
	"strings"
)

type point struct{ lat, lon float64 }

var errNoCity = errors.New("address has no city")

func lookup(address string) (point, error) {
	_, city, ok := strings.Cut(address, ",")
	if !ok {
		return point{}, errNoCity
	}
	return point{lat: float64(len(city)), lon: float64(len(address))}, nil
}

func start(address string) (<-chan point, <-chan error) {
	points := make(chan point)
	failures := make(chan error)
	go func() {
		p, err := lookup(address)
		if err != nil {
			failures <- err // blocked
			return
		}
		points <- p
	}()
	return points, failures
}

func resolve(address string) (point, error) {
	points, failures := start(address)
	_ = failures  // errors are logged elsewhere
	p := <-points // blocked cause
	return p, nil
}

func main() {
	for _, address := range []string{"Main St 1,Springfield", "nowhere"} {
		fmt.Println(resolve(address))
	}
}
