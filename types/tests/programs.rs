//! Whole programs: each expression that a comment names must have the type that it says.
//!
//! In: the files of `tests/programs`. Each holds the Go files of several packages, each behind a line `-- path/name.go --`; a
//! package comes before those that import it. A comment at the end of a line says what `go/types` records for expressions
//! of the line: `// x :: int ;; 1 << 3 :: untyped int = 8`. `x#2` is the second `x` of the line, `null` stands for an unknown
//! type. A constant without value in the comment must have none.

use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Vocabulary};
use rulec_types::check::{Extension, FileScope, Imported, Mode, Unit, UnitFile, UnitTypes, declare};
use rulec_types::{Flags, PackageId, Store, Types};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[test]
fn programs_have_the_types_that_their_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        check_program(&text, &mut |place, expected, actual| {
            count += 1;
            if expected != actual {
                wrong.push(format!("{name}: {place}\n  expected {expected}\n  actual   {actual}"));
            }
        });
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 500, "only {count} expectations were found");
}

/// A Go file of a program.
struct Source<'a> {
    package: &'a str,
    name: &'a str,
    text: String,
}

/// Tells `report` of each expectation: where it stands, what it says and what is so.
fn check_program(text: &str, report: &mut dyn FnMut(String, String, String)) {
    let sources = split(text);
    let mut reader = Reader::new();
    let vocabulary = Arc::new(Vocabulary::default());
    let files: Vec<File> =
        sources.iter().map(|source| reader.read(source.text.as_bytes(), &vocabulary).unwrap()).collect();
    let store = Store::new();
    let mut packages: BTreeMap<&str, PackageId> = BTreeMap::from([("unsafe", PackageId::UNSAFE)]);
    let mut order: Vec<&str> = Vec::new();
    for source in &sources {
        if order.last() != Some(&source.package) {
            order.push(source.package);
        }
    }
    for package in order {
        let own = || sources.iter().zip(&files).filter(|(source, _)| source.package == package);
        let Some((_, first)) = own().next() else { continue };
        let id = store.new_package(package, &String::from_utf8_lossy(first.package_name().unwrap()));
        packages.insert(package, id);
        let mut extension = Extension::default();
        for is_test in [false, true] {
            let of_unit = own().filter(|(source, _)| source.name.ends_with("_test.go") == is_test);
            let of_unit: Vec<_> = of_unit.collect();
            if is_test && of_unit.is_empty() {
                continue;
            }
            let unit_files = of_unit.iter().map(|(source, file)| {
                let imports = FileScope::build(&store, file, |path| match packages.get(path) {
                    Some(id) => Imported::Package(*id),
                    None if path == "C" => Imported::Opaque,
                    None => Imported::Unknown,
                });
                UnitFile::new(file, store.name(source.name), imports)
            });
            let mut unit = Unit {
                store: &store,
                pkg: id,
                files: unit_files.collect(),
                extension: std::mem::take(&mut extension),
                word_bytes: 8,
                go_minor: Some(26),
                is_partial: false,
            };
            unit.extension = declare(&unit);
            let types = UnitTypes::new(unit);
            for (number, (source, file)) in of_unit.iter().enumerate() {
                check_file(&types, number, file, source, report);
            }
        }
    }
}

fn split(text: &str) -> Vec<Source<'_>> {
    let mut sources: Vec<Source<'_>> = Vec::new();
    for line in text.split_inclusive('\n') {
        let path = line.trim_end().strip_prefix("-- ").and_then(|line| line.strip_suffix(" --"));
        match (path, sources.last_mut()) {
            (Some(path), _) => {
                let (package, name) = path.rsplit_once('/').unwrap();
                sources.push(Source { package, name, text: String::new() });
            }
            (None, Some(source)) => source.text.push_str(line),
            (None, None) => {}
        }
    }
    sources
}

