//! Questions about paths over small functions. `/*A*/` stands before what the path starts behind, `/*P*/` before what it
//! avoids, `/*T*/` before what it leads to; without one it leads to a return.

use super::{EventSet, Flow, Rows, Trace, events, paths, values};
use crate::conditions::Facts;
use rulec_gofront::{File, Reader};
use rulec_plan::host::Tri;
use rulec_tree::{Category, Kind, Node, Vocabulary};
use rulec_world::{MemoryFile, Packages};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const HEAD: &str = "package p\nimport \"os\"\nvar _ = os.Exit\ntype R struct{}\nfunc (r *R) Close() error\nfunc open() (*R, error)\nfunc use(r *R)\nfunc cond() bool\nvar kept *R\n";

/// Reads the file and asks about it.
fn ask<T>(body: &str, question: impl Fn(Flow, &str) -> T) -> T {
    let source = format!("{HEAD}{body}");
    let path = PathBuf::from("/m/p.go");
    let memory = MemoryFile { import_path: "p".to_owned(), path: path.clone(), content: source.clone().into_bytes() };
    let packages = Packages::of_memory(vec![memory], Some(22));
    let file: File = Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
    assert!(file.coverage.is_full(), "{source}\n{:?}", file.coverage);
    let facts = Facts::new(&file, source.as_bytes(), "p.go").with_types(&packages, Path::new("/m/p.go"), None);
    question(Flow::of(&facts), &source)
}

/// The outermost expressions or statements behind a mark.
fn marked(flow: Flow, source: &str, mark: &str) -> Vec<Node> {
    let tree = flow.facts.tree();
    let starts = source.match_indices(mark).map(|(at, _)| (at + mark.len()) as u32);
    let is_code = |node: &Node| {
        let kind = tree.kind(*node);
        (kind.fits(Category::Expr) || kind.fits(Category::Stmt)) && !matches!(kind, Kind::ExprStmt | Kind::Block)
    };
    let outermost =
        starts.filter_map(|start| tree.nodes().find(|node| tree.span(*node).start == start && is_code(node)));
    outermost.collect()
}

/// The path from `/*A*/`, or from the entry, past no `/*P*/` and no branch on which `when` holds of `/*E*/`.
fn path(flow: Flow, source: &str, when: Option<&str>) -> Trace {
    let rows = |mark| Rows::new(marked(flow, source, mark).into_iter().map(|row| (row, true)));
    let starts = marked(flow, source, "/*A*/");
    let targets = rows("/*T*/");
    let function = flow.facts.tree().nodes().filter(|node| flow.facts.tree().kind(*node) == Kind::FuncDecl).last();
    let (from, start) = match starts.first() {
        Some(start) => (*start, "after"),
        None => (function.unwrap(), "entry"),
    };
    let to = match targets.iter().next() {
        Some(_) => events::at_rows(flow, &targets, from),
        None => events::at_exit("return"),
    };
    let mut avoid = events::at_rows(flow, &rows("/*P*/"), from);
    if let Some(when) = when {
        let hole = marked(flow, source, "/*E*/")[0];
        avoid = avoid.joined(&events::when(flow, hole, when, from));
    }
    paths::path(flow, from, start, &to, &avoid)
}

fn found(body: &str) -> Tri {
    ask(body, |flow, source| path(flow, source, None).found)
}

