//! Conditions on names: what an identifier means, where it is declared, and how its object is used.
//!
//! Every answer rests on the names of one file. What could be settled only by another file of the package, or by an
//! imported package, is unknown.

use super::{Facts, Nodes};
use crate::value::{Value, and, or};
use rulec_gofront::{ObjectId, ObjectKind};
use rulec_plan::host::Tri;
use rulec_tree::{Kind, KindSet, Node, Op, Predeclared};

/// The kinds of objects that hold a value which can change.
const VARIABLES: &[ObjectKind] = &[ObjectKind::Var, ObjectKind::Param, ObjectKind::Result, ObjectKind::Receiver];

/// The kinds of predeclared objects.
const PREDECLARED: &[ObjectKind] =
    &[ObjectKind::Builtin, ObjectKind::Nil, ObjectKind::PredeclaredType, ObjectKind::PredeclaredConst];

/// The name that a node has or declares.
pub(super) fn name(facts: &Facts, node: Node) -> Option<Value> {
    let ident = naming_ident(facts, node)?;
    Some(Value::Str(ident))
}

fn naming_ident(facts: &Facts, node: Node) -> Option<Vec<u8>> {
    let tree = facts.tree();
    let node = tree.unparen(node);
    match tree.kind(node) {
        Kind::Ident => Some(facts.text_of(node).to_vec()),
        Kind::Selector | Kind::FuncDecl => naming_ident(facts, tree.slot(node, 1)),
        Kind::TypeSpec | Kind::Package | Kind::Labeled => naming_ident(facts, tree.slot(node, 0)),
        Kind::Branch => naming_ident(facts, tree.slot(node, 0)),
        Kind::ImportSpec => facts.import_name(node).map(|name| name.as_bytes().to_vec()),
        Kind::VarSpec | Kind::ConstSpec => {
            only(tree.children(tree.slot(node, 0))).map(|one| facts.text_of(one).to_vec())
        }
        Kind::VarDecl | Kind::ConstDecl | Kind::TypeDecl | Kind::ImportDecl => {
            naming_ident(facts, only(tree.children(node))?)
        }
        Kind::Field => field_name(facts, node),
        _ => None,
    }
}

/// The name of a field with one name; an embedded field has that of its type.
fn field_name(facts: &Facts, field: Node) -> Option<Vec<u8>> {
    let tree = facts.tree();
    let names = tree.slot(field, 0);
    if let Some(name) = only(tree.children(names)) {
        return Some(facts.text_of(name).to_vec());
    }
    let struct_or_interface = matches!(tree.kind(tree.parent(field)), Kind::StructType | Kind::InterfaceType);
    if tree.children(names).next().is_some() || !struct_or_interface {
        return None;
    }
    let mut ty = tree.slot(field, 1);
    loop {
        match tree.kind(ty) {
            Kind::Paren | Kind::Star | Kind::Index => ty = tree.slot(ty, 0),
            Kind::Selector => ty = tree.slot(ty, 1),
            Kind::Ident => return Some(facts.text_of(ty).to_vec()),
            _ => return None,
        }
    }
}

fn only(mut nodes: impl Iterator<Item = Node>) -> Option<Node> {
    let first = nodes.next()?;
    nodes.next().is_none().then_some(first)
}

/// The import path of the package that a node stands for or is qualified with.
pub(super) fn import_path(facts: &Facts, node: Node) -> Option<Value> {
    let tree = facts.tree();
    let node = tree.unparen(node);
    let path = match tree.kind(node) {
        Kind::ImportSpec => facts.text_of(tree.slot(node, 1)),
        Kind::Selector => facts.symbol_of(node)?.0,
        Kind::Ident => facts.package_path(node)?,
        _ => return None,
    };
    Some(Value::Str(path.to_vec()))
}

/// Where the object of an identifier is declared.
pub(super) fn declared_at(facts: &Facts, node: Node) -> Option<Value> {
    facts.object(facts.tree().unparen(node))?.decl.map(Value::Declaration)
}

/// Whether the node names one of the symbols.
pub(super) fn names_symbol(facts: &Facts, node: Node, symbols: Option<&Value>) -> Tri {
    let Some(Value::Symbols(symbols)) = symbols else { return Tri::Unknown };
    Tri::of(symbols.binary_search(&facts.tree().symbol(facts.tree().unparen(node))).is_ok())
}

