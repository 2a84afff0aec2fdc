// Command zip interleaves two inputs until both have ended.
package main

import "fmt"

func feed(values ...int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for _, v := range values {
			out <- v
		}
	}()
	return out
}

func interleave(a, b <-chan int) []int {
	var all []int
	for {
		select { // blocked cause
		case v, ok := <-a:
			if !ok {
				a = nil // cause
				continue
			}
			all = append(all, v)
		case v, ok := <-b:
			if !ok {
				b = nil // cause
				continue
			}
			all = append(all, v)
		}
	}
}

func main() {
	fmt.Println(len(interleave(feed(1, 3, 5), feed(2, 4))))
}
