// Command fetch tries a download several times, each try with its own time limit.
package main

import (
	"errors"
	"fmt"
	"time"
)

type mirror struct {
	name    string
	latency time.Duration
}

func (m mirror) download(file string) []byte {
	time.Sleep(m.latency)
	return []byte(m.name + "/" + file)
}

func fetch(mirrors []mirror, file string) ([]byte, error) {
	for attempt := 0; attempt < len(mirrors); attempt++ {
		m := mirrors[attempt]
		data := make(chan []byte, 1)
		go func() {
			data <- m.download(file)
		}()
		timer := time.NewTimer(5 * time.Millisecond)
		select {
		case d := <-data:
			timer.Stop()
			return d, nil
		case <-timer.C:
			fmt.Println(m.name, "is too slow")
		}
	}
	return nil, errors.New("no mirror answers")
}

func main() {
	d, err := fetch([]mirror{{"slow", 20 * time.Millisecond}, {"fast", 0}}, "index")
	fmt.Println(string(d), err)
}