/// Whether the identifier is the name of the import with this path.
pub(super) fn names_package(facts: &Facts, node: Node, path: Option<&Value>) -> Tri {
    let Some(Value::Str(path)) = path else { return Tri::Unknown };
    Tri::of(facts.package_path(facts.tree().unparen(node)).is_some_and(|own| own == path))
}

/// Whether two identifiers, or two qualified names, mean the same thing.
pub(super) fn same_object(facts: &Facts, a: Node, b: Node) -> Tri {
    let (a, b) = (facts.tree().unparen(a), facts.tree().unparen(b));
    if let (Some(a), Some(b)) = (facts.symbol_of(a), facts.symbol_of(b)) {
        return Tri::of(a == b);
    }
    match (facts.object_id(a), facts.object_id(b)) {
        (Some(a), Some(b)) => Tri::of(a == b),
        // What has a scope in this file is no call, literal, field or method, and no name that is declared elsewhere.
        (Some(_), None) | (None, Some(_)) => Tri::No,
        (None, None) => same_declared(facts, a, b),
    }
}

/// The same for what only types tell: names of other files, fields, methods.
fn same_declared(facts: &Facts, a: Node, b: Node) -> Tri {
    let object = |node| facts.types().ok()?.object(node);
    match (object(a), object(b)) {
        (Some(a), Some(b)) => Tri::of(a == b),
        _ => Tri::Unknown,
    }
}

/// The conditions of the form `is WORD` that ask for kinds of objects.
pub(super) mod kinds {
    use super::super::types::selected::object_kind;
    use super::*;
    use rulec_types::ObjectKind as Declared;

    /// What the file tells, or else the package that declares the name.
    fn of_file_or_package(facts: &Facts, node: Node, kinds: &[ObjectKind], declared: Declared) -> Tri {
        match facts.is_kind(node, kinds) {
            Tri::Unknown => object_kind(facts, node).map_or(Tri::Unknown, |kind| Tri::of(kind == declared)),
            known => known,
        }
    }

    pub(in super::super) fn is_const(facts: &Facts, node: Node) -> Tri {
        of_file_or_package(facts, node, &[ObjectKind::Const, ObjectKind::PredeclaredConst], Declared::Const)
    }

    pub(in super::super) fn is_var(facts: &Facts, node: Node) -> Tri {
        of_file_or_package(facts, node, VARIABLES, Declared::Var)
    }

    pub(in super::super) fn is_local(facts: &Facts, node: Node) -> Tri {
        and(facts.is_kind(node, &[ObjectKind::Var]), is_global_object(facts, node).not())
    }

    pub(in super::super) fn is_global(facts: &Facts, node: Node) -> Tri {
        let is_var = of_file_or_package(facts, node, &[ObjectKind::Var], Declared::Var);
        and(is_var, is_global_object(facts, node))
    }

    pub(in super::super) fn is_func(facts: &Facts, node: Node) -> Tri {
        of_file_or_package(facts, node, &[ObjectKind::Func], Declared::Func)
    }

    pub(in super::super) fn is_type(facts: &Facts, node: Node) -> Tri {
        let types = [ObjectKind::Type, ObjectKind::TypeParam, ObjectKind::PredeclaredType];
        of_file_or_package(facts, node, &types, Declared::Type)
    }

    pub(in super::super) fn is_predeclared(facts: &Facts, node: Node) -> Tri {
        facts.is_kind(node, PREDECLARED)
    }

    /// A name that only other files can declare is one of package level.
    fn is_global_object(facts: &Facts, node: Node) -> Tri {
        match facts.object_id(facts.tree().unparen(node)) {
            Some(object) => Tri::of(facts.is_package_level(object)),
            None => Tri::Yes,
        }
    }
}

/// Whether an identifier is spelled like the name under which the file imports a package.
pub(super) fn is_imported_name(facts: &Facts, node: Node) -> Tri {
    if facts.tree().kind(node) != Kind::Ident {
        return Tri::No;
    }
    let text = facts.text_of(node);
    Tri::of(facts.import_names().binary_search_by(|name| name.as_slice().cmp(text)).is_ok())
}

