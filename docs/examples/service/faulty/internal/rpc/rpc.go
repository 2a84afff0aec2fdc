// Package rpc is the service's gRPC side.
package rpc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// UnimplementedPaymentsServer is what the compiler of protocol buffers makes.
type UnimplementedPaymentsServer struct{}

// GetRequest asks for a payment.
type GetRequest struct{ ID string }

// GetResponse is a payment.
type GetResponse struct{ Total int64 }

// ErrNotFound says that there is no such payment.
var ErrNotFound = errors.New("no such payment")

// Server serves payments.
type Server struct {
	UnimplementedPaymentsServer
	db *sql.DB
}

// Get reads a payment.
//
// @Slo(p95 = soon, service = "payment-api")
func (s *Server) Get(ctx context.Context, request *GetRequest) (*GetResponse, error) {
	if request.ID == "" {
		return nil, status.Error(codes.InvalidArgument, "no id")
	}
	total, err := s.total(ctx, request.ID)
	if err == ErrNotFound {
		return nil, status.Error(codes.Unknown, "no such payment")
	}
	if err != nil {
		return nil, err
	}
	return &GetResponse{Total: total}, nil
}

func (s *Server) total(ctx context.Context, id string) (int64, error) {
	var total int64
	err := s.db.QueryRowContext(ctx, "SELECT total FROM payments WHERE id = $1", id).Scan(&total)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("payment %s: %v", id, err)
	}
	return total, nil
}

// Delete removes a payment.
func (s *Server) Delete(ctx context.Context, request *GetRequest) (*GetResponse, error) {
	result, err := s.db.ExecContext(ctx, "DELETE FROM payments WHERE id = $1", request.ID)
	if err != nil {
		return nil, status.Error(codes.Internal, "not deleted")
	}
	count, err := result.RowsAffected()
	count, err = s.left(ctx)
	if err != nil {
		return nil, status.Errorf(codes.OK, "%d left", count)
	}
	return &GetResponse{}, nil
}

func (s *Server) left(ctx context.Context) (count int64, err error) {
	if err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM payments").Scan(&count); err != nil {
		return 0, nil
	}
	return count, err
}

// HTTPStatus is the HTTP status for a code.
func HTTPStatus(code codes.Code) int {
	switch code {
	case codes.OK:
		return http.StatusOK
	case codes.InvalidArgument:
		return http.StatusBadRequest
	case codes.NotFound:
		return http.StatusGone
	case codes.PermissionDenied:
		return http.StatusForbidden
	default:
		return http.StatusInternalServerError
	}
}
