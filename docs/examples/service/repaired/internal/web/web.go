// Package web is the service's HTTP side.
package web

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"time"
)

// Server answers requests.
type Server struct {
	db     *sql.DB
	client *http.Client
}

// New makes a server.
func New(db *sql.DB) *Server {
	return &Server{db: db, client: &http.Client{Timeout: 10 * time.Second}}
}

// Payment shows a payment.
//
// @Slo(p95 = 200ms, service = "payment-api")
func (s *Server) Payment(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if id == "" {
		http.Error(w, "no id", http.StatusBadRequest)
		return
	}
	total, err := s.total(r.Context(), id)
	if err != nil {
		http.Error(w, "unknown payment", http.StatusNotFound)
		return
	}
	if err := json.NewEncoder(w).Encode(map[string]int64{"total": total}); err != nil {
		log.Printf("payment not sent: %v", err)
	}
}

func (s *Server) total(ctx context.Context, id string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	var total int64
	if err := s.db.QueryRowContext(ctx, "SELECT total FROM payments WHERE id = $1", id).Scan(&total); err != nil {
		return 0, err
	}
	return total, nil
}

// userKey is the key of the user's name in a context.
type userKey struct{}

// Cancel takes a payment back.
//
// @Slo(p95 = 500ms, service = "payment-api")
func (s *Server) Cancel(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithValue(r.Context(), userKey{}, r.Header.Get("X-User"))
	if _, err := s.db.ExecContext(ctx, "UPDATE payments SET state = 3"); err != nil {
		http.Error(w, "not cancelled", http.StatusInternalServerError)
		return
	}
	w.Header().Set("X-Cancelled", "yes")
	w.WriteHeader(http.StatusNoContent)
}

// Rate asks another service for the exchange rate.
func (s *Server) Rate(ctx context.Context, currency string) ([]byte, error) {
	return s.get(ctx, "https://rates.example.com/"+currency)
}

// Healthy asks another service whether it is there.
func (s *Server) Healthy(ctx context.Context) error {
	_, err := s.get(ctx, "https://rates.example.com/health")
	return err
}

func (s *Server) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}