/// Whether the identifier is spelled like a predeclared one.
pub(super) fn is_predeclared_name(facts: &Facts, node: Node) -> Tri {
    let tree = facts.tree();
    let node = tree.unparen(node);
    Tri::of(tree.kind(node) == Kind::Ident && Predeclared::of(facts.text_of(node)).is_some())
}

/// Whether it is `_`.
pub(super) fn is_blank(facts: &Facts, node: Node) -> Tri {
    let node = facts.tree().unparen(node);
    Tri::of(facts.tree().kind(node) == Kind::Ident && facts.text_of(node) == b"_")
}

/// Whether the name of the node starts with an upper-case letter.
pub(super) fn is_exported(facts: &Facts, node: Node) -> Tri {
    let first = naming_ident(facts, node).and_then(|name| String::from_utf8_lossy(&name).chars().next());
    Tri::of(first.is_some_and(char::is_uppercase))
}

/// Whether the identifier declares its object.
pub(super) fn is_definition(facts: &Facts, node: Node) -> Tri {
    let node = facts.tree().unparen(node);
    Tri::of(facts.tree().kind(node) == Kind::Ident && facts.file.names.is_definition(node))
}

/// Whether a variable is used in a function literal within the function that declares it.
pub(super) fn is_captured(facts: &Facts, node: Node) -> Tri {
    of_variable(facts, node, |object| Tri::of(facts.file.names.get(object).captured))
}

/// Whether a variable is never assigned again and its address never taken. Other files can assign a global one.
pub(super) fn is_assigned_once(facts: &Facts, node: Node) -> Tri {
    of_variable(facts, node, |object| {
        let info = facts.file.names.get(object);
        let here = Tri::of(info.assigned == 0 && !info.address_taken);
        let elsewhere = if facts.is_package_level(object) { Tri::Unknown } else { Tri::Yes };
        and(here, elsewhere)
    })
}

/// Whether the address of a variable is taken, or a function literal captures it.
pub(super) fn is_address_taken(facts: &Facts, node: Node) -> Tri {
    of_variable(facts, node, |object| {
        let info = facts.file.names.get(object);
        let elsewhere = if facts.is_package_level(object) { Tri::Unknown } else { Tri::No };
        or(Tri::of(info.address_taken || info.captured), elsewhere)
    })
}

/// Answers for a variable; for what surely is none the answer is no.
fn of_variable(facts: &Facts, node: Node, answer: impl FnOnce(ObjectId) -> Tri) -> Tri {
    match kinds::is_var(facts, node) {
        Tri::Yes => facts.object_id(facts.tree().unparen(node)).map_or(Tri::Unknown, answer),
        other => other,
    }
}

/// Whether the object of the identifier is mentioned besides its declaration. Other files can mention what the package
/// declares.
pub(super) fn is_used(facts: &Facts, node: Node) -> Tri {
    let Some(object) = facts.object_id(facts.tree().unparen(node)) else { return Tri::Unknown };
    let used = !facts.uses(object).is_empty();
    let elsewhere = if facts.is_package_level(object) { Tri::Unknown } else { Tri::No };
    or(Tri::of(used), elsewhere)
}

/// Whether the object of `ident` is mentioned within `nodes`. A name that no object of this file has can only be
/// mentioned by its spelling.
pub(super) fn is_mentioned(facts: &Facts, nodes: Nodes, ident: Node) -> Tri {
    let tree = facts.tree();
    let ident = tree.unparen(ident);
    if let Some(object) = facts.object_id(ident) {
        let declared = facts.file.names.get(object).decl.is_some_and(|decl| nodes.holds(decl));
        return Tri::of(declared || facts.uses(object).iter().any(|mention| nodes.holds(*mention)));
    }
    let text = tree.text(ident);
    let spelled = nodes.rows().any(|row| tree.kind(row) == Kind::Ident && tree.text(row) == text);
    if spelled { Tri::Unknown } else { Tri::No }
}

