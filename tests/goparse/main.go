// Command goparse prints what Go's own parser makes of Go files, in the words of rulec's canonical tree, so that a
// test can compare the two.
//
//	goparse LIST       for each path in the file LIST: "ok HASH PATH", or "error 0 PATH" if the file does not parse
//	goparse -v PATH    the lines that are hashed: kind, operator, start and end of each node
//	goparse -names …   the same for names: "use", start of an identifier, start of the identifier that declares it
//
// Names are those that go/parser resolves: imports, predeclared names and keys of composite literals are left out.
//
// Where the canonical tree differs from go/ast by design, this program says what the canonical tree says: the guard
// of a type switch is no expression, and the type of a function declaration has no span.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"os"
	"slices"
	"strings"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	args, read := os.Args[1:], readTree
	if args[0] == "-names" {
		args, read = args[1:], readNames
	}
	if args[0] == "-v" {
		rows, err := read(args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, row := range rows {
			fmt.Fprintln(out, row)
		}
		return
	}
	list, err := os.ReadFile(args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, path := range strings.Fields(string(list)) {
		rows, err := read(path)
		if err != nil {
			fmt.Fprintln(out, "error", 0, path)
			continue
		}
		hash := fnv.New64a()
		for _, row := range rows {
			fmt.Fprintln(hash, row)
		}
		fmt.Fprintln(out, "ok", hash.Sum64(), path)
	}
}

// A row is one node.
type row struct {
	label      string
	start, end int
}

func (r row) String() string {
	return fmt.Sprintf("%s %d %d", r.label, r.start, r.end)
}

// compare orders rows by start, longest first, then by label.
func compare(a, b row) int {
	if a.start != b.start {
		return a.start - b.start
	}
	if a.end != b.end {
		return b.end - a.end
	}
	return strings.Compare(a.label, b.label)
}

func readTree(path string) ([]row, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := &collector{
		file:   fset.File(file.FileStart),
		specs:  map[ast.Spec]string{},
		hidden: map[ast.Node]bool{},
		starts: bytes.IndexByte(source, '\r') >= 0,
	}
	ast.Inspect(file, c.visit)
	for _, group := range file.Comments {
		for _, comment := range group.List {
			kind := "Comment line"
			if strings.HasPrefix(comment.Text, "/*") {
				kind = "Comment block"
			}
			c.add(kind, comment.Pos(), comment.End())
		}
	}
	slices.SortFunc(c.rows, compare)
	return c.rows, nil
}

func readNames(path string) ([]row, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, 0)
	if err != nil {
		return nil, err
	}
	base := fset.File(file.FileStart).Base()
	keys := map[ast.Node]bool{}
	var rows []row
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.KeyValueExpr:
			if _, ok := n.Key.(*ast.Ident); ok {
				keys[n.Key] = true
			}
		case *ast.Ident:
			if n.Obj != nil && !keys[n] && n.Name != "_" && n.Obj.Pos() != n.Pos() {
				rows = append(rows, row{"use", int(n.Pos()) - base, int(n.Obj.Pos()) - base})
			}
		}
		return true
	})
	slices.SortFunc(rows, compare)
	return rows, nil
}

type collector struct {
	file *token.File
	rows []row
	// The kinds of the specs of declarations seen.
	specs map[ast.Spec]string
	// Nodes that the canonical tree does not have.
	hidden map[ast.Node]bool
	// Whether only starts are compared: go/ast computes ends from texts without carriage returns.
	starts bool
}

func (c *collector) add(label string, start, end token.Pos) {
	r := row{label, int(start) - c.file.Base(), int(end) - c.file.Base()}
	if c.starts {
		r.end = r.start
	}
	c.rows = append(c.rows, r)
}

func (c *collector) visit(node ast.Node) bool {
	if node == nil {
		return false
	}
	if _, ok := node.(*ast.CommentGroup); ok {
		return false
	}
	if label := c.label(node); label != "" && !c.hidden[node] {
		c.add(label, node.Pos(), end(node))
	}
	return true
}

// end is where a node ends; a label at the end of a block ends with its colon.
func end(node ast.Node) token.Pos {
	switch node := node.(type) {
	case *ast.LabeledStmt:
		if empty, ok := node.Stmt.(*ast.EmptyStmt); ok && empty.Implicit {
			return node.Colon + 1
		}
		return end(node.Stmt)
	case *ast.CaseClause:
		if n := len(node.Body); n > 0 {
			return end(node.Body[n-1])
		}
	case *ast.CommClause:
		if n := len(node.Body); n > 0 {
			return end(node.Body[n-1])
		}
	}
	return node.End()
}

