// Command probe asks a server how it is, and tells others.
package main

import (
	"flag"
	"fmt"
	web "net/http"
	"time"
)

var server = flag.String("server", "http://localhost:8080", "the server to ask")

func main() {
	for {
		if err := probe(*server); err != nil {
			fmt.Println("down:", err)
		}
		time.Sleep(10)
	}
}

func probe(url string) error {
	resp, err := web.Get(url + "/healthz")
	defer resp.Body.Close()
	if err != nil {
		return err
	}
	if resp.StatusCode != web.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func health(w web.ResponseWriter, r *web.Request) {
	if r.Method != "GET" {
		web.Error(w, "only GET", web.StatusMethodNotAllowed)
	}
	fmt.Fprintln(w, "ok")
}