/// Whether the variable is mentioned after the end of `node`, or in a loop around it that the variable outlives.
pub(super) fn is_used_after(facts: &Facts, variable: Node, node: Node) -> Tri {
    const LOOPS: KindSet = KindSet::of(&[Kind::For, Kind::Range]);
    let tree = facts.tree();
    let Some(object) = facts.object_id(tree.unparen(variable)) else { return Tri::Unknown };
    if facts.is_package_level(object) {
        return Tri::Unknown;
    }
    let Some(decl) = facts.file.names.get(object).decl else { return Tri::Unknown };
    let end = tree.span(node).end;
    if facts.uses(object).iter().any(|mention| tree.span(*mention).start >= end) {
        return Tri::Yes;
    }
    let around = tree.ancestors(node).take_while(|row| !KindSet::FUNCS.contains(tree.kind(*row)));
    let in_loop = around.filter(|row| LOOPS.contains(tree.kind(*row))).any(|repeated| {
        let nodes = Nodes::one(tree, repeated);
        // A variable of the loop's own init lives through all rounds; one declared further inside is a new one each time.
        let outlives = !nodes.holds(decl)
            || (tree.kind(repeated) == Kind::For && Nodes::one(tree, tree.slot(repeated, 0)).holds(decl));
        let elsewhere = |mention: &Node| nodes.holds(*mention) && !Nodes::one(tree, node).holds(*mention);
        outlives && facts.uses(object).iter().any(elsewhere)
    });
    Tri::of(in_loop)
}

