// Command gotypes writes what go/types says of every expression of Go packages, one JSON object to a line, in the
// format of `rulec inspect types --format jsonl`, so that the two can be compared.
//
//	gotypes [flags] PATTERN…    packages as `go list` names them, with their tests
//
// Lines come folder by folder, and within a folder by path, start and end descending: a reader needs to hold only one
// file. Beside them stand two other kinds of line: `{"package","errors","first"}` for a package in which go/types found
// mistakes, and `{"path","skipped":"cgo"}` for a file that imports "C", of which nothing is written.
//
// Only what Go's parser saw is written: literals that the checker makes up (the 1 of `x++`) are not. The symbol of a
// type switch, which has no type of its own, is of type null and mode unknown.
//
// Packages are loaded from source. What is imported is checked without function bodies, and once for each way in which
// tests have it built, as the Go command does it.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

type options struct {
	folder   string
	output   string
	leftOut  string
	sample   uint
	tests    bool
	patterns []string
}

func main() {
	var o options
	flag.StringVar(&o.folder, "C", "", "work in this `folder`; paths are relative to it")
	flag.StringVar(&o.output, "o", "", "write to this `file`, compressed if it ends in .gz")
	flag.StringVar(&o.leftOut, "nodeps", "", "`modules` whose packages cannot be imported, separated by commas; all: every one but the main module")
	flag.UintVar(&o.sample, "sample", 1, "write only one in `N` packages, chosen by a hash of the path")
	flag.BoolVar(&o.tests, "tests", true, "write test files too")
	flag.Parse()
	o.patterns = flag.Args()
	if len(o.patterns) == 0 || o.sample == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "gotypes:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	started := time.Now()
	// Opened first: the name is relative to where the program was started.
	out, finish, err := create(o.output)
	if err != nil {
		return err
	}
	if o.folder != "" {
		if err := os.Chdir(o.folder); err != nil {
			return err
		}
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	listed, err := list(o.patterns, o.tests)
	if err != nil {
		return err
	}
	loader := newLoader(listed, strings.Split(o.leftOut, ","))
	w := &writer{out: out, loader: loader, folder: here}
	for _, folder := range folders(listed, o.sample) {
		if err := w.folderOf(folder); err != nil {
			return err
		}
	}
	if err := finish(); err != nil {
		return err
	}
	summary := w.summary
	summary.Seconds = time.Since(started).Seconds()
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, string(text))
	return nil
}

// create opens what is written to, and gives what ends the writing.
func create(path string) (*bufio.Writer, func() error, error) {
	file := os.Stdout
	if path != "" {
		created, err := os.Create(path)
		if err != nil {
			return nil, nil, err
		}
		file = created
	}
	var target io.Writer = file
	closing := file.Close
	if strings.HasSuffix(path, ".gz") {
		packed, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
		if err != nil {
			return nil, nil, err
		}
		target = packed
		closing = func() error {
			if err := packed.Close(); err != nil {
				return err
			}
			return file.Close()
		}
	}
	out := bufio.NewWriterSize(target, 1<<20)
	return out, func() error {
		if err := out.Flush(); err != nil {
			return err
		}
		return closing()
	}, nil
}
