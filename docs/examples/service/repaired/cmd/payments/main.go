// Command payments runs the service.
package main

import (
	"database/sql"
	"flag"
	"log"
	"net/http"
	"os"
	"time"

	"example.com/payments/internal/web"
)

var (
	address  = flag.String("address", ":8080", "where to listen")
	settings = flag.String("settings", "/etc/payments.conf", "where the settings are")
)

func main() {
	flag.Parse()
	text, err := os.ReadFile(*settings)
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("postgres", string(text))
	if err != nil {
		log.Fatal(err)
	}
	service := web.New(db)
	mux := http.NewServeMux()
	mux.HandleFunc("/payment", service.Payment)
	mux.HandleFunc("/cancel", service.Cancel)
	server := &http.Server{Addr: *address, Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
