// Command gocalls writes the call edges that golang.org/x/tools finds in Go programs, so that another call graph can be
// compared with them.
//
//	gocalls [flags] PATTERN…    packages as `go list` names them; tests are left out
//
// Two graphs are made: by class-hierarchy analysis (every method of every type that implements the interface; every
// function of the signature whose address is taken), and by rapid type analysis (the same, of types and functions that are
// reachable from the main packages; left out where there is none).
// Lines, fields separated by tabs, offsets in bytes from 0, of calls that stand in the packages named:
//
//	site  caller  kind  how  callee  graphs
//
// `site` is `path:offset` of the call's opening parenthesis, the path relative to the folder of -C. `caller` and `callee`
// are `path:offset` of the keyword `func` of a declaration or literal; of a callee outside of the packages named, and of
// one without source, `import/path.Name` or `import/path.Type.Method`. `kind` is call, go or defer. `how` is static,
// interface or value. `graphs` is cha, rta or both, as "cha,rta".
//
// Wrappers that the compiler would make (promoted methods, method values, thunks) are stepped through to what they call.
// An instance of a generic function stands for the function. Calls of predeclared functions have no edges.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/cha"
	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

func main() {
	folder := flag.String("C", ".", "work in this `folder`; paths are relative to it")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*folder, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gocalls:", err)
		os.Exit(1)
	}
}

func run(folder string, patterns []string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	roots, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: folder}, patterns...)
	if err != nil {
		return err
	}
	if n := packages.PrintErrors(roots); n > 0 {
		return fmt.Errorf("%d mistakes in packages", n)
	}
	program, made := ssautil.AllPackages(roots, ssa.InstantiateGenerics)
	program.Build()

	e := &edges{folder: folder, program: program, named: make(map[*types.Package]bool), found: make(map[edge]graphs)}
	for _, one := range roots {
		e.named[one.Types] = true
	}
	e.add(cha.CallGraph(program), inCHA)
	if start := entries(made); len(start) > 0 {
		e.add(rta.Analyze(start, true).CallGraph, inRTA)
	}
	return e.write(os.Stdout)
}

// entries are the functions at which programs start: main and init of main packages.
func entries(made []*ssa.Package) []*ssa.Function {
	var start []*ssa.Function
	for _, one := range made {
		if one != nil && one.Pkg.Name() == "main" && one.Func("main") != nil {
			start = append(start, one.Func("init"), one.Func("main"))
		}
	}
	return start
}

// graphs is a set of analyses.
type graphs uint8

const (
	inCHA graphs = 1 << iota
	inRTA
)

func (g graphs) String() string { return [...]string{"", "cha", "rta", "cha,rta"}[g] }

// edge is one line of the output.
type edge struct{ site, caller, kind, how, callee string }

type edges struct {
	folder  string
	program *ssa.Program
	named   map[*types.Package]bool
	found   map[edge]graphs
}

func (e *edges) add(graph *callgraph.Graph, in graphs) {
	for fn, node := range graph.Nodes {
		if fn == nil || fn.Syntax() == nil || !e.isNamed(fn) {
			continue
		}
		for _, out := range node.Out {
			if out.Site == nil || !out.Site.Pos().IsValid() {
				continue
			}
			for _, callee := range written(out.Callee) {
				line := edge{
					site:   e.place(out.Site.Common().Pos()),
					caller: e.name(fn),
					kind:   kind(out.Site),
					how:    how(out.Site.Common()),
					callee: e.name(callee),
				}
				e.found[line] |= in
			}
		}
	}
}

// written steps through functions without source, made by the compiler, to those that they call.
func written(node *callgraph.Node) []*ssa.Function {
	var found []*ssa.Function
	seen := map[*callgraph.Node]bool{node: true}
	for pending := []*callgraph.Node{node}; len(pending) > 0; {
		one := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		fn := one.Func
		if fn.Synthetic == "" || fn.Syntax() != nil || len(one.Out) == 0 {
			found = append(found, fn)
			continue
		}
		for _, out := range one.Out {
			if !seen[out.Callee] {
				seen[out.Callee] = true
				pending = append(pending, out.Callee)
			}
		}
	}
	return found
}

func (e *edges) isNamed(fn *ssa.Function) bool {
	of := origin(fn)
	for of.Parent() != nil {
		of = of.Parent()
	}
	return of.Pkg != nil && e.named[of.Pkg.Pkg]
}

func origin(fn *ssa.Function) *ssa.Function {
	if fn.Origin() != nil {
		return fn.Origin()
	}
	return fn
}

// name is where a function of the packages stands, and for others what it is called.
func (e *edges) name(fn *ssa.Function) string {
	if fn.Syntax() != nil && e.isNamed(fn) {
		return e.place(fn.Syntax().Pos())
	}
	of := origin(fn)
	object, _ := of.Object().(*types.Func)
	if object == nil || object.Pkg() == nil {
		return of.String()
	}
	name := object.Pkg().Path() + "."
	if recv := object.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := t.(*types.Named); ok {
			name += n.Obj().Name() + "."
		}
	}
	return name + object.Name()
}

func (e *edges) place(pos token.Pos) string {
	at := e.program.Fset.PositionFor(pos, false)
	path, err := filepath.Rel(e.folder, at.Filename)
	if err != nil {
		path = at.Filename
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(path), at.Offset)
}

func kind(site ssa.CallInstruction) string {
	switch site.(type) {
	case *ssa.Go:
		return "go"
	case *ssa.Defer:
		return "defer"
	}
	return "call"
}

func how(call *ssa.CallCommon) string {
	switch {
	case call.IsInvoke():
		return "interface"
	case call.StaticCallee() != nil:
		return "static"
	}
	return "value"
}

func (e *edges) write(file *os.File) error {
	lines := make([]string, 0, len(e.found))
	for line, in := range e.found {
		lines = append(lines, strings.Join([]string{line.site, line.caller, line.kind, line.how, line.callee, in.String()}, "\t"))
	}
	slices.Sort(lines)
	out := bufio.NewWriter(file)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}
