// Command flight shares one load between callers that ask for the same key at once.
package main

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

type call struct {
	wg    sync.WaitGroup
	value string
	err   error
}

type flight struct {
	mu    sync.Mutex
	calls map[string]*call
}

func (f *flight) Do(key string, load func(string) (string, error)) (string, error) {
	f.mu.Lock()
	if c, ok := f.calls[key]; ok {
		f.mu.Unlock()
		c.wg.Wait()
		return c.value, c.err
	}
	c := new(call)
	c.wg.Add(1)
	f.calls[key] = c
	f.mu.Unlock()

	c.value, c.err = load(key)
	c.wg.Done()
	f.mu.Lock()
	delete(f.calls, key)
	f.mu.Unlock()
	return c.value, c.err
}

func main() {
	f := &flight{calls: make(map[string]*call)}
	load := func(key string) (string, error) {
		time.Sleep(5 * time.Millisecond)
		return "", errors.New("no " + key)
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_, err := f.Do("user", load)
			fmt.Println(err)
		}()
	}
	wg.Wait()
}
