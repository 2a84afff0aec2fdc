// Command encode runs encoders over a stream of frames.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type frame struct{ pixels int }

type encoder struct {
	frames chan frame
	bytes  atomic.Int64
	wg     sync.WaitGroup
}

func (e *encoder) work() {
	defer e.wg.Done()
	for f := range e.frames {
		e.bytes.Add(int64(f.pixels / 8))
	}
}

func (e *encoder) encode(sizes []int) {
	e.wg.Add(2)
	go e.work()
	go e.work()
	defer e.wg.Wait()
	defer close(e.frames)

	for _, n := range sizes {
		if n == 0 {
			return
		}
		e.frames <- frame{pixels: n}
	}
}

func main() {
	e := &encoder{frames: make(chan frame)}
	e.encode([]int{64, 128, 0, 256})
	fmt.Println(e.bytes.Load())
}
