package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// summary is what is told at the end of a run.
type summary struct {
	Packages      int            `json:"packages"`
	Files         int            `json:"files"`
	Cgo           int            `json:"cgo_files"`
	Lines         int            `json:"lines"`
	ErrorPackages map[string]int `json:"error_packages"`
	Seconds       float64        `json:"seconds"`
}

type writer struct {
	out     *bufio.Writer
	loader  *loader
	folder  string
	summary summary
}

// line is one expression, or one identifier that is none.
type line struct {
	start, end int
	text       []byte
}

// folderOf writes the packages of one folder.
func (w *writer) folderOf(packages []*listing) error {
	lines := map[string][]line{}
	for _, l := range packages {
		if err := w.packageOf(l, lines); err != nil {
			return err
		}
	}
	for _, l := range packages {
		w.loader.forget(cmp.Or(l.ForTest, l.path()))
	}
	paths := make([]string, 0, len(lines))
	for path := range lines {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		for _, one := range lines[path] {
			if _, err := w.out.Write(one.text); err != nil {
				return err
			}
		}
		w.summary.Lines += len(lines[path])
	}
	return nil
}

func (w *writer) packageOf(l *listing, lines map[string][]line) error {
	var files []*ast.File
	for _, path := range l.files() {
		if file := w.loader.parse(path); file != nil {
			files = append(files, file)
		}
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	_, mistakes := w.loader.check(l, files, info)
	w.summary.Packages++
	w.summary.Files += len(files)
	if err := w.mistakesOf(l, mistakes); err != nil {
		return err
	}
	spelled := map[types.Type]spelling{}
	for _, file := range files {
		c := &collector{file: file, tokens: w.loader.fset.File(file.FileStart), info: info, spelled: spelled}
		path := w.relative(c.tokens.Name())
		if importsC(file) {
			w.summary.Cgo++
			text := append(quote([]byte(`{"path":`), path), `,"skipped":"cgo"}`+"\n"...)
			if _, err := w.out.Write(text); err != nil {
				return err
			}
			continue
		}
		c.prefix = quote([]byte(`{"path":`), path)
		lines[path] = c.collect()
	}
	for _, file := range files {
		w.loader.fset.RemoveFile(w.loader.fset.File(file.FileStart))
	}
	return nil
}

func (w *writer) mistakesOf(l *listing, mistakes []error) error {
	if len(mistakes) == 0 {
		return nil
	}
	if w.summary.ErrorPackages == nil {
		w.summary.ErrorPackages = map[string]int{}
	}
	w.summary.ErrorPackages[l.ImportPath] = len(mistakes)
	text := append(quote([]byte(`{"package":`), l.ImportPath), `,"errors":`...)
	text = strconv.AppendInt(text, int64(len(mistakes)), 10)
	text = quote(append(text, `,"first":`...), mistakes[0].Error())
	_, err := w.out.Write(append(text, "}\n"...))
	return err
}

// relative gives a path as rulec writes it: relative to the working folder, absolute outside of it.
func (w *writer) relative(path string) string {
	relative, err := filepath.Rel(w.folder, path)
	if err != nil || relative == ".." || strings.HasPrefix(relative, "../") {
		return filepath.ToSlash(path)
	}
	return filepath.ToSlash(relative)
}

func importsC(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"C"` })
}

// spelling is the text of a type, if it is known.
type spelling struct {
	text  string
	known bool
}

// collector makes the lines of one file.
type collector struct {
	file    *ast.File
	tokens  *token.File
	info    *types.Info
	spelled map[types.Type]spelling
	prefix  []byte
	lines   []line
}

// collect gives the lines in their order: by start, longest first.
func (c *collector) collect() []line {
	ast.Inspect(c.file, func(node ast.Node) bool {
		if expression, ok := node.(ast.Expr); ok && expression != c.file.Name {
			c.expression(expression)
		}
		return true
	})
	slices.SortStableFunc(c.lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	return c.lines
}

func (c *collector) expression(e ast.Expr) {
	tv, ok := c.info.Types[e]
	if !ok {
		if name, isName := e.(*ast.Ident); isName {
			c.identifier(name)
		}
		return
	}
	next := c.open(e, tv.Type, mode(tv), tv.Value)
	if selector, ok := e.(*ast.SelectorExpr); ok {
		if selection, ok := c.info.Selections[selector]; ok {
			next.text = c.selection(next.text, selection)
		}
	}
	next.text = append(next.text, "}\n"...)
	c.lines = append(c.lines, next)
}

// identifier writes a name that stands for no expression of its own.
func (c *collector) identifier(name *ast.Ident) {
	object, defines := c.info.Defs[name]
	if used, ok := c.info.Uses[name]; ok {
		object = used
	} else if !defines {
		return
	}
	if _, isLabel := object.(*types.Label); isLabel || name.Name == "_" {
		return
	}
	var of types.Type
	var value constant.Value
	if object != nil {
		of = object.Type()
	}
	if constant, ok := object.(*types.Const); ok {
		value = constant.Val()
	}
	next := c.open(name, of, modeOf(object), value)
	next.text = append(next.text, `,"ident":true}`+"\n"...)
	c.lines = append(c.lines, next)
}

// open begins the line of an expression.
func (c *collector) open(e ast.Expr, of types.Type, mode string, value constant.Value) line {
	next := line{start: c.tokens.Offset(e.Pos()), end: c.tokens.Offset(e.End())}
	text := slices.Clone(c.prefix)
	text = strconv.AppendInt(append(text, `,"start":`...), int64(next.start), 10)
	text = strconv.AppendInt(append(text, `,"end":`...), int64(next.end), 10)
	text = append(text, `,"type":`...)
	spelled := c.spell(of)
	named := spelled.known && mode != "builtin" && mode != "package" && mode != "unknown"
	if named {
		text = quote(text, spelled.text)
	} else {
		text = append(text, "null"...)
		if mode != "builtin" && mode != "package" {
			mode = "unknown"
		}
	}
	text = append(text, `,"mode":"`+mode+`"`...)
	if named && mode == "const" && value != nil && value.Kind() != constant.Unknown {
		text = quote(append(text, `,"value":`...), value.ExactString())
	}
	next.text = text
	return next
}

func (c *collector) selection(text []byte, s *types.Selection) []byte {
	text = append(text, `,"selection":{"kind":"`+kinds[s.Kind()]+`","recv":`...)
	text = quote(text, c.spell(s.Recv()).text)
	text = quote(append(text, `,"obj":`...), s.Obj().Name())
	text = append(text, `,"index":[`...)
	for i, step := range s.Index() {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(step), 10)
	}
	text = append(text, `],"indirect":`...)
	return append(strconv.AppendBool(text, s.Indirect()), '}')
}

func (c *collector) spell(of types.Type) spelling {
	if of == nil {
		return spelling{}
	}
	found, ok := c.spelled[of]
	if !ok {
		found.text, found.known = spell(of)
		c.spelled[of] = found
	}
	return found
}

// quote appends a text as JSON.
func quote(to []byte, text string) []byte {
	plain := func(r rune) bool { return r >= ' ' && r < 0x7f && r != '"' && r != '\\' }
	if !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		to = append(append(to, '"'), text...)
		return append(to, '"')
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	// A string can always be encoded.
	_ = encoder.Encode(text)
	return append(to, bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))...)
}
