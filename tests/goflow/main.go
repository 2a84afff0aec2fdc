// Command goflow writes the control-flow graphs that golang.org/x/tools/go/cfg makes of Go files, in a form without
// blocks, so that they can be compared with graphs whose blocks are cut otherwise.
//
//	goflow [-C folder] [-exits pkg.Func,…] [PATH…]    files and folders, by default the folder itself
//
// A graph is the relation "what is evaluated next" between its *atoms*: simple statements, conditions, tags, case
// expressions, operands of range. Blocks, empty ones included, leave no trace in it, nor does code that cannot be reached.
// Lines, fields separated by tabs, offsets in bytes from 0:
//
//	F  path  start  end  line:column  name     a function declaration or literal with a body
//	E  next…                                   what is evaluated first
//	A  start  end  kind  next…                 an atom, in source order, and what can follow
//
// `next` is `start-end:kind` of an atom, `exit` (returns, or comes to the end of the body) or `stop` (after a call that never
// returns and `select {}`; also where nothing else can follow because of a loop that evaluates nothing).
// Kinds are the names of go/ast, and two of our own: `range` asks for the next element, its span that of the whole
// statement; `select` chooses a case, its span likewise.
//
// What differs from go/cfg, on purpose:
//   - go/cfg evaluates the communications of a select before it chooses, and then the left side of the chosen one once
//     more; here the chosen communication follows the `select`, and the others are not evaluated.
//   - go/cfg evaluates key and value of a range once before the loop; here they belong to `range`.
//   - Empty statements and the implicit return are no atoms.
//
// As in go/cfg, conditions are whole: `&&` and `||` do not branch. Deferred calls run nowhere. A call of the predeclared
// `panic` and those that -exits names do not return. Files that do not parse are skipped and counted.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	folder := flag.String("C", ".", "paths are relative to this `folder`")
	exits := flag.String("exits", "", "functions that never return besides panic, as `package.Name` by import path")
	flag.Parse()
	paths := flag.Args()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	if err := run(*folder, paths, strings.Split(*exits, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "goflow:", err)
		os.Exit(1)
	}
}

func run(folder string, paths, exits []string) error {
	if err := os.Chdir(folder); err != nil {
		return err
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	w := &writer{out: out, exits: exits}
	for _, path := range paths {
		files, err := goFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			w.file(file)
		}
	}
	fmt.Fprintf(os.Stderr, "%d functions in %d files, %d files skipped\n", w.functions, w.files, w.skipped)
	return out.Flush()
}

// goFiles lists the Go files of a path, without those of folders named testdata.
func goFiles(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "testdata":
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(path, ".go"):
			files = append(files, filepath.ToSlash(filepath.Clean(path)))
		}
		return nil
	})
	return files, err
}

// writer writes the graphs of one file after the other.
type writer struct {
	out                       *bufio.Writer
	exits                     []string
	files, functions, skipped int
}

func (w *writer) file(path string) {
	fset := token.NewFileSet()
	// Objects are resolved: a function of the file may be called panic.
	parsed, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		w.skipped++
		return
	}
	w.files++
	calls := neverReturning{imports: importNames(parsed), exits: w.exits}
	ast.Inspect(parsed, func(node ast.Node) bool {
		var body *ast.BlockStmt
		name := "func"
		switch node := node.(type) {
		case *ast.FuncDecl:
			body, name = node.Body, node.Name.Name
		case *ast.FuncLit:
			body = node.Body
		}
		if body != nil {
			w.functions++
			w.function(fset, path, name, node, body, calls)
		}
		return true
	})
}

func (w *writer) function(fset *token.FileSet, path, name string, node ast.Node, body *ast.BlockStmt, calls neverReturning) {
	at := fset.Position(node.Pos())
	offset := func(pos token.Pos) int { return fset.Position(pos).Offset }
	fmt.Fprintf(w.out, "F\t%s\t%d\t%d\t%d:%d\t%s\n", path, at.Offset, offset(node.End()), at.Line, at.Column, name)
	g := newGraph(body, calls.mayReturn)
	spell := func(next []step) string {
		var words []string
		for _, s := range next {
			if s.atom == nil {
				words = append(words, s.end)
			} else {
				words = append(words, fmt.Sprintf("%d-%d:%s", offset(s.atom.Pos()), offset(s.atom.End()), s.kind()))
			}
		}
		slices.Sort(words)
		return strings.Join(slices.Compact(words), "\t")
	}
	fmt.Fprintf(w.out, "E\t%s\n", spell(g.entry()))
	for _, atom := range g.atoms() {
		fmt.Fprintf(w.out, "A\t%d\t%d\t%s\t%s\n", offset(atom.atom.Pos()), offset(atom.atom.End()), atom.kind(), spell(g.next(atom)))
	}
}

// neverReturning knows calls after which nothing is evaluated, by their syntax.
type neverReturning struct {
	imports map[string]string // name in the file to import path
	exits   []string
}

func (n neverReturning) mayReturn(call *ast.CallExpr) bool {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return fun.Name != "panic" || fun.Obj != nil
	case *ast.SelectorExpr:
		if x, ok := fun.X.(*ast.Ident); ok && x.Obj == nil {
			return !slices.Contains(n.exits, n.imports[x.Name]+"."+fun.Sel.Name)
		}
	}
	return true
}

func importNames(file *ast.File) map[string]string {
	names := make(map[string]string)
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, "\"`")
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}