func with(kind string, holds bool, op string) string {
	if holds {
		return kind + " " + op
	}
	return kind
}

// label is the kind and operator of a node, or nothing if the canonical tree has no such node.
func (c *collector) label(node ast.Node) string {
	switch n := node.(type) {
	case *ast.GenDecl:
		kind := map[token.Token]string{token.IMPORT: "Import", token.CONST: "Const", token.VAR: "Var", token.TYPE: "Type"}[n.Tok]
		for _, spec := range n.Specs {
			c.specs[spec] = kind + "Spec"
		}
		return with(kind+"Decl", n.Lparen.IsValid(), "grouped")
	case *ast.ImportSpec:
		return c.specs[n]
	case *ast.ValueSpec:
		return c.specs[n]
	case *ast.TypeSpec:
		return with(c.specs[n], n.Assign.IsValid(), "alias")
	case *ast.FuncDecl:
		c.hidden[n.Type] = true
		return "FuncDecl"
	case *ast.Field:
		return "Field"
	case *ast.StructType:
		return "StructType"
	case *ast.InterfaceType:
		return "InterfaceType"
	case *ast.FuncType:
		return "FuncType"
	case *ast.MapType:
		return "MapType"
	case *ast.ChanType:
		return "ChanType" + map[ast.ChanDir]string{ast.SEND: " chan<-", ast.RECV: " <-chan", ast.SEND | ast.RECV: ""}[n.Dir]
	case *ast.ArrayType:
		if n.Len == nil {
			return "SliceType"
		}
		return "ArrayType"
	case *ast.Ellipsis:
		return "Variadic"
	case *ast.Ident:
		return "Ident"
	case *ast.BasicLit:
		return map[token.Token]string{
			token.INT: "Int", token.FLOAT: "Float", token.IMAG: "Imag", token.CHAR: "Char", token.STRING: "String",
		}[n.Kind]
	case *ast.CompositeLit:
		return "CompositeLit"
	case *ast.KeyValueExpr:
		return "KeyValue"
	case *ast.FuncLit:
		return "FuncLit"
	case *ast.ParenExpr:
		return "Paren"
	case *ast.SelectorExpr:
		return "Selector"
	case *ast.IndexExpr, *ast.IndexListExpr:
		return "Index"
	case *ast.SliceExpr:
		return with("Slice", n.Slice3, "full")
	case *ast.TypeAssertExpr:
		return "TypeAssert"
	case *ast.CallExpr:
		return with("Call", n.Ellipsis.IsValid(), "...")
	case *ast.StarExpr:
		return "Star"
	case *ast.UnaryExpr:
		return "Unary " + n.Op.String()
	case *ast.BinaryExpr:
		return "Binary " + n.Op.String()
	case *ast.BlockStmt:
		return "Block"
	case *ast.ExprStmt:
		return "ExprStmt"
	case *ast.SendStmt:
		return "Send"
	case *ast.IncDecStmt:
		return "IncDec " + n.Tok.String()
	case *ast.AssignStmt:
		return "Assign " + n.Tok.String()
	case *ast.GoStmt:
		return "Go"
	case *ast.DeferStmt:
		return "Defer"
	case *ast.ReturnStmt:
		return "Return"
	case *ast.BranchStmt:
		return "Branch " + n.Tok.String()
	case *ast.IfStmt:
		return "If"
	case *ast.SwitchStmt:
		return "Switch"
	case *ast.TypeSwitchStmt:
		c.hideGuard(n.Assign)
		return "TypeSwitch"
	case *ast.CaseClause:
		return with("Case", n.List == nil, "default")
	case *ast.SelectStmt:
		return "Select"
	case *ast.CommClause:
		return with("Comm", n.Comm == nil, "default")
	case *ast.ForStmt:
		return "For"
	case *ast.RangeStmt:
		return with("Range", n.Tok != token.ILLEGAL, n.Tok.String())
	case *ast.LabeledStmt:
		return "Labeled"
	case *ast.DeclStmt:
		return "DeclStmt"
	case *ast.EmptyStmt:
		if n.Implicit {
			return ""
		}
		return "Empty"
	case *ast.BadDecl, *ast.BadExpr, *ast.BadStmt:
		return "Bad"
	}
	return ""
}

// hideGuard hides what go/ast has around the operand of `switch name := x.(type)`.
func (c *collector) hideGuard(guard ast.Stmt) {
	c.hidden[guard] = true
	switch guard := guard.(type) {
	case *ast.ExprStmt:
		c.hidden[guard.X] = true
	case *ast.AssignStmt:
		c.hidden[guard.Rhs[0]] = true
	}
}
