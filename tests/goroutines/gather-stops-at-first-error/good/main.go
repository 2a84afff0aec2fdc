// Command mirror copies objects to several regions and waits for all of them.
package main

import (
	"errors"
	"fmt"
)

var errDenied = errors.New("access denied")

type region struct {
	name     string
	readOnly bool
}

func (r region) put(object string) error {
	if r.readOnly {
		return fmt.Errorf("%s: put %s: %w", r.name, object, errDenied)
	}
	return nil
}

func mirror(object string, regions []region) error {
	results := make(chan error)
	for _, r := range regions {
		go func(r region) {
			results <- r.put(object)
		}(r)
	}
	var failed error
	for range regions {
		if err := <-results; err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

func main() {
	regions := []region{{"eu", true}, {"us", true}, {"ap", true}}
	fmt.Println(mirror("logo.png", regions))
}