fn check_file(
    types: &UnitTypes<'_>,
    number: usize,
    file: &File,
    source: &Source<'_>,
    report: &mut dyn FnMut(String, String, String),
) {
    let mut start = 0u32;
    for (line_index, line) in source.text.split_inclusive('\n').enumerate() {
        let end = start + line.len() as u32;
        if let Some((_, comment)) = line.split_once("// ").filter(|(_, comment)| comment.contains(" :: ")) {
            for entry in comment.trim_end().split(" ;; ") {
                let (text, expected) = entry.split_once(" :: ").unwrap();
                let (text, nth) = match text.rsplit_once('#') {
                    Some((text, nth)) => (text, nth.parse().unwrap()),
                    None => (text, 1),
                };
                let place = format!("{}/{}:{} `{text}`", source.package, source.name, line_index + 1);
                let node = find(types, number, file, source, (start, end), (text, nth));
                let actual = node.map_or("not found".to_owned(), |node| shown(types, number, node));
                report(place, expected.to_owned(), actual);
            }
        }
        start = end;
    }
}

/// The row on a line that has this text, and of several that begin at one place the outermost that is an expression.
fn find(
    types: &UnitTypes<'_>,
    number: usize,
    file: &File,
    source: &Source<'_>,
    (start, end): (u32, u32),
    (text, nth): (&str, usize),
) -> Option<Node> {
    let has_text = |node: &Node| {
        let span = file.tree.span(*node);
        let is_row = !matches!(file.tree.kind(*node), Kind::List | Kind::ExprStmt);
        is_row && start <= span.start && span.start < end && &source.text[span.range()] == text
    };
    let mut places: Vec<u32> = file.tree.nodes().filter(has_text).map(|node| file.tree.span(node).start).collect();
    places.dedup();
    let at = *places.get(nth - 1)?;
    let here = || file.tree.nodes().filter(has_text).filter(|node| file.tree.span(*node).start == at);
    let is_known = |node: &Node| types.rows_at(number, *node).is_some_and(|rows| rows.mode(*node) != Mode::Unknown);
    here().find(is_known).or_else(|| here().next())
}

fn shown(types: &UnitTypes<'_>, number: usize, node: Node) -> String {
    let Some(rows) = types.rows_at(number, node) else { return "outside".to_owned() };
    let relations: Types<'_> = types.types();
    let ty = rows.ty(node);
    let mut shown = match rows.mode(node) {
        Mode::Builtin(_) => "builtin".to_owned(),
        Mode::Package => "package".to_owned(),
        _ if relations.store.flags(ty).has(Flags::UNKNOWN) => "null".to_owned(),
        _ => relations.print(ty),
    };
    if let (Mode::Const, Some(value)) = (rows.mode(node), rows.value(node)) {
        shown.push_str(&format!(" = {}", value.exact_string()));
    }
    shown
}

/// Sources that are nested or long beyond what anybody writes: the stack must do, and so must a few seconds.
#[test]
fn depth_and_length_do_no_harm() {
    let deep = |open: &str, core: &str, close: &str| format!("{}{core}{}", open.repeat(10_000), close.repeat(10_000));
    let long = |first: &str, next: &str| format!("{first}{}", next.repeat(10_000));
    let expressions = [
        deep("(", "x", ")"),
        deep("f(", "x", ")"),
        deep("-", "x", ""),
        deep("*&", "x", ""),
        deep("[]any{", "x", "}"),
        deep("func() int { return ", "x", "}()"),
        deep("x + (", "x", ")"),
        deep("xs[", "x", "]"),
        deep("map[any]any{x: ", "x", "}"),
        deep("[]", "int", "{}"),
        long("x", " + 1"),
        long("1", " + 1"),
        long("\"a\"", " + \"b\""),
        long("x == 1", " && x == 2"),
        long("1 << x", " + 1.0"),
        long("t", ".F(1)"),
        long("t", ".T"),
        long("cs", "[0]"),
        long("t.F", "(1)"),
        long("min(x", ", 1") + ")",
        format!("[]int{{{}}}", "1, ".repeat(10_000)),
        format!("map[string]int{{{}}}", "\"a\": 1, ".repeat(10_000)),
    ];
    for expression in &expressions {
        let text = format!(
            "-- p/p.go --\npackage p\ntype T struct{{ *T }}\nfunc (t *T) F(int) *T {{ return t }}\ntype C []C\n\
             func f(x int) int {{ return x }}\nfunc g(x int, xs []int, t *T, cs C) {{\n_ = {expression}\n_ = x // x :: int\n}}\n"
        );
        let mut seen = 0;
        check_program(&text, &mut |place, expected, actual| {
            seen += 1;
            assert_eq!(expected, actual, "{place}: {}", &expression[..20]);
        });
        assert_eq!(seen, 1, "{}", &expression[..20]);
    }
}

