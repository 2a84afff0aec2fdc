//! Scoping rules, one case each: Go text and the lines that `inspect names` must have for it.

use rulec_gofront::{File, Reader, inspect};
use rulec_tree::{Kind, Node, Vocabulary};
use std::sync::Arc;

fn read(source: &str) -> File {
    Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).expect("short UTF-8 text is read")
}

fn check(source: &str, expected: &[&str]) {
    let file = read(source);
    assert!(file.coverage.is_full(), "{source}: {:?}", file.coverage);
    let shown = inspect::names(&file, "a.go", inspect::Format::Text, &|_| None);
    let lines: Vec<&str> = shown.lines().collect();
    for line in expected {
        assert!(lines.contains(line), "no line {line:?} for\n{source}\n{shown}");
    }
}

#[test]
fn a_variable_is_known_after_its_statement() {
    check(
        "package p\nfunc f() {\n\tx := 1\n\t{\n\t\tx := x\n\t\t_ = x\n\t}\n\tvar y = y\n}\nvar y int",
        &["5:3 x var definition", "5:8 x var of 3:2", "6:7 x var of 5:3", "8:10 y var of 10:5"],
    );
}

#[test]
fn short_declarations_take_what_their_block_has() {
    check(
        "package p\nfunc f() (err error) {\n\ta, err := g()\n\tif a, err := g(); a {\n\t\t_ = err\n\t}\n\ta, b := g()\n\treturn err\n}",
        &[
            "2:11 err result definition assigned",
            "3:5 err result of 2:11 assigned",
            "4:5 a var definition",
            "4:20 a var of 4:5",
            "5:7 err var of 4:8",
            "7:2 a var of 3:2 assigned",
            "7:5 b var definition",
            "8:9 err result of 2:11 assigned",
        ],
    );
}

#[test]
fn clauses_are_blocks() {
    check(
        "package p\nfunc f(v any, c chan int) {\n\tswitch v := v.(type) {\n\tcase int:\n\t\t_ = v\n\tcase v:\n\t}\n\tswitch x := 1; {\n\tcase x > 0:\n\t\ty := x\n\tdefault:\n\t\t_ = y\n\t}\n\tselect {\n\tcase z, ok := <-c:\n\t\t_, _ = z, ok\n\tcase c <- 1:\n\t}\n}",
        &[
            "3:9 v definition",
            "3:14 v param of 2:8",
            "5:7 v var of 3:9",
            "6:7 v param of 2:8",
            "9:7 x var of 8:9",
            "10:8 x var of 8:9",
            "12:7 y -",
            "16:10 z var of 15:7",
            "16:13 ok var of 15:10",
            "17:7 c param of 2:15",
        ],
    );
}

#[test]
fn loops_declare_for_their_body() {
    check(
        "package p\nfunc f(xs []int) {\n\tfor i, xs := range xs {\n\t\t_, _ = i, xs\n\t}\n\tvar k int\n\tfor k = range xs {\n\t}\n\tfor i := 0; i < k; i++ {\n\t}\n\t_ = i\n}",
        &[
            "3:21 xs param of 2:8",
            "4:10 i var of 3:6",
            "4:13 xs var of 3:9",
            "7:6 k var of 6:6 assigned",
            "9:14 i var of 9:6 assigned",
            "11:6 i -",
        ],
    );
}

#[test]
fn closures_capture_and_addresses_are_taken() {
    check(
        "package p\nfunc f(a, b, c, d int) {\n\tg := func(b int) { a = b }\n\tg(c)\n\th(&c.x[0], d)\n}",
        &[
            "3:21 a param of 2:8 assigned captured",
            "3:25 b param of 3:12",
            "4:4 c param of 2:14 address-taken",
            "5:13 d param of 2:17",
            "5:2 h -",
        ],
    );
}

#[test]
fn type_parameters_belong_to_their_function_or_type() {
    check(
        "package p\ntype L[T any] struct{ next *L[T]; T int }\nfunc (l *L[E]) m(e E) E { return e }\nfunc F[K comparable, V []K](k K) (v V) { return }",
        &[
            "2:31 T type parameter of 2:8",
            "2:29 L type of 2:6",
            "2:10 any predeclared type",
            "2:35 T -",
            "3:10 L type of 2:6",
            "3:12 E type parameter definition",
            "3:20 E type parameter of 3:12",
            "4:26 K type parameter of 4:8",
            "4:37 V type parameter of 4:22",
        ],
    );
}

#[test]
fn labels_have_a_space_of_their_own() {
    check(
        "package p\nfunc f() {\n\tgoto done\nL:\n\tfor {\n\t\tL := 1\n\t\t_ = L\n\t\tbreak L\n\t}\n\tfunc() { goto L }()\ndone:\n}",
        &["3:7 done label of 11:1", "7:7 L var of 6:3", "8:9 L label of 4:1", "10:16 L -"],
    );
}

