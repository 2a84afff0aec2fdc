module rulec.test/goparse

go 1.24
