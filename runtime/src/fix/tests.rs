//! Fixes as data: source, what is edited, the new code, and the source afterwards.
//!
//! Nodes are named by their source text: the outermost node with that text. In templates `$1` to `$9` stand for captures,
//! `$1^6` for one that has to bind as tightly as a unary operand, and `@net/http@` for the package with that path.

use super::{apply, plan};
use crate::conditions::Facts;
use crate::conditions::testing::read;
use crate::evaluate::Captured;
use rulec_plan::manifest::{Applicability, CaptureId, EditAction, EditMeta, FixMeta, TemplateMeta, TemplatePiece};
use rulec_tree::{Category, Kind, Node};

/// What a fix makes of a source.
struct Case<'a> {
    source: &'a str,
    action: EditAction,
    category: Category,
    binds: u8,
    template: &'a str,
    /// Capture 0 is the target.
    captures: &'a [&'a str],
}

impl Case<'_> {
    fn fixed(&self) -> Result<String, String> {
        let file = read(self.source);
        let facts = Facts::new(&file, self.source.as_bytes(), "p.go");
        let captures: Vec<Captured> = self.captures.iter().map(|text| captured(&facts, text)).collect();
        let template = TemplateMeta { category: Some(self.category), binds: self.binds, pieces: pieces(self.template) };
        let edit = EditMeta {
            action: self.action,
            target: CaptureId(0),
            template: (self.action != EditAction::Delete).then_some(template),
        };
        let fix = plan(&facts, &FixMeta { applicability: Applicability::Safe, edits: vec![edit] }, &captures)?;
        let after = apply::applied(self.source.as_bytes(), &fix.edits).unwrap();
        Ok(String::from_utf8(after).unwrap())
    }
}

/// Where gofmt is installed: checks that a fix keeps formatted what was. Pairs are sources before and after.
fn gofmt_keeps(pairs: &[(String, String)]) {
    let dir = tempfile::tempdir().unwrap();
    for (number, (before, after)) in pairs.iter().enumerate() {
        std::fs::write(dir.path().join(format!("{number}-before.go")), before).unwrap();
        std::fs::write(dir.path().join(format!("{number}-after.go")), after).unwrap();
    }
    let Ok(output) = std::process::Command::new("gofmt").arg("-l").arg(dir.path()).output() else {
        eprintln!("skipped: gofmt is not installed");
        return;
    };
    let unformatted = String::from_utf8(output.stdout).unwrap();
    for (number, (before, after)) in pairs.iter().enumerate() {
        let was_formatted = !unformatted.contains(&format!("/{number}-before.go"));
        let is_formatted = !unformatted.contains(&format!("/{number}-after.go"));
        assert!(is_formatted || !was_formatted, "gofmt changes the fixed code:\n{before}\n{after}");
    }
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn captured(facts: &Facts, text: &str) -> Captured {
    let tree = facts.tree();
    let node = tree.nodes().find(|node| {
        let named = !matches!(tree.kind(*node), Kind::List | Kind::Absent);
        named && facts.slice(tree.span(*node)) == text.as_bytes()
    });
    let node: Node = node.unwrap_or_else(|| panic!("no node with the text {text}"));
    Captured::node(node, tree.end(node))
}

fn pieces(template: &str) -> Vec<TemplatePiece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['$', '@']) {
        pieces.push(TemplatePiece::Text(rest[..at].to_owned()));
        let (mark, tail) = rest[at..].split_at(1);
        if mark == "@" {
            let (path, tail) = tail.split_once('@').unwrap();
            let name = path.rsplit('/').next().unwrap().to_owned();
            pieces.push(TemplatePiece::Package { path: path.to_owned(), name });
            rest = tail;
            continue;
        }
        let (number, tail) = tail.split_at(1);
        let (binds, tail) = match tail.strip_prefix('^') {
            Some(tail) => (tail[..1].parse().unwrap(), &tail[1..]),
            None => (0, tail),
        };
        pieces.push(TemplatePiece::Capture { capture: CaptureId(number.parse().unwrap()), binds });
        rest = tail;
    }
    pieces.push(TemplatePiece::Text(rest.to_owned()));
    pieces
}

