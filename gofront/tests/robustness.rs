//! Broken, deep and odd files: no text makes the reader panic, and what is broken stays where it is.

use rulec_gofront::{BadReason, File, LastRead, Reader, Refusal, inspect};
use rulec_tree::{Kind, Node, Vocabulary};
use std::path::Path;
use std::sync::Arc;

fn try_read(source: &[u8]) -> Result<File, Refusal> {
    Reader::new().read(source, &Arc::new(Vocabulary::default()))
}

fn read(source: &str) -> File {
    let file = try_read(source.as_bytes()).expect("UTF-8 text below the limit is read");
    check_tree(&file, source.len() as u32);
    file
}

/// What must hold for every tree: shapes are filled, and spans lie in their parents' in source order.
fn check_tree(file: &File, len: u32) {
    let tree = &file.tree;
    for node in tree.nodes() {
        let (span, kind) = (tree.span(node), tree.kind(node));
        assert!(span.start <= span.end && span.end <= len, "{kind:?} at {span:?}");
        let shape = kind.shape();
        let mut children = 0;
        let mut from = span.start;
        for child in tree.children(node) {
            children += 1;
            let inner = tree.span(child);
            if kind != Kind::File {
                assert!(span.covers(inner), "{:?} at {inner:?} leaves {kind:?} at {span:?}", tree.kind(child));
                assert!(from <= inner.start, "{:?} at {inner:?} in {kind:?} is out of order", tree.kind(child));
                from = inner.start;
            }
        }
        assert!(children >= shape.slots.len(), "{kind:?} lacks a slot");
        assert!(shape.tail.is_some() || children == shape.slots.len(), "{kind:?} has too many children");
    }
}

fn names_of(file: &File) -> Vec<(String, bool)> {
    let decls = file.tree.slot(Node::ROOT, 1);
    let funcs = file.tree.children(decls).filter(|decl| file.tree.kind(*decl) == Kind::FuncDecl);
    funcs
        .map(|func| {
            let name = file.texts.str(file.tree.text(file.tree.slot(func, 1))).into_owned();
            (name, file.tree.kind(file.tree.slot(func, 3)) == Kind::Block)
        })
        .collect()
}

fn func(name: &str, is_whole: bool) -> (String, bool) {
    (name.to_owned(), is_whole)
}

#[test]
fn a_broken_function_keeps_its_signature_and_its_neighbours() {
    for body in [
        "x := := 1",
        "if x {",
        "f(1,",
        "\"unterminated",
        "`unterminated",
        "}}",
        "case 1:",
        "x = [",
        "for i := range {",
        "'",
        "/* open",
        "else { }",
        "return return",
        "@",
        "<<<<<<< HEAD\n\tx()\n=======\n\ty()\n>>>>>>> other",
    ] {
        let source = format!(
            "package p\n\nfunc a() {{ x() }}\n\nfunc (r *T) b(n int) error {{\n\t{body}\n}}\n\nfunc c() {{ y() }}\n\ntype T struct{{}}\n"
        );
        let file = read(&source);
        let shown = names_of(&file);
        assert_eq!(shown[0], func("a", true), "{body}");
        assert!(!file.coverage.is_full(), "{body}");
        assert!(shown.contains(&func("b", false)), "{body}: {shown:?} {:?}", file.coverage);
        assert!(shown.contains(&func("c", true)), "{body}: {shown:?} {:?}", file.coverage);
    }
}

#[test]
fn coverage_says_what_and_why() {
    let file = read("package p\nfunc a() {\n<<<<<<< A\nx\n=======\n>>>>>>> B\n}\nvar x = = 1\n");
    let bad: Vec<_> = file.coverage.bad.iter().map(|region| (region.what.as_str(), region.reason)).collect();
    assert_eq!(bad, [("a", BadReason::MergeConflict), ("declaration", BadReason::Syntax)]);
    let source = "package p\nvar x = 1\nvar y = 2 3\n";
    let file = read(source);
    assert_eq!(file.coverage.bad[0].span.start, 20);
    assert_eq!(file.coverage.bad[0].to_string(), "declaration: syntax error");
    assert_eq!(file.coverage.bad[0].names, ["var", "y"]);
}

#[test]
fn files_without_a_package_clause_are_read_as_far_as_possible() {
    for source in
        ["", "\n", "// c\n", "func f() { x() }\n", "pakage p\nfunc f() { x() }\n", "package\n\nfunc f() { x() }\n"]
    {
        let file = read(source);
        assert_eq!(file.tree.kind(file.tree.slot(Node::ROOT, 0)), Kind::Bad, "{source:?}");
        assert!(!file.coverage.is_full(), "{source:?}");
        assert_eq!(names_of(&file).contains(&func("f", true)), source.contains("func"), "{source:?}");
    }
}

