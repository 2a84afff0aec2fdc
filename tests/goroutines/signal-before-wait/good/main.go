// Command handoff waits for a device without asking first whether it is there already.
package main

import (
	"fmt"
	"sync"
	"time"
)

type device struct {
	mu      sync.Mutex
	changed *sync.Cond
	serial  string
}

func newDevice() *device {
	d := new(device)
	d.changed = sync.NewCond(&d.mu)
	return d
}

func (d *device) attach(serial string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.serial = serial
	d.changed.Broadcast()
}

// Serial waits for a device to be attached.
func (d *device) Serial() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.serial == "" {
		d.changed.Wait()
	}
	return d.serial
}

func main() {
	d := newDevice()
	go d.attach("SN-1")
	time.Sleep(5 * time.Millisecond) // the driver starts
	fmt.Println(d.Serial())
}
