package main

import (
	"go/types"
	"strconv"
)

// speller writes types as go/types does, but without the names of parameters and results.
type speller struct {
	text []byte
	// Whether some part of the type is not known.
	unknown bool
	depth   int
}

// maxDepth bounds types that hold themselves without a name in between, which only wrong programs have.
const maxDepth = 1000

var anyType = types.Universe.Lookup("any").Type().Underlying()

// spell gives the text of a type; false if some part of it is not known.
func spell(t types.Type) (string, bool) {
	var s speller
	s.of(t)
	return string(s.text), !s.unknown
}

func (s *speller) add(text string) {
	s.text = append(s.text, text...)
}

func (s *speller) of(t types.Type) {
	if s.depth++; s.depth > maxDepth {
		s.unknown = true
		return
	}
	defer func() { s.depth-- }()
	switch t := t.(type) {
	case *types.Basic:
		s.basic(t)
	case *types.Pointer:
		s.add("*")
		s.of(t.Elem())
	case *types.Slice:
		s.add("[]")
		s.of(t.Elem())
	case *types.Array:
		// go/types gives arrays of unknown length a negative one.
		s.unknown = s.unknown || t.Len() < 0
		s.add("[" + strconv.FormatInt(t.Len(), 10) + "]")
		s.of(t.Elem())
	case *types.Map:
		s.add("map[")
		s.of(t.Key())
		s.add("]")
		s.of(t.Elem())
	case *types.Chan:
		s.channel(t)
	case *types.Struct:
		s.structure(t)
	case *types.Interface:
		s.interfaceType(t)
	case *types.Union:
		s.union(t)
	case *types.Signature:
		s.add("func")
		s.signature(t)
	case *types.Tuple:
		s.tuple(t, false)
	case *types.TypeParam:
		s.add(t.Obj().Name())
	case *types.Named:
		s.named(t.Obj(), t.TypeArgs(), t.TypeParams())
	case *types.Alias:
		s.unknown = s.unknown || types.Unalias(t) == types.Typ[types.Invalid]
		s.named(t.Obj(), t.TypeArgs(), t.TypeParams())
	default:
		s.unknown = true
	}
}

func (s *speller) basic(t *types.Basic) {
	switch t.Kind() {
	case types.Invalid:
		s.unknown = true
	case types.UnsafePointer:
		s.add("unsafe.Pointer")
	default:
		s.add(t.Name())
	}
}

func (s *speller) channel(t *types.Chan) {
	inner, _ := t.Elem().(*types.Chan)
	switch {
	case t.Dir() == types.SendOnly:
		s.add("chan<- ")
		s.of(t.Elem())
	case t.Dir() == types.RecvOnly:
		s.add("<-chan ")
		s.of(t.Elem())
	case inner != nil && inner.Dir() == types.RecvOnly:
		s.add("chan (")
		s.of(inner)
		s.add(")")
	default:
		s.add("chan ")
		s.of(t.Elem())
	}
}

func (s *speller) structure(t *types.Struct) {
	s.add("struct{")
	for i := range t.NumFields() {
		if i > 0 {
			s.add("; ")
		}
		if field := t.Field(i); !field.Embedded() {
			s.add(field.Name() + " ")
		}
		s.of(t.Field(i).Type())
		if tag := t.Tag(i); tag != "" {
			s.add(" " + strconv.Quote(tag))
		}
	}
	s.add("}")
}

func (s *speller) interfaceType(t *types.Interface) {
	if t == anyType {
		s.add("any")
		return
	}
	if t.IsImplicit() && t.NumExplicitMethods() == 0 && t.NumEmbeddeds() == 1 {
		s.of(t.EmbeddedType(0))
		return
	}
	s.add("interface{")
	separator := ""
	for i := range t.NumExplicitMethods() {
		method := t.ExplicitMethod(i)
		s.add(separator + method.Name())
		s.signature(method.Signature())
		separator = "; "
	}
	for i := range t.NumEmbeddeds() {
		s.add(separator)
		s.of(t.EmbeddedType(i))
		separator = "; "
	}
	s.add("}")
}

func (s *speller) union(t *types.Union) {
	for i := range t.Len() {
		if i > 0 {
			s.add(" | ")
		}
		if t.Term(i).Tilde() {
			s.add("~")
		}
		s.of(t.Term(i).Type())
	}
}

func (s *speller) signature(t *types.Signature) {
	s.parameters(t.TypeParams())
	s.tuple(t.Params(), t.Variadic())
	switch results := t.Results(); results.Len() {
	case 0:
	case 1:
		s.add(" ")
		s.of(results.At(0).Type())
	default:
		s.add(" ")
		s.tuple(results, false)
	}
}

func (s *speller) tuple(t *types.Tuple, variadic bool) {
	s.add("(")
	for i := range t.Len() {
		if i > 0 {
			s.add(", ")
		}
		of := t.At(i).Type()
		slice, isSlice := of.(*types.Slice)
		switch last := variadic && i == t.Len()-1; {
		case last && isSlice:
			s.add("...")
			s.of(slice.Elem())
		case last:
			// The string of append([]byte, string...).
			s.of(of)
			s.add("...")
		default:
			s.of(of)
		}
	}
	s.add(")")
}

func (s *speller) named(name *types.TypeName, arguments *types.TypeList, parameters *types.TypeParamList) {
	if name.Pkg() != nil {
		s.add(name.Pkg().Path() + ".")
	}
	s.add(name.Name())
	if arguments.Len() == 0 {
		s.parameters(parameters)
		return
	}
	for i := range arguments.Len() {
		if i == 0 {
			s.add("[")
		} else {
			s.add(", ")
		}
		s.of(arguments.At(i))
	}
	s.add("]")
}

// parameters writes the type parameters; a constraint stands once behind all parameters in a row that share it.
func (s *speller) parameters(list *types.TypeParamList) {
	if list.Len() == 0 {
		return
	}
	s.add("[")
	for i := range list.Len() {
		if i > 0 {
			if before := list.At(i - 1).Constraint(); before != list.At(i).Constraint() {
				s.add(" ")
				s.of(before)
			}
			s.add(", ")
		}
		s.add(list.At(i).Obj().Name())
	}
	s.add(" ")
	s.of(list.At(list.Len() - 1).Constraint())
	s.add("]")
}

// mode is what kind of thing an expression denotes.
func mode(tv types.TypeAndValue) string {
	switch {
	case tv.IsVoid():
		return "novalue"
	case tv.IsType():
		return "type"
	case tv.IsBuiltin():
		return "builtin"
	case tv.Value != nil:
		return "const"
	case tv.IsValue():
		return "value"
	}
	return "unknown"
}

// modeOf is the same for what an identifier declares or uses.
func modeOf(object types.Object) string {
	switch object.(type) {
	case *types.Const:
		return "const"
	case *types.TypeName:
		return "type"
	case *types.Builtin:
		return "builtin"
	case *types.PkgName:
		return "package"
	case *types.Var, *types.Func, *types.Nil:
		return "value"
	}
	return "unknown"
}

var kinds = map[types.SelectionKind]string{
	types.FieldVal: "field", types.MethodVal: "method", types.MethodExpr: "methodexpr",
}
