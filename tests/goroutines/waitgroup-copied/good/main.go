// Command verify checks signatures in parallel; the group travels as an argument.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type document struct {
	body      string
	signature int
}

type verifier struct {
	valid atomic.Int32
}

func (v *verifier) verify(d document, wg *sync.WaitGroup) {
	defer wg.Done()
	if len(d.body) == d.signature {
		v.valid.Add(1)
	}
}

func (v *verifier) all(documents []document) int32 {
	var wg sync.WaitGroup
	for _, d := range documents {
		wg.Add(1)
		go v.verify(d, &wg)
	}
	wg.Wait()
	return v.valid.Load()
}

func main() {
	v := &verifier{}
	fmt.Println(v.all([]document{{"abc", 3}, {"d", 2}}))
}