/// Checks cases whose source is the body of a function, one statement to a line.
fn in_function(body: &str) -> String {
    let lines: Vec<String> = body.lines().map(|line| format!("\t{line}\n")).collect();
    format!("package p\n\nfunc f() {{\n{}}}\n", lines.concat())
}

#[test]
fn expressions_get_the_parentheses_they_need() {
    let mut pairs = Vec::new();
    for (body, target, template, binds, captures, expected) in [
        ("x = old(a + b)", "old(a + b)", "$1^5 * 2", 5, &["a + b"][..], "x = (a + b) * 2"),
        ("x = old(a * b)", "old(a * b)", "$1^5 * 2", 5, &["a * b"], "x = a * b * 2"),
        ("x = 3 * old(a)", "old(a)", "$1^4 + 2", 4, &["a"], "x = 3 * (a + 2)"),
        ("x = 3 - old(a)", "old(a)", "$1^4 - 2", 4, &["a"], "x = 3 - (a - 2)"),
        ("x = old(a) - 3", "old(a)", "$1^4 - 2", 4, &["a"], "x = a - 2 - 3"),
        ("x = !old(a, b)", "old(a, b)", "$1^3 == $2^4", 3, &["a", "b"], "x = !(a == b)"),
        ("x = old(a, b).f", "old(a, b)", "$1^5 + $2^5", 4, &["a", "b"], "x = (a + b).f"),
        ("x = neg(-a)", "neg(-a)", "-$1^6", 6, &["-a"], "x = -(-a)"),
        ("if x == old(a) {\n\t}", "old(a)", "T{$1}", 7, &["a"], "if x == (T{a}) {\n\t}"),
        ("if g(old(a)) {\n\t}", "old(a)", "T{$1}", 7, &["a"], "if g(T{a}) {\n\t}"),
        ("x = conv(*T, y)", "conv(*T, y)", "$1^7($2)", 7, &["*T", "y"], "x = (*T)(y)"),
        ("x = conv(func(), y)", "conv(func(), y)", "$1^7($2)", 7, &["func()", "y"], "x = (func())(y)"),
        ("x = 2 * id(a + b)", "id(a + b)", "$1", 7, &["a + b"], "x = 2 * (a + b)"),
        ("x = g(old(a + b), c)", "old(a + b)", "$1", 7, &["a + b"], "x = g(a + b, c)"),
    ] {
        let mut all = vec![target];
        all.extend(captures);
        let case = Case {
            source: &in_function(body),
            action: EditAction::Replace,
            category: Category::Expr,
            binds,
            template,
            captures: &all,
        };
        assert_eq!(case.fixed(), Ok(in_function(expected)), "{body}");
        pairs.push((case.source.to_owned(), case.fixed().unwrap()));
    }
    gofmt_keeps(&pairs);
}

