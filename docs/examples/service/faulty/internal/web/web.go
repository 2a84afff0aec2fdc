// Package web is the service's HTTP side.
package web

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// Server answers requests.
type Server struct {
	db     *sql.DB
	client *http.Client
	ctx    context.Context
}

// New makes a server.
func New(db *sql.DB) *Server {
	return &Server{db: db, client: &http.Client{}}
}

// Payment shows a payment.
//
// @Slo(p95 = 200ms, service = "payment-api")
func (s *Server) Payment(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if id == "" {
		http.Error(w, "no id", http.StatusBadRequest)
	}
	total, err := s.total(r.Context(), id)
	if err != nil {
		http.Error(w, "unknown payment", http.StatusNotFound)
		return
	}
	json.NewEncoder(w).Encode(map[string]int64{"total": total})
}

func (s *Server) total(ctx context.Context, id string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	var total int64
	if err := s.db.QueryRowContext(ctx, "SELECT total FROM payments WHERE id = '"+id+"'").Scan(&total); err != nil {
		return 0, err
	}
	cancel()
	return total, nil
}

// Cancel takes a payment back.
func (s *Server) Cancel(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithValue(context.Background(), "user", r.Header.Get("X-User"))
	if _, err := s.db.ExecContext(ctx, "UPDATE payments SET state = 3"); err != nil {
		http.Error(w, "not cancelled", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	w.Header().Set("X-Cancelled", "yes")
}

// Rate asks another service for the exchange rate.
func (s *Server) Rate(currency string) ([]byte, error) {
	response, err := s.client.Get("https://rates.example.com/" + currency)
	defer response.Body.Close()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(response.Body)
}

// Healthy asks another service whether it is there.
func (s *Server) Healthy(ctx context.Context) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://rates.example.com/health", http.NoBody)
	if err != nil {
		return false, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return false, err
	}
	return response.StatusCode == http.StatusOK, nil
}