#[test]
fn a_path_leads_to_the_end_unless_everything_on_the_way_is_passed() {
    for (expected, body) in [
        (Tri::Yes, "func f() { r, _ := /*A*/open(); use(r) }"),
        (Tri::No, "func f() { r, _ := /*A*/open(); /*P*/r.Close() }"),
        (Tri::Yes, "func f() { r, _ := /*A*/open(); if cond() { return }; /*P*/r.Close() }"),
        (Tri::No, "func f() { r, _ := /*A*/open(); if cond() { /*P*/r.Close(); return }; /*P*/r.Close() }"),
        (Tri::No, "func f() { r, _ := /*A*/open(); defer /*P*/r.Close(); if cond() { return }; use(r) }"),
        (Tri::Yes, "func f() { r, _ := /*A*/open(); if cond() { return }; defer /*P*/r.Close(); use(r) }"),
        (Tri::Yes, "func f() { r, _ := /*A*/open(); go /*P*/r.Close() }"),
        (Tri::No, "func f() { /*A*/open(); panic(1) }"),
        (Tri::No, "func f() { /*A*/open(); for { cond() } }"),
        (Tri::Yes, "func f() { for cond() { /*P*/cond() }; /*T*/cond() }"),
        (Tri::No, "func f() { /*P*/cond(); for cond() { /*T*/cond() } }"),
        (Tri::Yes, "func f() { for { /*A*/cond(); if cond() { break }; /*P*/cond() } }"),
    ] {
        assert_eq!(found(body), expected, "{body}");
    }
}

#[test]
fn what_stands_in_a_literal_happens_where_it_runs() {
    for (expected, body) in [
        (Tri::No, "func f() { r, _ := /*A*/open(); defer func() { /*P*/r.Close() }(); use(r) }"),
        (Tri::Unknown, "func f() { r, _ := /*A*/open(); defer func() { if cond() { /*P*/r.Close() } }(); use(r) }"),
        (Tri::No, "func f() { r, _ := /*A*/open(); func() { /*P*/r.Close() }() }"),
        (Tri::Yes, "func f() { r, _ := /*A*/open(); go func() { /*P*/r.Close() }() }"),
        (Tri::No, "func f() { r, _ := /*A*/open(); end := func() { /*P*/r.Close() }; use(r); end() }"),
        (Tri::Yes, "func f() { r, _ := /*A*/open(); end := func() { /*P*/r.Close() }; if cond() { end() } }"),
        (Tri::No, "func f() { r, _ := /*A*/open(); defer func() { func() { /*P*/r.Close() }() }(); use(r) }"),
        (Tri::Unknown, "func g(func())\nfunc f() { r, _ := /*A*/open(); g(func() { /*P*/r.Close() }) }"),
        (Tri::Unknown, "func f() func() { r, _ := /*A*/open(); return func() { /*P*/r.Close() } }"),
        (Tri::No, "func f() { go func() { r, _ := /*A*/open(); defer /*P*/r.Close() }() }"),
    ] {
        assert_eq!(found(body), expected, "{body}");
    }
}

#[test]
fn paths_on_which_a_value_is_known_can_be_left_out() {
    for (expected, body) in [
        (Tri::No, "func f() { r, /*E*/err := /*A*/open(); if err != nil { return }; /*P*/r.Close() }"),
        (Tri::Yes, "func f() { r, /*E*/err := /*A*/open(); if err == nil { return }; /*P*/r.Close() }"),
        (Tri::No, "func f() { r, /*E*/err := /*A*/open(); ok := err == nil; if !ok { return }; /*P*/r.Close() }"),
        (
            Tri::Yes,
            "func f() { r, /*E*/err := /*A*/open(); err = r.Close(); if err != nil { return }; /*P*/r.Close() }",
        ),
        (
            Tri::No,
            "func f() (err error) { r, err := /*A*/open(); /*E*/err, _ = err, 0; if err != nil { return }; /*P*/r.Close(); return }",
        ),
        (
            Tri::No,
            "func f() (err error) { defer func() { if err != nil { use(nil) } }(); var r *R; r, /*E*/err = /*A*/open(); if err != nil { return err }; /*P*/r.Close(); return nil }",
        ),
    ] {
        let answer = ask(body, |flow, source| path(flow, source, Some("not nil")).found);
        assert_eq!(answer, expected, "{body}");
    }
}