#[test]
fn text_that_is_no_go_source_is_refused() {
    assert_eq!(try_read(b"package p\n\xff").err(), Some(Refusal::NotUtf8 { offset: 10 }));
    assert_eq!(try_read(b"package p\n\0").err(), Some(Refusal::NulByte { offset: 10 }));
    let refused = Reader::with_max_bytes(4).read(b"package p", &Arc::default()).err();
    assert_eq!(refused, Some(Refusal::TooLarge { len: 9, max: 4 }));
    assert_eq!(refused.map(|refusal| refusal.to_string()), Some("the file has 9 bytes; at most 4 are read".to_owned()));
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let unix = "package p\n\n// c\nfunc f() {\n\tx := `a\nb` // d\n}\n";
    let plain = inspect::tree(&read(unix), "", inspect::Format::Text);
    let kinds = |text: &str| -> Vec<String> {
        let words = text.lines().map(|line| line.split_whitespace().filter(|word| !word.contains("..")));
        words.map(|line| line.collect::<Vec<_>>().join(" ")).collect()
    };
    for source in [unix.replace('\n', "\r\n"), format!("\u{feff}{unix}")] {
        let file = read(&source);
        assert!(file.coverage.is_full(), "{source:?}: {:?}", file.coverage);
        assert_eq!(kinds(&inspect::tree(&file, "", inspect::Format::Text)), kinds(&plain), "{source:?}");
        for comment in file.tree.children(file.tree.slot(Node::ROOT, 2)) {
            assert!(!source[file.tree.span(comment).range()].contains('\r'));
        }
    }
}

#[test]
fn directives_and_headers_are_told_apart() {
    let file = read(
        "//go:build linux && !cgo\n\n// Code generated by x. DO NOT EDIT.\n\n// Package p.\npackage p\n\n//go:embed a\n// go:embed b\nvar x string\n",
    );
    assert!(file.generated);
    assert_eq!(
        file.build.map(|build| build.tags().map(str::to_owned).collect::<Vec<_>>()),
        Some(vec!["linux".to_owned(), "cgo".to_owned()])
    );
    let comments = file.tree.slot(Node::ROOT, 2);
    let ops: Vec<&str> = file.tree.children(comments).map(|comment| file.tree.op(comment).text()).collect();
    assert_eq!(ops, ["directive", "line", "line", "directive", "line"]);
    assert!(!read("package p\n// Code generated by x. DO NOT EDIT.\n").generated);
}

const DEPTH: usize = 10_000;

/// Constructs that nest: opening, middle, closing, and whether it is a type.
const NESTS: &[(&str, &str, &str, &str)] = &[
    ("var _ = ", "(", "x", ")"),
    ("var _ = ", "f(", "x", ")"),
    ("var _ = ", "a[", "x", "]"),
    ("var _ = ", "-", "x", ""),
    ("var _ = ", "<-", "x", ""),
    ("var _ = ", "&", "x", ""),
    ("var _ = ", "", "x", ".y"),
    ("var _ = ", "", "x", "()"),
    ("var _ = ", "", "x", "[0]"),
    ("var _ = ", "", "x", ".(T)"),
    ("var _ = ", "", "x", " + y"),
    ("var _ = ", "x + (", "x", ")"),
    ("var _ = ", "T{", "1", "}"),
    ("var _ = T{", "{", "1", "}"),
    ("var _ = ", "[]T{a: ", "1", "}"),
    ("var _ = ", "func() int { return ", "1", "}"),
    ("var _ ", "*", "x", ""),
    ("var _ ", "[]", "x", ""),
    ("var _ ", "[3]", "x", ""),
    ("var _ ", "map[int]", "x", ""),
    ("var _ ", "map[", "x", "]int"),
    ("var _ ", "chan ", "x", ""),
    ("var _ ", "<-chan ", "x", ""),
    ("var _ ", "func(", "int", ")"),
    ("var _ ", "func() ", "int", ""),
    ("var _ ", "struct{ a ", "int", "}"),
    ("var _ ", "interface{ m(", "int", ") }"),
    ("var _ ", "T[", "int", "]"),
    ("type _ ", "interface{", "int", "}"),
    ("func f() {", "{", "x", "}"),
    ("func f() {", "if x {", "x", "}"),
    ("func f() {", "if x {} else ", "{}", ""),
    ("func f() {", "for {", "x", "}"),
    ("func f() {", "switch { case x: ", "x", "}"),
    ("func f() {", "select { case <-x: ", "x", "}"),
    ("func f() {", "L: ", "x", ""),
    ("func f() {", "func() {", "x", "}()"),
    ("func f() {", "x <- ", "y", ""),
];

