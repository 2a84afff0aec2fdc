// Command deploy rolls a release out and reports when it is done.
package main

import (
	"errors"
	"fmt"
)

type release struct {
	version string
	hosts   []string
}

func (r release) validate() error {
	if r.version == "" {
		return errors.New("no version")
	}
	return nil
}

func rollout(r release, done chan<- int) {
	n := 0
	for _, host := range r.hosts {
		if host != "" {
			n++
		}
	}
	done <- n // blocked
}

func deploy(r release) (int, error) {
	done := make(chan int) // cause
	if err := r.validate(); err != nil {
		return 0, err
	} else if len(r.hosts) > 0 {
		done := make(chan int) // cause
		go rollout(r, done)    // cause
	} else {
		go rollout(release{version: r.version}, done)
	}
	return <-done, nil // blocked cause
}

func main() {
	fmt.Println(deploy(release{"v2", []string{"a", "b"}}))
}
