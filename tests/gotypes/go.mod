module rulec.test/gotypes

go 1.26
