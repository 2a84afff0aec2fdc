module example.com/payments

go 1.22

require google.golang.org/grpc v1.75.0
