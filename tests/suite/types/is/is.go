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

func f(b []byte, n named, s same, u []uint8, file *os.File, info fs.FileInfo, builder strings.Builder, p *pair) {
	proven(b)
	proven(n)
	proven(s)
	proven(u)
	proven(b[1:])
	proven([]byte("x"))
	proven(file)
	proven(*file)
	proven(&file)
	proven(info)
	proven(builder)
	proven(&builder)
	proven(p)
	proven(*p)
	proven("x")
	var err error
	proven(err)
	proven((err))
	proven(err.Error())
	other(err)
	other(1)
	other(missing)
	other(missing.Field)
	read(file)
	var r io.Reader = file
	read(r)
}
