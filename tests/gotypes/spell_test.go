package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// Types without named parameters, of which go/types' own text is what is asked for.
const source = `package p

import "unsafe"

type (
	Pair[K comparable, V any]             struct { Key K; Value V }
	Same[A, B any, C interface{ ~int | string }] struct{}
	List[T any]                           = []Pair[string, T]
	Node                                  struct { *Node; next, last *Node "tag" }
	I                                     interface { Z(int) (string, error); error; A() func(...I) }
	N                                     interface { ~int | ~string; comparable }
)

var (
	a Pair[string, map[[3]int]chan (<-chan any)]
	b List[chan<- chan int]
	c func(int, ...interface{ M(string) }) (<-chan I, error)
	d interface{}
	e any
	f struct { Node; x, y unsafe.Pointer; Same[int, rune, int] }
	g = Make[int]
	h func() func() (func())
)

func Make[T any](T) *Pair[string, T] { return nil }
func Two[S ~[]E, E interface{ comparable; I }](S) (S, E) { return nil, *new(E) }
func Both[K, V any](...K) V { return *new(V) }

func use() { _, _, _ = Two[[]Bad, Bad], Both[int, any], append([]byte{}, ""...) }

type Bad struct { I }
`

func TestSpellAgreesWithGoTypes(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: nothing{}, Error: func(error) {}}
	_, _ = config.Check("example.com/p", fset, []*ast.File{file}, info)
	compare := func(of types.Type) {
		if got, _ := spell(of); got != types.TypeString(of, nil) {
			t.Errorf("%s, go/types writes %s", got, types.TypeString(of, nil))
		}
	}
	for _, tv := range info.Types {
		compare(tv.Type)
	}
	for _, object := range info.Defs {
		if object != nil {
			compare(object.Type())
		}
	}
}

type nothing struct{}

func (nothing) Import(string) (*types.Package, error) { return types.Unsafe, nil }

func TestSpellLeavesNamesOut(t *testing.T) {
	pkg := types.NewPackage("a/b", "b")
	variable := func(name string, of types.Type) *types.Var { return types.NewParam(token.NoPos, pkg, name, of) }
	signature := types.NewSignatureType(nil, nil, nil,
		types.NewTuple(variable("x", types.Typ[types.Int]), variable("rest", types.NewSlice(types.Typ[types.String]))),
		types.NewTuple(variable("err", types.Universe.Lookup("error").Type())), true)
	if got, known := spell(signature); got != "func(int, ...string) error" || !known {
		t.Errorf("%s, %v", got, known)
	}
	if _, known := spell(types.NewSlice(types.Typ[types.Invalid])); known {
		t.Error("a slice of what is not known is taken as known")
	}
}
