//! What Go becomes: each file in `lower/` holds cases, a line `== name`, Go, a line `--`, and the bodies as text.
//!
//! With `RULEC_WRITE=1` in the environment the texts are written anew, to be read before they are kept.

use rulec_flow::ir::{Body, BodyId, Callee, Op};
use rulec_flow::summary::{Knowledge, Summary};
use rulec_flow::{FileFlow, text, verify};
use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Vocabulary};
use rulec_types::{Name, ObjId, Store, Ty};
use rulec_world::{MemoryFile, Packages};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Functions with these names never return.
struct Exits<'a> {
    store: &'a Store,
    summary: Summary,
}

impl Knowledge for Exits<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        let name = self.store.str(self.store.object(function).name);
        matches!(name, "Exit" | "Fatal" | "Fatalf" | "FailNow").then_some(&self.summary)
    }

    fn method(&self, _: Ty, name: Name) -> Option<&Summary> {
        matches!(self.store.str(name), "Fatal" | "Fatalf" | "FailNow").then_some(&self.summary)
    }
}

/// Lowers a file with types and hands the bodies on.
fn with_flow<T>(source: &str, work: impl FnOnce(&File, &rulec_world::FileTypes<'_>, &FileFlow) -> T) -> T {
    let path = PathBuf::from("p/p.go");
    let of = MemoryFile { import_path: "p".to_owned(), path: path.clone(), content: source.as_bytes().to_vec() };
    let packages = Packages::of_memory(vec![of], Some(26));
    let file = Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
    let types = packages.file(&path, &file).unwrap();
    let exits = Exits { store: types.store(), summary: Summary { never_returns: true, ..Summary::default() } };
    let flow = FileFlow::new(&file, Some(&types), &exits);
    work(&file, &types, &flow)
}

/// A case of a file: its name, its Go and its text.
fn cases(content: &str) -> Vec<(String, String, String)> {
    let parts = content.strip_prefix("== ").unwrap_or(content).split("\n== ");
    parts
        .map(|part| {
            let (name, rest) = part.split_once('\n').unwrap();
            let (go, text) = rest.split_once("\n--\n").unwrap_or((rest, ""));
            (name.to_owned(), go.to_owned(), text.to_owned())
        })
        .collect()
}

#[test]
fn statements_and_expressions_become_what_is_on_record() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower");
    let writes = std::env::var_os("RULEC_WRITE").is_some();
    let mut different = Vec::new();
    let mut count = 0;
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let content = std::fs::read_to_string(&path).unwrap();
        let mut again = String::new();
        for (name, go, wanted) in cases(&content) {
            count += 1;
            let made = with_flow(&format!("package p\n{go}"), |file, types, flow| {
                for (_, body) in flow.bodies() {
                    assert_eq!(verify::problems(body), [""; 0], "{name}");
                }
                text::file_text(flow, file, Some(types))
            });
            again += &format!("== {name}\n{go}\n--\n{made}\n");
            if made.trim_end() != wanted.trim_end() {
                different.push(format!("{}: {name}: \n{made}", path.display()));
            }
        }
        if writes {
            std::fs::write(&path, again).unwrap();
        }
    }
    assert!(count > 20);
    assert!(writes || different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn every_row_that_is_evaluated_has_an_instruction() {
    let source = "package p
import \"fmt\"
type T struct { f, g []int; m map[string]*T; next *T }
func (t *T) M(x int) (int, error) { return x, nil }
func F(t *T, v T, a [3]int, ch chan int, fn func(int) bool) (n int, err error) {
    defer fmt.Println(t.next.f[0], len(v.g))
    for i, x := range t.f { if fn(x) && !(x > i || x == -n) { a[i] += x; v.g[i] = <-ch; t.m[\"a\"].next = &T{f: t.g[1:n]} } }
    switch y := any(t.next).(type) { case *T: n, err = y.M(a[1]); case nil: go t.M((n)) }
    x, ok := t.m[\"b\"]
    ch <- *&n
    select { case z, more := <-ch: n = z; _ = more; default: ok = fn(n) || x == nil }
    return n * 2, fmt.Errorf(\"%v\", ok)
}
";
    with_flow(source, |file, types, flow| {
        let tree = &file.tree;
        let evaluated = |node: &Node| {
            let is_expr = types.is_expression(*node);
            let mode = types.mode(*node);
            let is_value = !matches!(
                mode,
                rulec_types::check::Mode::Type
                    | rulec_types::check::Mode::Builtin(_)
                    | rulec_types::check::Mode::Package
            );
            let is_callee = tree.kind(tree.parent(*node)) == Kind::Call && node.0 == tree.parent(*node).0 + 1;
            is_expr && is_value && !is_callee && mode != rulec_types::check::Mode::Const
        };
        let mut missing = Vec::new();
        for node in tree.nodes().filter(evaluated) {
            let Some(body) = flow.around(node) else { continue };
            if flow.body(body).at(node).is_none() {
                missing.push(format!("{:?} {:?}", tree.kind(node), &source[tree.span(node).range()]));
            }
        }
        assert_eq!(missing, [""; 0]);
    });
}

#[test]
fn bodies_are_found_by_their_rows() {
    let source = "package p
var a, b = func() int { return 1 }(), 2
func f() { g := func() { h := func() {}; h() }; g() }
func declared()
type T struct{}
func (T) m() {}
";
    with_flow(source, |file, _, flow| {
        let tree = &file.tree;
        let of_kind = |kind: Kind| tree.nodes().filter(move |node| tree.kind(*node) == kind);
        let outer: Vec<Option<u32>> = flow.bodies().map(|(_, body)| body.outer.map(|outer| outer.0)).collect();
        assert_eq!(outer, [None, Some(0), None, Some(2), Some(3), None]);
        for (id, body) in flow.bodies() {
            assert_eq!(flow.body_of(body.func), Some(id));
        }
        let around: Vec<Option<BodyId>> = of_kind(Kind::FuncLit).map(|literal| flow.around(literal)).collect();
        assert_eq!(around, [Some(BodyId(0)), Some(BodyId(2)), Some(BodyId(3))]);
        let declared = of_kind(Kind::FuncDecl).nth(1).unwrap();
        assert_eq!(flow.body_of(declared), None);
        assert_eq!(flow.around(of_kind(Kind::TypeSpec).next().unwrap()), None);
    });
}

/// Nesting far beyond the budget, in all the ways that recursion could follow, and wide bodies.
#[test]
fn deep_and_wide_code_ends_in_partial_bodies() {
    let deep = 12_000;
    let sources = [
        format!("func f(x int) int {{ return {}x{} }}", "(-".repeat(deep), ")".repeat(deep)),
        format!("func f(x bool) bool {{ return {}x{} }}", "!(x && ".repeat(deep), ")".repeat(deep)),
        format!("func f() {{ {} {} }}", "if true {".repeat(deep), "}".repeat(deep)),
        format!("func f() {{ {} {} }}", "func() {".repeat(2000), "}()".repeat(2000)),
        format!("func f(x []int) {{ x{} = 1 }}", "[0]".repeat(deep)),
        format!("func f(x *T) {{ x{} = 1 }}; type T struct {{ f *T }}", ".f".repeat(deep)),
        format!(
            "func f(x *T) {{ x{}.f() }}; type T struct {{}}; func (t *T) f() *T {{ return t }}",
            ".f()".repeat(deep)
        ),
    ];
    for source in sources {
        with_flow(&format!("package p\n{source}"), |_, _, flow| {
            for (_, body) in flow.bodies() {
                assert_eq!(verify::problems(body), [""; 0]);
            }
        });
    }
    let wide = format!("package p\nfunc f(x int) bool {{ return {}x == 1 }}", "x == 0 || ".repeat(3000));
    with_flow(&wide, |_, _, flow| assert!(flow.bodies().any(|(_, body)| body.partial)));
    let long = format!("package p\nfunc f(x int) int {{ {} return {}x }}", "x++;".repeat(5000), "x + ".repeat(10_000));
    with_flow(&long, |_, _, flow| assert!(flow.bodies().all(|(_, body)| !body.partial)));
    let too_long = format!("package p\nfunc f(x int) {{ {} }}", "x++;".repeat(100_000));
    with_flow(&too_long, |_, _, flow| assert!(flow.bodies().all(|(_, body)| body.partial)));
}

/// As many variables as blocks, in shapes in which each could meet in each: time and size stay in proportion.
#[test]
fn many_variables_in_many_branches_are_no_trouble() {
    let count = 1_000;
    let all = |write: &dyn Fn(usize) -> String| (0..count).map(write).collect::<String>();
    let declared = all(&|n| format!("v{n} := x; "));
    let read = all(&|n| format!("use(v{n}); "));
    let ladder = all(&|n| format!("if x == {n} {{ v{n} = {n} }}; "));
    let cases = all(&|n| format!("case x + {n}: v{n} = {n}\n"));
    let nested = format!("{} {}", "for x > 1 { x-- \n".repeat(200), "}".repeat(200));
    let bodies = [
        format!("{declared} {ladder} {read}"),
        format!("{declared} switch x {{\n{cases} }}; {read}"),
        format!("{declared} for {{ switch x {{\n{cases} }} }}; {read}"),
        format!("{declared} {nested}; {read}"),
        format!("{declared} {ladder} for {{ if x > 1 {{ return }}; {ladder} }}"),
    ];
    for body in bodies {
        let source = format!("package p\nfunc use(int) {{}}\nfunc f(x int) {{ {body} }}");
        with_flow(&source, |_, _, flow| {
            let body = flow.bodies().map(|(_, body)| body).last().unwrap();
            assert!(body.insts.len() < 100 * count, "{} instructions", body.insts.len());
            assert!(!body.partial);
        });
    }
}

/// Broken pieces in all places: nothing panics and what comes out is sound.
#[test]
fn damaged_files_are_sound() {
    let source = include_str!("lower.rs.go.txt");
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let mut bytes = source.as_bytes().to_vec();
        for _ in 0..random.usize(1..6) {
            let (from, len) = (random.usize(..bytes.len()), random.usize(1..30));
            let piece: Vec<u8> = bytes.iter().skip(from).take(len).copied().collect();
            let at = random.usize(..bytes.len());
            if random.bool() {
                bytes.splice(at..at, piece);
            } else {
                bytes.drain(from..(from + len).min(bytes.len()));
            }
        }
        let damaged = String::from_utf8_lossy(&bytes).into_owned();
        with_flow(&damaged, |_, _, flow| {
            for (_, body) in flow.bodies() {
                assert_eq!(verify::problems(body), [""; 0], "{damaged}");
            }
        });
    }
}

#[test]
fn callees_are_what_they_can_be_said_to_be() {
    let source = "package p
type I interface { M() }
type S struct { I; f func() }
func (s *S) P() {}
func (s S) V() {}
func g[T any](x T) {}
func F(i I, s S, p *S, f func()) {
    i.M(); s.M(); s.P(); p.V(); g(1); g[string](\"\"); f(); s.f(); (*S).P(p); I.M(i); func() {}(); println()
}
";
    let callees = |body: &Body| -> Vec<(&'static str, usize, bool)> {
        let calls = body.calls.iter();
        let describe = |callee: Callee| match callee {
            Callee::Func(_) => "func",
            Callee::Interface(_) => "interface",
            Callee::Builtin(_) => "builtin",
            Callee::Closure(_) => "closure",
            Callee::Value(_) => "value",
            Callee::Unknown => "unknown",
        };
        calls.map(|call| (describe(call.callee), body.list(call.args).len(), call.has_receiver)).collect()
    };
    with_flow(source, |_, _, flow| {
        let body = flow.bodies().map(|(_, body)| body).find(|body| body.calls.len() > 5).unwrap();
        let wanted = [
            ("interface", 1, true),
            ("interface", 1, true),
            ("func", 1, true),
            ("func", 1, true),
            ("func", 1, false),
            ("func", 1, false),
            ("value", 0, false),
            ("value", 0, false),
            ("func", 1, true),
            ("interface", 1, true),
            ("closure", 0, false),
            ("builtin", 0, false),
        ];
        assert_eq!(callees(body), wanted);
        // A method that an embedded interface has is called on the interface, one of a pointer on an address.
        let receiver = |n: usize| body.op(body.list(body.calls[n].args)[0]);
        assert!(matches!(receiver(1), Op::Load(_)), "{:?}", receiver(1));
        assert!(matches!(receiver(2), Op::Addr(_)), "{:?}", receiver(2));
        assert!(matches!(receiver(3), Op::Load(_)), "{:?}", receiver(3));
    });
}