/// The operator of a node as written in Go.
pub(super) fn operator(facts: &Facts, node: Node) -> Option<Value> {
    let tree = facts.tree();
    let text = match (tree.kind(node), tree.op(node)) {
        (Kind::Star, _) => "*",
        (Kind::Unary | Kind::Binary | Kind::Assign | Kind::IncDec | Kind::Range, op) if op != Op::None => op.text(),
        _ => return None,
    };
    Some(Value::Str(text.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::{at_mark, with_expression};

    const CONTEXT: &str = r#"package p
import ("net/http"; f "fmt"; . "strings"; y "gopkg.in/yaml.v3")
const c = 1
var global, Exported = 1, 2
type T struct{ field int }
func helper() {}
func (r *T) m(p int) (res error) {
	local := 1
	len := 2
	_ = EXPR
	_, _, _ = local, len, y.X
	return
}
"#;

    fn asked(expression: &str, question: impl Fn(&Facts, Node) -> Tri) -> Tri {
        with_expression(CONTEXT, expression, question)
    }

    #[test]
    fn names_are_told_by_what_they_mean() {
        use Tri::{No, Unknown, Yes};
        type Question = fn(&Facts, Node) -> Tri;
        type Cases = &'static [(&'static str, Tri)];
        let table: &[(&str, Question, Cases)] = &[
            (
                "const",
                kinds::is_const,
                &[("c", Yes), ("true", Yes), ("local", No), ("other", Unknown), ("http.MethodGet", Unknown), ("1", No)],
            ),
            (
                "var",
                kinds::is_var,
                &[("local", Yes), ("p", Yes), ("r", Yes), ("res", Yes), ("global", Yes), ("c", No), ("helper", No)],
            ),
            ("local", kinds::is_local, &[("local", Yes), ("p", No), ("global", No), ("other", No), ("len", Yes)]),
            (
                "global",
                kinds::is_global,
                &[("global", Yes), ("local", No), ("other", Unknown), ("http.DefaultClient", Unknown)],
            ),
            ("func", kinds::is_func, &[("helper", Yes), ("local", No), ("http.Get", Unknown), ("other", Unknown)]),
            ("type", kinds::is_type, &[("T", Yes), ("int", Yes), ("local", No), ("http.Request", Unknown)]),
            (
                "predeclared",
                kinds::is_predeclared,
                &[("cap", Yes), ("nil", Yes), ("len", No), ("int", Yes), ("true", Yes)],
            ),
            ("predeclared_name", is_predeclared_name, &[("len", Yes), ("cap", Yes), ("local", No), ("1", No)]),
            ("exported", is_exported, &[("Exported", Yes), ("http.Get", Yes), ("http.get", No), ("local", No)]),
            ("blank", is_blank, &[("local", No)]),
        ];
        for (word, question, cases) in table {
            for (expression, answer) in *cases {
                assert_eq!(asked(expression, question), *answer, "{expression} is {word}");
            }
        }
    }

    #[test]
    fn packages_are_known_by_path() {
        for (expression, path) in [
            ("http.Get", Some("net/http")),
            ("f.Println", Some("fmt")),
            ("y.Marshal", Some("gopkg.in/yaml.v3")),
            ("local.x", None),
        ] {
            let got =
                with_expression(CONTEXT, expression, |facts, node| import_path(facts, node).map(|path| path.shown()));
            assert_eq!(got.as_deref(), path, "{expression}");
        }
        let path = Value::Str(b"net/http".to_vec());
        let names = |expression: &str| {
            with_expression(CONTEXT, expression, |facts, node| {
                names_package(facts, facts.tree().slot(node, 0), Some(&path))
            })
        };
        assert_eq!(names("http.Get"), Tri::Yes);
        assert_eq!(names("f.Println"), Tri::No);
    }

    #[test]
    fn declarations_have_names() {
        for (source, expected) in [
            ("package p\n/*@*/func (t T) Serve() {}", "Serve"),
            ("package p\nimport /*@*/\"a/go-b.v2\"", "b"),
            ("package p\nimport /*@*/x \"a/b\"", "x"),
            ("package p\nvar /*@*/x, y = 1, 2", "unknown"),
            ("package p\n/*@*/var x = 2", "x"),
            ("package p\ntype S struct { /*@*/*pkg.Embedded }", "Embedded"),
            ("package p\ntype S struct { /*@*/a, b int }", "unknown"),
        ] {
            let got =
                at_mark(source, |facts, node| name(facts, node).map_or("unknown".to_owned(), |name| name.shown()));
            assert_eq!(got, expected, "{source}");
        }
    }

    #[test]
    fn a_variable_is_used_after_in_text_or_by_a_loop() {
        for (body, answer) in [
            ("x := 1; /*@*/x = 2; _ = x", Tri::Yes),
            ("x := 1; _ = x; /*@*/x = 2", Tri::No),
            ("x := 1; for { _ = x; /*@*/x = 2 }", Tri::Yes),
            ("for { x := 1; _ = x; /*@*/x = 2 }", Tri::No),
            ("for x := 0; x < 3; x++ { /*@*/x = 2 }", Tri::Yes),
            ("x := 1; for { func() { _ = x; /*@*/x = 2 }() }", Tri::No),
            ("/*@*/global = 2", Tri::Unknown),
        ] {
            let source = format!("package p\nvar global int\nfunc f() {{ {body} }}\n");
            let got = at_mark(&source, |facts, statement| {
                let tree = facts.tree();
                let variable = tree.children(tree.slot(statement, 0)).next().unwrap();
                is_used_after(facts, variable, statement)
            });
            assert_eq!(got, answer, "{body}");
        }
    }

    #[test]
    fn uses_of_variables_are_facts() {
        type Question = fn(&Facts, Node) -> Tri;
        for (body, question, answer) in [
            ("/*@*/x := 1; _ = x", is_assigned_once as Question, Tri::Yes),
            ("/*@*/x := 1; x = 2; _ = x", is_assigned_once, Tri::No),
            ("/*@*/x := 1; g(&x)", is_assigned_once, Tri::No),
            ("/*@*/x := 1; g(&x)", is_address_taken, Tri::Yes),
            ("/*@*/x := 1; g(x)", is_address_taken, Tri::No),
            ("/*@*/x := 1; func() { g(x) }()", is_captured, Tri::Yes),
            ("/*@*/x := 1; g(x)", is_captured, Tri::No),
            ("/*@*/x := 1; g(x)", is_used, Tri::Yes),
            ("/*@*/x := 1", is_used, Tri::No),
            ("/*@*/x := 1; x := 2; g(x)", is_used, Tri::Yes),
            ("/*@*/x := 1; { x := 2; g(x) }", is_used, Tri::No),
        ] {
            let source = format!("package p\nfunc f() {{ {body} }}\n");
            let got = at_mark(&source, |facts, statement| {
                let tree = facts.tree();
                question(facts, tree.children(tree.slot(statement, 0)).next().unwrap())
            });
            assert_eq!(got, answer, "{body}");
        }
    }
}
