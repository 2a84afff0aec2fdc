module rulec.example/goroutines

go 1.26