#[test]
fn keys_of_structs_are_no_uses() {
    check(
        "package p\nfunc f(k int) {\n\t_ = T{k: k}\n\t_ = map[int]int{k: k}\n\t_ = []T{{k: 1}}\n}",
        &["3:8 k -", "3:11 k param of 2:8", "4:18 k param of 2:8", "5:11 k -"],
    );
}

#[test]
fn imports_bring_packages() {
    check(
        "package p\nimport (\n\t\"net/http\"\n\tx \"a/b\"\n\t\"gopkg.in/yaml.v3\"\n\t\"github.com/a/go-foo/v2\"\n\t\"github.com/a/bar-baz\"\n\t_ \"c\"\n)\nfunc f(x int) {\n\thttp.Get(x)\n\tyaml.A()\n\tfoo.B()\n\tbarbaz.C()\n\thttp := 1\n\t_ = http.Get\n}\nvar y = x.Y",
        &[
            "11:2 http package of 3:2",
            "11:11 x param of 10:8",
            "12:2 yaml package of 5:2",
            "13:2 foo package of 6:2",
            "14:2 barbaz package of 7:2",
            "16:6 http var of 15:2",
            "18:9 x package of 4:2",
        ],
    );
}

#[test]
fn selectors_of_packages_and_predeclared_names_are_symbols() {
    let mut file =
        read("package p\nimport h \"net/http\"\nvar a = h.Get(nil, len(b.c))\nfunc f(nil int) { _ = nil }\n");
    let symbols = |file: &File| -> Vec<String> {
        let named = file.tree.nodes().filter_map(|node| {
            let (path, name) = file.texts.symbol_parts(file.tree.symbol(node))?;
            Some(format!("{:?} {}.{}", file.tree.kind(node), file.texts.str(path), file.texts.str(name)))
        });
        named.collect()
    };
    assert_eq!(symbols(&file), ["Selector net/http.Get", "Ident .nil", "Ident .len", "Ident .int"]);
    file.hide_predeclared(|name| name == "len");
    assert_eq!(symbols(&file), ["Selector net/http.Get", "Ident .nil", "Ident .int"]);
}

#[test]
fn dot_imports_supply_the_names_that_rules_vouch_for() {
    let source = "package p\nimport . \"x\"\nvar a = Y(Z)\nfunc f(Y int) { _ = Y }\n";
    check(source, &["3:9 Y -", "3:11 Z -"]);
    let mut vocabulary = Vocabulary::default();
    vocabulary.symbol("x", "Y");
    let file = Reader::new().read(source.as_bytes(), &Arc::new(vocabulary)).expect("short UTF-8 text is read");
    let named = |node: &Node| {
        file.texts.symbol_parts(file.tree.symbol(*node)).is_some_and(|(path, _)| file.texts.bytes(path) == b"x")
    };
    let places: Vec<_> =
        file.tree.nodes().filter(named).map(|node| file.lines.position(file.tree.span(node).start)).collect();
    // The parameter hides the import, and nobody says that the package has a Z.
    assert_eq!(places, [(3, 9)]);
}

#[test]
fn a_predeclared_name_declared_later_is_another() {
    let source = "package p\nfunc f() {\n\t_ = len(a)\n\tlen := g\n\t_ = len(b)\n}\n";
    check(source, &["3:6 len builtin", "4:2 len var definition", "5:6 len var of 4:2"]);
}

#[test]
fn every_node_knows_its_function() {
    let file = read("package p\nvar a = 1\nfunc f() { b := func() { c() }; d() }\n");
    let find = |name: &str| -> Option<Node> {
        file.tree.nodes().find(|node| {
            file.tree.kind(*node) == Kind::Ident && file.texts.bytes(file.tree.text(*node)) == name.as_bytes()
        })
    };
    let func_kind = |name: &str| find(name).and_then(|node| file.names.func_of(node)).map(|node| file.tree.kind(node));
    assert_eq!(
        ["a", "b", "c", "d"].map(func_kind),
        [None, Some(Kind::FuncDecl), Some(Kind::FuncLit), Some(Kind::FuncDecl)]
    );
}

#[test]
fn functions_out_of_order_are_found() {
    // Not Go, but it parses: the right side is resolved before the left one.
    let file = read("package p\nfunc f() { a[func() int { b() }()] := func() { c() } }\n");
    for name in ["b", "c"] {
        let node = file.tree.nodes().find(|node| file.texts.bytes(file.tree.text(*node)) == name.as_bytes());
        let func = node.and_then(|node| file.names.func_of(node)).map(|func| file.tree.kind(func));
        assert_eq!(func, Some(Kind::FuncLit), "{name}");
    }
}

#[test]
fn uses_are_listed_by_object() {
    let file = read("package p\nfunc f(x int) { x = x + 1; _ = func() { x++ } }\n");
    let (id, object) =
        file.names.objects().find(|(_, object)| file.texts.bytes(object.name) == b"x").expect("x is declared");
    assert_eq!(file.names.uses(id).len(), 3);
    assert_eq!(object.assigned, 2);
    assert!(object.captured);
}
