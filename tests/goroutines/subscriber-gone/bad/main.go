// Command feed fans news out to subscribers, one of which has left.
package main

import "fmt"

type feed struct {
	subscribers []chan string
}

func (f *feed) subscribe() <-chan string {
	c := make(chan string)
	f.subscribers = append(f.subscribers, c)
	return c
}

func (f *feed) publish(items []string) {
	for _, item := range items {
		for _, c := range f.subscribers {
			c <- item // blocked cause
		}
	}
	for _, c := range f.subscribers {
		close(c)
	}
}

// headline reads one item and goes.
func headline(items <-chan string) string {
	return <-items // cause
}

func main() {
	f := &feed{}
	all, one := f.subscribe(), f.subscribe()
	go f.publish([]string{"rain", "sun", "snow"})
	first := make(chan string, 1)
	go func() { first <- headline(one) }()
	n := 0
	for range all { // blocked
		n++
	}
	fmt.Println(n, <-first)
}
