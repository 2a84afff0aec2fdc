// Command notify sends a message to every subscriber that wants it.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type subscriber struct {
	address string
	muted   bool
}

type mailer struct {
	sent atomic.Int32
}

func (m *mailer) deliver(to, text string) {
	if to != "" && text != "" {
		m.sent.Add(1)
	}
}

func (m *mailer) broadcast(text string, list []subscriber) {
	var wg sync.WaitGroup
	wg.Add(len(list)) // cause
	for _, s := range list {
		if s.muted {
			continue // cause
		}
		go func() {
			defer wg.Done()
			m.deliver(s.address, text)
		}()
	}
	wg.Wait() // blocked
}

func main() {
	m := &mailer{}
	m.broadcast("release", []subscriber{{"ann@x", false}, {"bob@x", true}, {"eve@x", false}})
	fmt.Println(m.sent.Load())
}
