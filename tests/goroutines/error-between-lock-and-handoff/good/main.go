// Command uploader takes a lock in one function and gives it back in another, unless it fails in between.
package main

import (
	"errors"
	"fmt"
	"sync"
)

type uploader struct {
	mu    sync.Mutex
	parts map[int][]byte
	size  int
}

func (u *uploader) begin(part int) error {
	u.mu.Lock()
	if _, ok := u.parts[part]; ok {
		u.mu.Unlock()
		return errors.New("part is there already")
	}
	return nil
}

func (u *uploader) finish(part int, data []byte) {
	u.parts[part] = data
	u.size += len(data)
	u.mu.Unlock()
}

func (u *uploader) Upload(part int, data []byte) error {
	if err := u.begin(part); err != nil {
		return err
	}
	u.finish(part, data)
	return nil
}

func main() {
	u := &uploader{parts: make(map[int][]byte)}
	for _, part := range []int{1, 1, 2} {
		fmt.Println(u.Upload(part, []byte("data")))
	}
}
