package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
)

// graphs is a set of analyses.
type graphs uint8

const (
	inCHA graphs = 1 << iota
	inRTA
	inVTA
)

func (g graphs) String() string { return spell(uint8(g), "cha", "rta", "vta") }

// notes is a set of what is special about an edge.
type notes uint8

const (
	ofInstance notes = 1 << iota
	toGeneric
	toLocal
	throughWrapper
	toBody
	direct // not through a wrapper
)

func (n notes) String() string {
	if n&direct != 0 {
		n &^= throughWrapper
	}
	return spell(uint8(n), "instance", "generic", "local", "wrapped", "body")
}

func spell(set uint8, names ...string) string {
	var words []string
	for bit, name := range names {
		if set>>bit&1 == 1 {
			words = append(words, name)
		}
	}
	return strings.Join(words, ",")
}

// edge is what tells lines apart.
type edge struct {
	site              *ast.CallExpr
	kind, how, callee string
}

type about struct {
	graphs graphs
	notes  notes
}

type edges struct {
	program *ssa.Program
	named   map[*types.Package]bool
	files   []string
	sites   map[token.Pos]*ast.CallExpr // by opening parenthesis
	found   map[edge]about
}

func newEdges(program *ssa.Program, of []*packages.Package) *edges {
	e := &edges{
		program: program,
		named:   make(map[*types.Package]bool),
		sites:   make(map[token.Pos]*ast.CallExpr),
		found:   make(map[edge]about),
	}
	for _, one := range of {
		e.named[one.Types] = true
		e.files = append(e.files, one.CompiledGoFiles...)
		for _, file := range one.Syntax {
			ast.Inspect(file, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok {
					e.sites[call.Lparen] = call
				}
				return true
			})
		}
	}
	return e
}

func (e *edges) add(graph *callgraph.Graph, in graphs) {
	for fn, node := range graph.Nodes {
		if fn == nil || !e.isNamed(fn) {
			continue
		}
		for _, out := range node.Out {
			if out.Site == nil {
				continue
			}
			site := e.sites[out.Site.Common().Pos()]
			if site == nil {
				continue
			}
			for _, callee := range written(out.Callee) {
				line := edge{site: site, kind: kind(out.Site), how: how(out.Site.Common()), callee: e.name(callee)}
				was := e.found[line]
				e.found[line] = about{was.graphs | in, was.notes | noted(fn, out.Callee.Func, callee)}
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

func noted(caller, called, callee *ssa.Function) notes {
	var found notes
	for fn := caller; fn != nil; fn = fn.Parent() {
		if fn.Origin() != nil {
			found |= ofInstance
		}
	}
	if callee.Origin() != nil {
		found |= toGeneric
	}
	if callee != called {
		found |= throughWrapper
	} else {
		found |= direct
	}
	if _, ok := callee.Syntax().(*ast.RangeStmt); ok {
		found |= toBody
	}
	if named := receiver(callee); named != nil && named.Obj().Pkg() != nil && named.Obj().Parent() != named.Obj().Pkg().Scope() {
		found |= toLocal
	}
	return found
}

func (e *edges) isNamed(fn *ssa.Function) bool {
	of := origin(fn)
	for of.Parent() != nil {
		of = origin(of.Parent())
	}
	return of.Pkg != nil && e.named[of.Pkg.Pkg]
}

func origin(fn *ssa.Function) *ssa.Function {
	if fn.Origin() != nil {
		return fn.Origin()
	}
	return fn
}

// receiver is the declared type of a method's receiver.
func receiver(fn *ssa.Function) *types.Named {
	object, _ := origin(fn).Object().(*types.Func)
	if object == nil || object.Signature().Recv() == nil {
		return nil
	}
	t := types.Unalias(object.Signature().Recv().Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}

// name is where a literal stands, and for others what they are called.
func (e *edges) name(fn *ssa.Function) string {
	of := origin(fn)
	object, _ := of.Object().(*types.Func)
	if object == nil || object.Pkg() == nil {
		if syntax := fn.Syntax(); syntax != nil {
			at := e.program.Fset.PositionFor(syntax.Pos(), false)
			return fmt.Sprintf("%s:%d", at.Filename, at.Offset)
		}
		return of.String()
	}
	name := object.Pkg().Path() + "."
	if named := receiver(fn); named != nil {
		name += named.Obj().Name() + "."
	}
	return name + object.Name()
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
	callee := call.StaticCallee()
	switch {
	case call.IsInvoke():
		return "interface"
	case callee == nil:
		return "value"
	case callee.Signature.Recv() != nil || receiver(callee) != nil:
		return "method"
	}
	return "static"
}

func (e *edges) write(file *os.File) error {
	out := bufio.NewWriter(file)
	slices.Sort(e.files)
	for _, path := range e.files {
		fmt.Fprintf(out, "F\t%s\n", path)
	}
	for _, one := range e.program.AllPackages() {
		fmt.Fprintf(out, "P\t%s\n", one.Pkg.Path())
	}
	lines := make([]string, 0, len(e.found))
	for line, about := range e.found {
		start, end := e.program.Fset.PositionFor(line.site.Pos(), false), e.program.Fset.PositionFor(line.site.End(), false)
		lines = append(lines, fmt.Sprintf("E\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s", start.Filename, start.Offset, end.Offset,
			line.kind, line.how, line.callee, about.graphs, about.notes))
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}
