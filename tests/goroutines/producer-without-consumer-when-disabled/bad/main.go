// Command trace records spans; the exporter runs only when it is configured.
package main

import "fmt"

type config struct {
	exporter string
	queue    int
}

type tracer struct {
	spans    chan string
	finished chan int
	enabled  bool
}

func newTracer(c config) *tracer {
	t := &tracer{spans: make(chan string, c.queue), finished: make(chan int, 1)}
	if c.exporter != "" {
		t.enabled = true
		go t.export() // cause
	}
	return t
}

func (t *tracer) export() {
	n := 0
	for range t.spans {
		n++
	}
	t.finished <- n
}

func (t *tracer) End(span string) {
	t.spans <- span // blocked cause
}

func (t *tracer) Close() int {
	close(t.spans)
	if !t.enabled {
		return 0
	}
	return <-t.finished
}

func main() {
	for _, c := range []config{{"stdout", 1}, {"", 1}} {
		t := newTracer(c)
		for _, span := range []string{"parse", "plan", "run"} {
			t.End(span)
		}
		fmt.Println(t.Close())
	}
}
