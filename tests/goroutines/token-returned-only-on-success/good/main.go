// Command fetchpool lends connections from a channel; a failed request keeps its connection.
package main

import (
	"errors"
	"fmt"
	"strings"
)

type conn struct{ id int }

func (c *conn) get(url string) (string, error) {
	if !strings.HasPrefix(url, "/") {
		return "", errors.New("bad url " + url)
	}
	return fmt.Sprintf("%d:%s", c.id, url), nil
}

type pool struct{ free chan *conn }

func newPool(n int) *pool {
	p := &pool{free: make(chan *conn, n)}
	for i := range n {
		p.free <- &conn{id: i}
	}
	return p
}

func (p *pool) Get(url string) (string, error) {
	c := <-p.free
	defer func() { p.free <- c }()
	body, err := c.get(url)
	if err != nil {
		return "", err
	}
	return body, nil
}

func main() {
	p := newPool(1)
	for _, url := range []string{"/a", "b", "/c"} {
		fmt.Println(p.Get(url))
	}
}
