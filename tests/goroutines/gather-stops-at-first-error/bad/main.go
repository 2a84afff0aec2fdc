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
	results := make(chan error) // cause
	for _, r := range regions {
		go func(r region) {
			results <- r.put(object) // blocked
		}(r)
	}
	for range regions {
		if err := <-results; err != nil {
			return err // cause
		}
	}
	return nil
}

func main() {
	regions := []region{{"eu", true}, {"us", true}, {"ap", true}}
	fmt.Println(mirror("logo.png", regions))
}