/// The same for types, declarations and statements.
#[test]
fn depth_and_length_of_declarations_do_no_harm() {
    let deep = |open: &str, core: &str, close: &str| format!("{}{core}{}", open.repeat(10_000), close.repeat(10_000));
    let each = |line: &dyn Fn(usize) -> String| (0..10_000).map(line).collect::<String>();
    let of_type = |ty: String| format!("type Deep {ty}\nvar deep Deep\n");
    let of_body = |body: String| format!("func body(x int, xs []int) {{\n{body}\n}}\n");
    let declarations = [
        of_type(deep("*", "int", "")),
        of_type(deep("[]", "int", "")),
        of_type(deep("[2]", "int", "")),
        of_type(deep("(", "int", ")")),
        of_type(deep("map[int]", "int", "")),
        of_type(deep("chan ", "int", "")),
        of_type(deep("func() ", "int", "")),
        of_type(deep("func(", "", ")")),
        of_type(deep("struct{ a ", "int", " }")),
        of_type(deep("interface{ ", "int", " }")),
        of_type(deep("G[", "int", "]")),
        of_type(format!("interface{{ int{} }}", " | int".repeat(10_000))),
        format!("func (t {}) m() {{}}\n", deep("(", "T", ")")),
        each(&|n| format!("const c{n} = c{} + 1\n", n + 1)),
        each(&|n| format!("var v{n} = v{}\n", n + 1)),
        each(&|n| format!("type t{n} t{}\n", n + 1)),
        each(&|n| format!("type a{n} = []a{}\n", n + 1)),
        each(&|n| format!("type s{n} struct {{ f [len(s{}{{}}.f) + 1]int }}\n", n + 1)),
        each(&|n| format!("type e{n} struct {{ e{} }}\n", n + 1)) + "var e = e0{}.x\n",
        each(&|n| format!("type i{n} interface {{ i{} }}\n", n + 1)) + "var i = i0(nil).x()\n",
        each(&|n| format!("func f{n}() [len(f{}())]int\n", n + 1)),
        each(&|n| format!("func (T) m{n}() {{}}\n")) + "var _ = T.m9999\n",
        of_body(deep("{", "", "}")),
        of_body(deep("if x > 1 {", "", "}")),
        of_body(format!("if x > 1 {{ }}{}", " else if x > 2 { }".repeat(10_000))),
        of_body(deep("for range xs {", "", "}")),
        of_body(deep("switch { case x > 1: ", "", "}")),
        of_body(deep("switch y := any(x).(type) { case int: _ = y; ", "", "}")),
        of_body(deep("select { default: ", "", "}")),
        of_body(each(&|n| format!("l{n}: ")) + "x++"),
        of_body(deep("func() {", "", "}()")),
        of_body(each(&|n| format!("x{n} := x; x := x{n}; {{ _ = x }}\n"))),
        of_body(each(&|n| format!("type l{n} struct {{ x int }}; var y{n} l{n}; _ = y{n}.x\n"))),
        of_body(format!("x{} = x{}", ", x".repeat(10_000), ", 1".repeat(10_000))),
    ];
    for declaration in &declarations {
        let text = format!(
            "-- p/p.go --\npackage p\ntype T struct{{ f int }}\ntype G[P any] struct{{ g *G[P] }}\n{declaration}\n\
             func after() {{\n_ = T{{}}.f // T{{}}.f :: int\n}}\n"
        );
        let mut seen = 0;
        check_program(&text, &mut |place, expected, actual| {
            seen += 1;
            assert_eq!(expected, actual, "{place}: {}", &declaration[..40.min(declaration.len())]);
        });
        assert_eq!(seen, 1, "{}", &declaration[..40.min(declaration.len())]);
    }
}
