// Command payments runs the service.
package main

import (
	"database/sql"
	"flag"
	"log"
	"net/http"
	"os"

	"example.com/payments/internal/web"
)

var address = flag.String("address", ":8080", "where to listen")

func main() {
	settings, err := os.ReadFile("config/payments.toml")
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("postgres", string(settings))
	if err != nil {
		log.Fatal(err)
	}
	server := web.New(db)
	http.HandleFunc("/payment", server.Payment)
	http.HandleFunc("/cancel", server.Cancel)
	log.Fatal(http.ListenAndServe(*address, nil))
}