#[test]
fn what_is_deleted_takes_its_line_or_comma_along() {
    let mut pairs = Vec::new();
    for (before, target, after) in [
        ("\ta()\n\tb()\n\tc()\n", "b()", "\ta()\n\tc()\n"),
        ("\ta()\n\n\tb()\n\n\tc()\n", "b()", "\ta()\n\n\tc()\n"),
        ("\ta()\n\tb() // why\n\tc()\n", "b()", "\ta()\n\t// why\n\tc()\n"),
        ("\ta()\n\tif x {\n\t\tb()\n\t}\n\tc()\n", "if x {\n\t\tb()\n\t}", "\ta()\n\tc()\n"),
        ("\tx := func() { a() }\n", "a()", "\tx := func() {}\n"),
        ("\tif v := g(); v {\n\t}\n", "v := g()", "\tif v {\n\t}\n"),
        ("\tif v {\n\t\ta()\n\t} else {\n\t\tb()\n\t}\n", "{\n\t\tb()\n\t}", "\tif v {\n\t\ta()\n\t}\n"),
        ("\tg(one, two, three)\n", "one", "\tg(two, three)\n"),
        ("\tg(one, two, three)\n", "two", "\tg(one, three)\n"),
        ("\tg(one, two, three)\n", "three", "\tg(one, two)\n"),
        ("\tg(one)\n", "one", "\tg()\n"),
        ("\tg(\n\t\tone,\n\t\ttwo,\n\t)\n", "two", "\tg(\n\t\tone,\n\t)\n"),
        ("\tx := T{one, two}\n", "two", "\tx := T{one}\n"),
        ("\treturn one, two\n", "one", "\treturn two\n"),
        ("\treturn one\n", "one", "\treturn\n"),
        ("\tvar (\n\t\tone int\n\t\ttwo int\n\t)\n", "one int", "\tvar (\n\t\ttwo int\n\t)\n"),
        ("\tvar one int\n\ta()\n", "one int", "\ta()\n"),
        ("\ta()\n\t// note\n\tb()\n", "// note", "\ta()\n\tb()\n"),
        ("\ta() // note\n", "// note", "\ta()\n"),
        ("\ta()\r\n\tb()\r\n", "b()", "\ta()\r\n"),
    ] {
        let wrap = |body: &str| format!("package p\n\nfunc f() {{\n{body}}}\n");
        let (source, expected) = (wrap(before), wrap(after));
        let case = Case {
            source: &source,
            action: EditAction::Delete,
            category: Category::Stmt,
            binds: 0,
            template: "",
            captures: &[target],
        };
        assert_eq!(case.fixed(), Ok(expected), "{before}");
        pairs.push((case.source.to_owned(), case.fixed().unwrap()));
    }
    gofmt_keeps(&pairs);
}

#[test]
fn statements_are_replaced_and_inserted_at_their_indentation() {
    let mut pairs = Vec::new();
    use EditAction::{InsertAfter, InsertBefore, Replace};
    for (before, action, target, template, captures, after) in [
        (
            "\tfor x {\n\t\told(a,\n\t\t\tb)\n\t}\n",
            Replace,
            "old(a,\n\t\t\tb)",
            "if ok { $0 }",
            &[][..],
            "\tfor x {\n\t\tif ok {\n\t\t\told(a,\n\t\t\t\tb)\n\t\t}\n\t}\n",
        ),
        ("\ta()\n", InsertAfter, "a()", "if err != nil { return }", &[], "\ta()\n\tif err != nil {\n\t\treturn\n\t}\n"),
        ("\ta() // why\n", InsertAfter, "a()", "b()", &[], "\ta() // why\n\tb()\n"),
        ("\t// why\n\ta()\n", InsertBefore, "a()", "b()", &[], "\tb()\n\t// why\n\ta()\n"),
        ("\tg(one, two)\n", InsertBefore, "one", "zero", &[], "\tg(zero, one, two)\n"),
        ("\tg(one, two)\n", InsertAfter, "two", "three", &[], "\tg(one, two, three)\n"),
        ("\ta()\r\n", InsertAfter, "a()", "b()", &[], "\ta()\r\n\tb()\r\n"),
    ] {
        let end = if before.contains('\r') { "\r\n" } else { "\n" };
        let wrap = |body: &str| format!("package p{end}{end}func f() {{{end}{body}}}{end}");
        let mut all = vec![target];
        all.extend::<&[&str]>(captures);
        let category = if target.ends_with(')') { Category::Stmt } else { Category::Expr };
        let source = wrap(before);
        let case = Case { source: &source, action, category, binds: 7, template, captures: &all };
        assert_eq!(case.fixed(), Ok(wrap(after)), "{before}");
        pairs.push((case.source.to_owned(), case.fixed().unwrap()));
    }
    gofmt_keeps(&pairs);
}