#[test]
fn nesting_costs_no_stack() {
    for (head, open, middle, close) in NESTS {
        let tail = match head {
            head if head.ends_with('{') => "}",
            _ => "",
        };
        for depth in [50, DEPTH] {
            let source = format!("package p\n{head}{}{middle}{}{tail}\n", open.repeat(depth), close.repeat(depth));
            let file = read(&source);
            let is_send = open.starts_with("x <-");
            // `x <- y <- z` is no Go; everything else is, and is understood at every depth.
            assert!(is_send || file.coverage.is_full(), "{head}{open}…: {:?}", file.coverage);
            assert!(is_send || file.tree.len() > depth, "{head}{open}…");
            // The same, cut off in the middle.
            let cut = &source[..source.len() - source.len() / 4];
            assert!(!read(cut).coverage.is_full() || close.is_empty() || tail.is_empty(), "{head}{open}…");
        }
    }
}

#[test]
fn brackets_without_end_are_read_quickly() {
    for open in ["(", "[", "{", "func(", "T{", "<-", "a[", "if x {", "case ", "\"", "`", "/*", "'", "\\", "chan<- "] {
        let source = format!("package p\nfunc f() {{ {}", open.repeat(20_000));
        let file = read(&source);
        assert!(file.tree.len() > 4, "{open}");
    }
}

/// A generator of numbers; the same ones in every run.
struct Numbers(u64);

impl Numbers {
    /// Source: G. Marsaglia, "Xorshift RNGs", 2003.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

#[test]
fn files_with_tokens_missing_are_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut paths: Vec<_> =
        std::fs::read_dir(corpus).expect("the corpus is there").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut reader = Reader::new();
    let vocabulary = Arc::new(Vocabulary::default());
    for path in paths {
        let source = std::fs::read_to_string(&path).expect("a Go file");
        let tokens = tokens(&source);
        for _ in 0..300 {
            let mut mangled = source.clone();
            for _ in 0..1 + numbers.below(3) {
                let (start, end) = tokens[numbers.below(tokens.len())];
                let blank = " ".repeat(end - start);
                mangled.replace_range(start..end, &blank);
            }
            let file = reader.read(mangled.as_bytes(), &vocabulary).expect("UTF-8 text below the limit is read");
            check_tree(&file, mangled.len() as u32);
            // Nearly everything stays: what is lost is one declaration for each token, or a few.
            assert!(file.coverage.bad.len() <= 12, "{:?}", file.coverage);
        }
    }
}

/// Words, and single bytes of everything else.
fn tokens(source: &str) -> Vec<(usize, usize)> {
    let mut tokens: Vec<(usize, usize)> = Vec::new();
    let mut in_word = false;
    for (at, character) in source.char_indices().filter(|(_, character)| character.is_ascii()) {
        let is_word = character.is_ascii_alphanumeric() || character == '_';
        match tokens.last_mut() {
            Some(last) if is_word && in_word && last.1 == at => last.1 = at + 1,
            _ if character.is_ascii_whitespace() => {}
            _ => tokens.push((at, at + 1)),
        }
        in_word = is_word;
    }
    tokens
}

#[test]
fn what_is_read_again_is_what_a_fresh_reader_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/rare.go");
    let mut text = std::fs::read_to_string(path).expect("a Go file");
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    let (mut reader, vocabulary) = (Reader::new(), Arc::new(Vocabulary::default()));
    let mut last = LastRead::default();
    let (mut clean, mut parses) = (0, text.clone());
    for round in 0..120 {
        let tokens = tokens(&text);
        let (start, end) = tokens[numbers.below(tokens.len())];
        let (from, to) = tokens[numbers.below(tokens.len())];
        let piece = ["x", "", " ", "\n", "é", "// note\n", "f(x)"][numbers.below(7)];
        match numbers.below(3) {
            0 => text.replace_range(start..end, piece),
            1 => text.insert_str(end, piece),
            _ => {
                let again = text[from..to].to_owned();
                text.insert_str(end, &again);
            }
        }
        let again = reader.read_again(&mut last, text.as_bytes(), &vocabulary).expect("UTF-8 text below the limit");
        let fresh = Reader::new().read(text.as_bytes(), &vocabulary).expect("UTF-8 text below the limit");
        let shown = |file: &File| inspect::tree(file, "a.go", inspect::Format::Text);
        assert_eq!(shown(&again), shown(&fresh), "round {round}");
        assert_eq!(again.coverage, fresh.coverage, "round {round}");
        // Small edits of a text that parses, as somebody types; some break it, and it is mended after a while.
        if fresh.coverage.is_full() {
            clean += 1;
            parses.clone_from(&text);
        } else if numbers.below(3) == 0 {
            text.clone_from(&parses);
        }
    }
    assert!(clean > 10, "only {clean} texts parse: the edits test too little");
}
