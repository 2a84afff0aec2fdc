module rulec.test/goroutines

go 1.26