#[test]
fn imports_follow_the_code() {
    let mut pairs = Vec::new();
    for (before, template, after) in [
        (
            "package p\n\nfunc f() { old(x) }\n",
            "@net/http@Get()",
            "package p\n\nimport \"net/http\"\n\nfunc f() { http.Get() }\n",
        ),
        (
            "package p\n\nimport \"os\"\n\nfunc f() { old(os.X); os.Y() }\n",
            "@net/http@Get()",
            "package p\n\nimport (\n\t\"net/http\"\n\t\"os\"\n)\n\nfunc f() { http.Get(); os.Y() }\n",
        ),
        (
            "package p\n\nimport \"fmt\" // print\n\nfunc f() { old(x); fmt.Y() }\n",
            "@net/http@Get()",
            "package p\n\nimport (\n\t\"fmt\" // print\n\t\"net/http\"\n)\n\nfunc f() { http.Get(); fmt.Y() }\n",
        ),
        (
            "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"example.com/x\"\n)\n\nfunc f() { old(x.X); fmt.Y(); os.Z() }\n",
            "@net/http@Get()",
            "package p\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n\t\"os\"\n)\n\nfunc f() { http.Get(); fmt.Y(); os.Z() }\n",
        ),
        (
            "package p\n\nimport (\n\t\"fmt\"\n)\n\nfunc f() { old(x); fmt.Y() }\n",
            "@example.com/a/b@Get()",
            "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/a/b\"\n)\n\nfunc f() { b.Get(); fmt.Y() }\n",
        ),
        (
            "package p\n\nimport (\n\t\"example.com/a/b\"\n)\n\nfunc f() { old(b.X); b.Y() }\n",
            "@fmt@Get()",
            "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/a/b\"\n)\n\nfunc f() { fmt.Get(); b.Y() }\n",
        ),
        (
            "package p\n\nimport h \"net/http\"\n\nfunc f() { old(h.X) }\n",
            "@net/http@Get()",
            "package p\n\nimport h \"net/http\"\n\nfunc f() { h.Get() }\n",
        ),
        (
            "package p\n\nimport . \"net/http\"\n\nfunc f() { old(x) }\n",
            "@net/http@Get()",
            "package p\n\nimport . \"net/http\"\n\nfunc f() { Get() }\n",
        ),
        ("package p\n\nimport \"os\"\n\nfunc f() { old(os.X) }\n", "new()", "package p\n\nfunc f() { new() }\n"),
        (
            "package p\n\nimport \"os\"\n\nfunc f() { old(os.X) }\n",
            "@fmt@Get()",
            "package p\n\nimport \"fmt\"\n\nfunc f() { fmt.Get() }\n",
        ),
        (
            "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc f() { old(os.X); fmt.Y() }\n",
            "new()",
            "package p\n\nimport (\n\t\"fmt\"\n)\n\nfunc f() { new(); fmt.Y() }\n",
        ),
        (
            "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/x\"\n)\n\nfunc f() { old(x.X); fmt.Y() }\n",
            "new()",
            "package p\n\nimport (\n\t\"fmt\"\n)\n\nfunc f() { new(); fmt.Y() }\n",
        ),
        (
            "package p\n\n// #include <x.h>\nimport \"C\"\n\nfunc f() { old(C.X) }\n",
            "@fmt@Get()",
            "package p\n\n// #include <x.h>\nimport \"C\"\n\nimport \"fmt\"\n\nfunc f() { fmt.Get() }\n",
        ),
    ] {
        let start = before.find("old(").unwrap();
        let call = &before[start..start + before[start..].find(')').unwrap() + 1];
        let case = Case {
            source: before,
            action: EditAction::Replace,
            category: Category::Expr,
            binds: 7,
            template,
            captures: &[call],
        };
        assert_eq!(case.fixed().as_deref(), Ok(after), "{before}");
        pairs.push((case.source.to_owned(), case.fixed().unwrap()));
    }
    gofmt_keeps(&pairs);
}

