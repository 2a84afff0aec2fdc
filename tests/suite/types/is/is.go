package is

import (
	"io"
	"io/fs"
	"os"
	"strings"
)

type named []byte

type pair struct{ a, b int }

type same = []byte

func proven(any) {}

func other(any) {}

func read(any) {}

func f(b []byte, n named, s same, u []uint8, file *os.File, info fs.FileInfo, builder strings.Builder, p *pair) {
	proven(b) // want bytes "b" underlying "b"
	proven(n) // want underlying "n"
	proven(s) // want bytes "s" underlying "s"
	proven(u) // want bytes "u" underlying "u"
	proven(b[1:]) // want bytes "b\[1:\]" underlying "b\[1:\]"
	proven([]byte("x")) // want bytes "\[\]byte\(\"x\"\)" underlying "\[\]byte\(\"x\"\)" // undecided either "not known whether name\(\$f\) == \"proven\"" no-error "not known whether name\(\$f\) == \"other\""
	proven(file) // want pointer "file" structs "file"
	proven(*file) // want pointer "\*file" structs "\*file"
	proven(&file)
	proven(info) // want alias "info"
	proven(builder) // want set "builder" structs "builder"
	proven(&builder) // want set "&builder" structs "&builder"
	proven(p) // want structs "p"
	proven(*p) // want structs "\*p"
	proven("x") // want either "\"x\""
	var err error
	proven(err) // want either "err"
	proven((err)) // want either "err"
	proven(err.Error()) // want either "err\.Error\(\)"
	other(err) // want perhaps-error "err"
	other(1) // want no-error "1"
	other(missing) // want perhaps-error "missing" // undecided no-error "not known whether not: \$x : error: nothing known is called `missing`"
	other(missing.Field) // want perhaps-error "missing\.Field" // undecided no-error "not known whether not: \$x : error: nothing known is called `missing`"
	read(file)
	var r io.Reader = file
	read(r) // want reader "r"
}