#[test]
fn a_trace_names_the_branches_and_the_end() {
    let body = "func f() {\n\tr, _ := /*A*/open()\n\tif cond() {\n\t\treturn\n\t}\n\t/*P*/r.Close()\n}";
    let texts =
        ask(body, |flow, source| path(flow, source, None).steps.into_iter().map(|step| step.text).collect::<Vec<_>>());
    assert_eq!(texts, ["`cond()` holds", "returns here"]);
}

#[test]
fn many_steps_are_cut_in_the_middle() {
    let tests: String = (0..20).map(|_| "\tif cond() {\n\t\tuse(nil)\n\t}\n").collect();
    let body = format!("func f() {{\n\t/*A*/open()\n{tests}\t/*T*/use(nil)\n}}");
    let steps = ask(&body, |flow, source| path(flow, source, None).steps.len());
    assert!((4..=8).contains(&steps), "{steps}");
}

#[test]
fn sets_of_different_functions_do_not_go_together() {
    let body = "func f() { /*A*/open() }\nfunc g() { /*P*/open() }";
    let answer = ask(body, |flow, source| {
        let (here, there) = (marked(flow, source, "/*A*/")[0], marked(flow, source, "/*P*/")[0]);
        let avoid = events::at_rows(flow, &Rows::one(there), there);
        paths::path(flow, here, "after", &events::at_exit("return"), &avoid)
    });
    assert_eq!(answer.found, Tri::Unknown);
    assert!(answer.reason.is_some());
    assert!(EventSet::default().joined(&EventSet::default()).unknown.is_none());
}

#[test]
fn values_are_followed() {
    let body = "func f(x *R) { y := x; /*A*/use(/*B*/y); kept = x; if x != nil { use(/*N*/x) }; var z *R; use(/*Z*/z) }\nfunc g(n int) { s := make([]int, 3); if n > 0 && n < 10 { _, _ = /*I*/n, /*L*/s } }";
    ask(body, |flow, source| {
        let one = |mark| marked(flow, source, mark)[0];
        let param = flow.facts.tree().nodes().find(|node| flow.facts.text_of(*node) == b"x").unwrap();
        assert_eq!(values::same(flow, one("/*B*/"), param), Tri::Yes);
        assert_eq!(values::derives_from(flow, one("/*B*/"), param), Tri::Yes);
        assert_eq!(values::derives_from(flow, one("/*Z*/"), param), Tri::No);
        assert_eq!(values::escapes(flow, param), Tri::Yes);
        assert_eq!(values::is_never_nil(flow, one("/*N*/")), Tri::Yes);
        assert_eq!(values::is_always_nil(flow, one("/*Z*/")), Tri::Yes);
        assert_eq!(values::is_always_nil(flow, one("/*B*/")), Tri::No);
        assert_eq!(values::is_never_nil(flow, one("/*B*/")), Tri::No);
        assert_eq!(values::may_be_nil(flow, one("/*B*/"), true), Tri::No);
        assert_eq!(values::may_be_nil(flow, one("/*Z*/"), true), Tri::Yes);
        let (range, length) = (values::range(flow, one("/*I*/")).unwrap(), values::length(flow, one("/*L*/")).unwrap());
        assert_eq!((range.low, range.high), (Some(1), Some(9)));
        assert_eq!((length.low, length.high), (Some(3), Some(3)));
        let uses = values::uses(flow, param).unwrap();
        assert!(uses.is_complete() && uses.count().unwrap() >= 3, "{uses:?}");
    });
}

#[test]
fn what_a_literal_gives_to_a_variable_around_it_escapes() {
    let body = "func f() { var r *R; g := func() { /*O*/r, _ = open() }; g(); use(r) }\nfunc g() { /*I*/r, _ := open(); _ = r }";
    ask(body, |flow, source| {
        let one = |mark| marked(flow, source, mark)[0];
        assert_eq!(values::escapes(flow, one("/*O*/")), Tri::Yes);
        let events = events::escapes(flow, one("/*O*/"), one("/*O*/"));
        assert_eq!(events.sure.insts.len(), 1);
        assert_eq!(values::escapes(flow, one("/*I*/")), Tri::No);
    });
}
