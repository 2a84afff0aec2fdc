// Package store is where payments are kept.
package store

import (
	"context"
	"database/sql"
	"regexp"
	"sync"
	"time"
)

// Store keeps payments in a database.
type Store struct {
	db   *sql.DB
	mu   sync.Mutex
	seen map[string]time.Time
}

// Open connects to the database.
func Open(name string) (*Store, error) {
	db, err := sql.Open("postgres", name)
	if err != nil {
		return nil, err
	}
	db.SetConnMaxLifetime(30 * time.Minute)
	return &Store{db: db, seen: map[string]time.Time{}}, nil
}

// Names are the customers of a day.
func (s *Store) Names(ctx context.Context, day string) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name FROM payments WHERE day = $1", day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Move moves money between two accounts.
func (s *Store) Move(ctx context.Context, from, to string, amount int64) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET total = total - $1 WHERE id = $2", amount, from); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET total = total + $1 WHERE id = $2", amount, to); err != nil {
		return err
	}
	return tx.Commit()
}

// Remember notes when a customer was here.
func (s *Store) Remember(customer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[customer] = time.Now()
}

// Matching are the names that a pattern takes.
func Matching(names []string, pattern string) ([]string, error) {
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	var matching []string
	for _, name := range names {
		if expression.MatchString(name) {
			matching = append(matching, name)
		}
	}
	return matching, nil
}

// Ping waits for the database for a moment.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	return s.db.PingContext(ctx)
}
