// Command feed fans news out to subscribers, one of which has left.
package main

import "fmt"

type feed struct {
	subscribers []chan string
	left        []chan struct{}
}

func (f *feed) subscribe() (items <-chan string, leave func()) {
	c, gone := make(chan string), make(chan struct{})
	f.subscribers = append(f.subscribers, c)
	f.left = append(f.left, gone)
	return c, func() { close(gone) }
}

func (f *feed) publish(items []string) {
	for _, item := range items {
		for i, c := range f.subscribers {
			select {
			case c <- item:
			case <-f.left[i]:
			}
		}
	}
	for _, c := range f.subscribers {
		close(c)
	}
}

// headline reads one item and goes.
func headline(items <-chan string, leave func()) string {
	defer leave()
	return <-items
}

func main() {
	f := &feed{}
	all, _ := f.subscribe()
	one, leave := f.subscribe()
	go f.publish([]string{"rain", "sun", "snow"})
	first := make(chan string, 1)
	go func() { first <- headline(one, leave) }()
	n := 0
	for range all {
		n++
	}
	fmt.Println(n, <-first)
}
