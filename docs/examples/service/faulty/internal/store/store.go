// Package store is where payments are kept.
package store

import (
	"context"
	"database/sql"
	"regexp"
	"time"
)

var seen map[string]time.Time

// Store keeps payments in a database.
type Store struct{ db *sql.DB }

// Open connects to the database.
func Open(name string) *Store {
	db, err := sql.Open("postgres", name)
	db.SetConnMaxLifetime(30)
	if err != nil {
		return nil
	}
	return &Store{db: db}
}

// Names are the customers of a day.
func (s *Store) Names(ctx context.Context, day string) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT name FROM payments WHERE day = $1", day)
	if err != nil {
		return nil, err
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Close()
}

// Move moves money between two accounts.
func (s *Store) Move(ctx context.Context, from, to string, amount int64) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET total = total - $1 WHERE id = $2", amount, from); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET total = total + $1 WHERE id = $2", amount, to); err != nil {
		return err
	}
	return tx.Commit()
}

// Remember notes when a customer was here.
func Remember(customer string) {
	seen[customer] = time.Now()
}

// Matching are the names that a pattern takes.
func Matching(names []string, pattern string) ([]string, error) {
	expression := regexp.MustCompile(pattern)
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
	ctx, cancel := context.WithTimeout(ctx, 500)
	defer cancel()
	return s.db.PingContext(ctx)
}
