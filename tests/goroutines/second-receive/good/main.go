// Command token fetches a credential once and hands it to two clients.
package main

import (
	"fmt"
	"strconv"
)

type token struct{ value string }

type issuer struct{ serial int }

func (i *issuer) issue(out chan<- token) {
	i.serial++
	out <- token{value: "t" + strconv.Itoa(i.serial)}
}

type client struct {
	name  string
	token token
}

func connect(names [2]string) [2]client {
	var clients [2]client
	tokens := make(chan token)
	source := &issuer{}
	go source.issue(tokens)
	shared := <-tokens
	clients[0] = client{names[0], shared}
	clients[1] = client{names[1], shared}
	return clients
}

func main() {
	for _, c := range connect([2]string{"reader", "writer"}) {
		fmt.Println(c.name, c.token.value)
	}
}
