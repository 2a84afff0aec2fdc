// Command gocalls writes the call edges that golang.org/x/tools finds in a Go program, so that another call graph can be
// compared with them.
//
//	gocalls [-C folder] [-module] PATTERN…    packages as `go list` names them; tests are left out
//
// Three graphs are made, from the coarsest to the finest: by class-hierarchy analysis (every method of every type that
// implements the interface; every function of the signature whose address is taken), by rapid type analysis (the same, of
// types and functions that are reachable from the main packages; left out where there is none), and by variable type
// analysis (what flows to the place, whole program at once, without regard to the order of statements).
//
// Lines, fields separated by tabs, offsets in bytes from 0, paths absolute, of the packages named and, with -module, of
// those of the same module that they import (of the standard library where they are part of the distribution):
//
//	F  path           a file
//	P  import/path    a package of the program, whatever its module
//	E  path  start  end  kind  how  callee  graphs  notes
//
// An E is one function that the call expression at these bytes may call.
// `kind` is call, go or defer. `how` is static (a function), method (by the type of its receiver), interface or value.
// `callee` is `import/path.Name` or `import/path.Type.Method`, and `path:offset` of the keyword `func` of a literal.
// `graphs` names those that have the edge, as "cha,rta,vta". `notes` say what is special, separated by commas:
//
//	instance   the call stands in an instance of a generic function, where type parameters are types
//	generic    the callee is an instance
//	local      the callee is a method of a type that is declared in a function
//	wrapped    the callee is reached only through a function that the compiler makes (a promoted method, a method value)
//	body       the callee is the body of a range over a function
//
// Calls that no call expression writes (initialisation of packages, range over functions) have no line, nor have calls of
// predeclared functions. An instance of a generic function stands for the function.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/callgraph/cha"
	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

func main() {
	folder := flag.String("C", ".", "work in this `folder`")
	module := flag.Bool("module", false, "calls in packages that are imported too, where they belong to the same module")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*folder, *module, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gocalls:", err)
		os.Exit(1)
	}
}

func run(folder string, module bool, patterns []string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	mode := packages.LoadAllSyntax | packages.NeedModule
	roots, err := packages.Load(&packages.Config{Mode: mode, Dir: folder}, patterns...)
	if err != nil {
		return err
	}
	if n := packages.PrintErrors(roots); n > 0 {
		return fmt.Errorf("%d mistakes in packages", n)
	}
	program, made := ssautil.AllPackages(roots, ssa.InstantiateGenerics)
	program.Build()

	e := newEdges(program, named(roots, module))
	byHierarchy := cha.CallGraph(program)
	e.add(byHierarchy, inCHA)
	if start := entries(made); len(start) > 0 {
		e.add(rta.Analyze(start, true).CallGraph, inRTA)
	}
	e.add(vta.CallGraph(ssautil.AllFunctions(program), byHierarchy), inVTA)
	return e.write(os.Stdout)
}

// named are the packages whose calls are written.
func named(roots []*packages.Package, module bool) []*packages.Package {
	if !module {
		return roots
	}
	modules := make(map[string]bool)
	for _, root := range roots {
		modules[moduleOf(root)] = true
	}
	var found []*packages.Package
	packages.Visit(roots, nil, func(one *packages.Package) {
		if modules[moduleOf(one)] && one.PkgPath != "unsafe" {
			found = append(found, one)
		}
	})
	return found
}

// moduleOf is the path of a package's module, "std" for all of the distribution.
func moduleOf(one *packages.Package) string {
	first, _, _ := strings.Cut(one.PkgPath, "/")
	if one.Module == nil || !strings.Contains(first, ".") {
		return "std"
	}
	return one.Module.Path
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
