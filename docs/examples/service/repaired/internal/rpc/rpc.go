// Package rpc is the service's gRPC side.
package rpc

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
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
// @Slo(p95 = 200ms, service = "payment-api")
func (s *Server) Get(ctx context.Context, request *GetRequest) (*GetResponse, error) {
	if request.ID == "" {
		return nil, invalid("id", "is missing")
	}
	total, err := s.total(ctx, request.ID)
	if errors.Is(err, ErrNotFound) {
		return nil, notFound(request.ID)
	}
	if err != nil {
		return nil, status.Error(codes.Internal, "not read")
	}
	return &GetResponse{Total: total}, nil
}

// invalid is the error for a field that is not as it should be.
func invalid(field, description string) error {
	violation := &errdetails.BadRequest_FieldViolation{Field: field, Description: description}
	detail := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{violation}}
	made, err := status.New(codes.InvalidArgument, field+" "+description).WithDetails(detail)
	if err != nil {
		return status.Error(codes.Internal, "no details")
	}
	return made.Err()
}

// notFound is the error for a payment that is not there.
func notFound(id string) error {
	detail := &errdetails.ResourceInfo{ResourceType: "payment", ResourceName: id}
	made, err := status.New(codes.NotFound, "no such payment").WithDetails(detail)
	if err != nil {
		return status.Error(codes.Internal, "no details")
	}
	return made.Err()
}

func (s *Server) total(ctx context.Context, id string) (int64, error) {
	var total int64
	err := s.db.QueryRowContext(ctx, "SELECT total FROM payments WHERE id = $1", id).Scan(&total)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("payment %s: %w", id, err)
	}
	return total, nil
}

// Delete removes a payment.
//
// @Slo(p95 = 500ms, service = "payment-api")
func (s *Server) Delete(ctx context.Context, request *GetRequest) (*GetResponse, error) {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM payments WHERE id = $1", request.ID); err != nil {
		return nil, status.Error(codes.Internal, "not deleted")
	}
	if _, err := s.left(ctx); err != nil {
		return nil, status.Error(codes.Internal, "not counted")
	}
	return &GetResponse{}, nil
}

func (s *Server) left(ctx context.Context) (int64, error) {
	var count int64
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM payments").Scan(&count); err != nil {
		return 0, err
	}
	return count, nil
}

// HTTPStatus is the HTTP status for a code.
func HTTPStatus(code codes.Code) int {
	switch code {
	case codes.OK:
		return http.StatusOK
	case codes.InvalidArgument:
		return http.StatusBadRequest
	case codes.NotFound:
		return http.StatusNotFound
	case codes.PermissionDenied:
		return http.StatusForbidden
	default:
		return http.StatusInternalServerError
	}
}
