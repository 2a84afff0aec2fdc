// Command tail streams the chunks of an upload; a bad chunk ends the stream.
package main

import (
	"errors"
	"fmt"
	"sync"
)

var errChecksum = errors.New("checksum mismatch")

type chunk struct {
	index int
	sum   int
	data  []byte
}

func verify(c chunk) error {
	sum := 0
	for _, b := range c.data {
		sum += int(b)
	}
	if sum != c.sum {
		return errChecksum
	}
	return nil
}

func produce(chunks []chunk, out chan<- chunk) error {
	defer close(out)
	for _, c := range chunks {
		if err := verify(c); err != nil {
			return fmt.Errorf("chunk %d: %w", c.index, err)
		}
		out <- c
	}
	return nil
}

func upload(chunks []chunk) (int, error) {
	var (
		wg    sync.WaitGroup
		bytes int
	)
	out := make(chan chunk)
	wg.Add(1)
	go func() {
		defer wg.Done()
		for c := range out {
			bytes += len(c.data)
		}
	}()
	err := produce(chunks, out)
	wg.Wait()
	return bytes, err
}

func main() {
	fmt.Println(upload([]chunk{{0, 3, []byte{1, 2}}, {1, 9, []byte{1}}}))
}