#[test]
fn a_fix_that_cannot_be_clean_is_withheld() {
    use EditAction::{InsertAfter, Replace};
    for (body, action, target, template, captures, reason) in [
        (
            "old(a /* why */, b)",
            Replace,
            "old(a /* why */, b)",
            "new($1)",
            &["b"][..],
            "it would lose the comment on line 4",
        ),
        (
            "http := 1; old(http)",
            Replace,
            "old(http)",
            "@net/http@Get()",
            &[],
            "`http` means something else in this file",
        ),
        ("x := func() { a(); b() }", InsertAfter, "a()", "c()", &[], "other code stands on the same line"),
    ] {
        let mut all = vec![target];
        all.extend(captures);
        let source = in_function(body);
        let case = Case { source: &source, action, category: Category::Expr, binds: 7, template, captures: &all };
        assert_eq!(case.fixed(), Err(reason.to_owned()), "{body}");
    }
}

#[test]
fn a_comment_that_is_copied_is_not_lost() {
    let source = in_function("old(g(a /* why */))");
    let case = Case {
        source: &source,
        action: EditAction::Replace,
        category: Category::Expr,
        binds: 7,
        template: "new($1)",
        captures: &["old(g(a /* why */))", "g(a /* why */)"],
    };
    assert_eq!(case.fixed(), Ok(in_function("new(g(a /* why */))")));
}

#[test]
fn columns_stay_aligned() {
    let mut pairs = Vec::new();
    for (before, target, template, after) in [
        (
            "type T struct {\n\tA interface{} `a`\n\tLonger   string // c\n\tB, C     int64  `b` // d\n\n\tD int\n}\n",
            "int64",
            "x",
            "",
        ),
        (
            "type T struct {\n\tA      interface{} `a`\n\tLonger string      // c\n\tB, C   int64       `b` // d\n\n\tD int\n}\n",
            "interface{}",
            "any",
            "type T struct {\n\tA      any    `a`\n\tLonger string // c\n\tB, C   int64  `b` // d\n\n\tD int\n}\n",
        ),
        ("type T struct {\n\tA any // a\n\tLong   string // b\n\tB   int\n}\n", "any", "interface{}", ""),
        (
            "type T struct {\n\tA any    // a\n\tB string // b\n\tC int\n}\n",
            "any",
            "interface{}",
            "type T struct {\n\tA interface{} // a\n\tB string      // b\n\tC int\n}\n",
        ),
        (
            "type T struct {\n\tA any `a`\n\tX     // e\n\tB int // f\n}\n",
            "any",
            "interface{}",
            "type T struct {\n\tA interface{} `a`\n\tX             // e\n\tB int         // f\n}\n",
        ),
        (
            "func f() {\n\tx = old() // a\n\ty = 1     // b\n\tz = 2\n}\n",
            "old()",
            "longer()",
            "func f() {\n\tx = longer() // a\n\ty = 1        // b\n\tz = 2\n}\n",
        ),
        (
            "func f() {\n\tx = old() // a\n\tz = 2\n}\n",
            "old()",
            "longer()",
            "func f() {\n\tx = longer() // a\n\tz = 2\n}\n",
        ),
    ] {
        let source = format!("package p\n\n{before}");
        let case = Case {
            source: &source,
            action: EditAction::Replace,
            category: Category::Expr,
            binds: 7,
            template,
            captures: &[target],
        };
        // What was not aligned is left as it is.
        let expected = if after.is_empty() { before.replacen(target, template, 1) } else { after.to_owned() };
        assert_eq!(case.fixed(), Ok(format!("package p\n\n{expected}")), "{before}");
        pairs.push((source.clone(), case.fixed().unwrap()));
    }
    gofmt_keeps(&pairs);
}
