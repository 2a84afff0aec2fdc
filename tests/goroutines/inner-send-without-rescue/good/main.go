// Command transform copies values through a function until the context ends.
package main

import (
	"context"
	"fmt"
	"time"
)

func generate(ctx context.Context) <-chan int {
	out := make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case out <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func transform(ctx context.Context, in <-chan int, f func(int) int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for {
			select {
			case v := <-in:
				select {
				case out <- f(v):
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func sumUntil(limit int) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sum := 0
	squares := transform(ctx, generate(ctx), func(n int) int { return n * n })
	for sum < limit {
		sum += <-squares
	}
	time.Sleep(2 * time.Millisecond) // the sum is written down
	return sum
}

func main() {
	fmt.Println(sumUntil(50))
}
