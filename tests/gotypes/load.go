package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// listing is what the Go command says of a package.
type listing struct {
	ImportPath string
	Dir        string
	Name       string
	ForTest    string
	GoFiles    []string
	CgoFiles   []string
	ImportMap  map[string]string
	Standard   bool
	DepOnly    bool
	Module     *struct {
		Path      string
		Main      bool
		GoVersion string
	}
}

// path is the import path without the name of the test that it is built for.
func (l *listing) path() string {
	path, _, _ := strings.Cut(l.ImportPath, " ")
	return path
}

// isTestMain tells the program that the Go command generates to run tests.
func (l *listing) isTestMain() bool {
	return strings.HasSuffix(l.ImportPath, ".test") && len(l.GoFiles) > 0 && filepath.IsAbs(l.GoFiles[0])
}

func (l *listing) files() []string {
	var paths []string
	for _, name := range slices.Concat(l.GoFiles, l.CgoFiles) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(l.Dir, name)
		}
		paths = append(paths, name)
	}
	slices.Sort(paths)
	return paths
}

// list gives the packages that patterns name, and all that they need.
func list(patterns []string, tests bool) ([]*listing, error) {
	args := []string{"list", "-e", "-deps",
		"-json=ImportPath,Dir,Name,ForTest,GoFiles,CgoFiles,ImportMap,Standard,DepOnly,Module"}
	if tests {
		args = append(args, "-test")
	}
	command := exec.Command("go", append(append(args, "--"), patterns...)...)
	command.Stderr = os.Stderr
	text, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	var all []*listing
	for decoder := json.NewDecoder(text); ; {
		var next listing
		if err := decoder.Decode(&next); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		all = append(all, &next)
	}
	return all, command.Wait()
}

// folders groups the packages that were asked for by the folder they are in, sorted. Of a package that its tests add
// files to, only the one with these files is taken.
func folders(all []*listing, sample uint) [][]*listing {
	grown := map[string]bool{}
	for _, l := range all {
		if l.ForTest == l.path() {
			grown[l.path()] = true
		}
	}
	groups := map[string][]*listing{}
	for _, l := range all {
		replaced := l.ForTest == "" && grown[l.path()]
		variant := l.ForTest != "" && l.path() != l.ForTest && l.path() != l.ForTest+"_test"
		if l.DepOnly || replaced || variant || l.isTestMain() || !chosen(l, sample) || l.path() == "unsafe" {
			continue
		}
		groups[l.Dir] = append(groups[l.Dir], l)
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	slices.Sort(names)
	sorted := make([][]*listing, len(names))
	for i, name := range names {
		sorted[i] = groups[name]
	}
	return sorted
}

// chosen is the same for a package and its external tests.
func chosen(l *listing, sample uint) bool {
	path := l.path()
	if l.ForTest != "" {
		path = l.ForTest
	}
	hash := fnv.New32a()
	io.WriteString(hash, path)
	return hash.Sum32()%uint32(sample) == 0
}

// loader gives packages to those that import them.
type loader struct {
	fset    *token.FileSet
	listed  map[string]*listing
	checked map[string]*types.Package
	leftOut []string
}

func newLoader(all []*listing, leftOut []string) *loader {
	l := &loader{token.NewFileSet(), map[string]*listing{}, map[string]*types.Package{}, leftOut}
	for _, one := range all {
		l.listed[one.ImportPath] = one
	}
	return l
}

// forget drops what is built only for the tests of a package.
func (l *loader) forget(path string) {
	for id := range l.checked {
		if strings.HasSuffix(id, " ["+path+".test]") {
			delete(l.checked, id)
		}
	}
}

func (l *loader) parse(path string) *ast.File {
	// With mistakes there is a file still: as far as the parser came.
	file, _ := parser.ParseFile(l.fset, path, nil, parser.SkipObjectResolution)
	return file
}

// check type-checks a package from source; all that can be known is known even if there are mistakes.
func (l *loader) check(from *listing, files []*ast.File, info *types.Info) (pkg *types.Package, mistakes []error) {
	config := types.Config{
		IgnoreFuncBodies: info == nil,
		FakeImportC:      true,
		Importer:         importer{l, from},
		Sizes:            types.SizesFor("gc", goarch()),
		Error:            func(err error) { mistakes = append(mistakes, err) },
	}
	if from.Module != nil && from.Module.GoVersion != "" {
		config.GoVersion = "go" + from.Module.GoVersion
	}
	pkg = types.NewPackage(from.path(), from.Name)
	defer func() {
		if cause := recover(); cause != nil {
			mistakes = append(mistakes, fmt.Errorf("go/types panics: %v", cause))
		}
	}()
	types.NewChecker(&config, l.fset, pkg, info).Files(files)
	return pkg, mistakes
}

func goarch() string {
	if name := os.Getenv("GOARCH"); name != "" {
		return name
	}
	return runtime.GOARCH
}

// importer resolves the imports of one package.
type importer struct {
	*loader
	from *listing
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if mapped, ok := i.from.ImportMap[path]; ok {
		path = mapped
	}
	if pkg, ok := i.checked[path]; ok {
		return pkg, nil
	}
	found, ok := i.listed[path]
	if !ok || found.Dir == "" || len(found.GoFiles)+len(found.CgoFiles) == 0 {
		return nil, fmt.Errorf("no package %s", path)
	}
	if i.isLeftOut(found) {
		return nil, fmt.Errorf("package %s is left out", path)
	}
	var files []*ast.File
	for _, name := range found.files() {
		if file := i.parse(name); file != nil {
			files = append(files, file)
		}
	}
	pkg, _ := i.check(found, files, nil)
	i.checked[path] = pkg
	return pkg, nil
}

func (l *loader) isLeftOut(found *listing) bool {
	if found.Standard || found.Module == nil || found.Module.Main {
		return false
	}
	return slices.Contains(l.leftOut, "all") || slices.Contains(l.leftOut, found.Module.Path)
}
