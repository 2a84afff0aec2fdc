//! Conditions on paths, values and sets of rows: what the plans of rules ask.

use rulec_compiler::{SourceFile, compile};

/// The plan of a rule, as text, without the origins of its steps.
fn plan_of(rule: &str) -> String {
    let files = [SourceFile { path: "t.rule".into(), family: "t".into(), text: rule.into() }];
    let compiled = compile(&files, "local");
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|one| one.code.text() != "W0605").collect();
    assert!(errors.is_empty(), "{rule}\n{errors:#?}");
    let text: String = compiled.plan.rules.iter().map(|rule| rulec_plan::text::rule(&compiled.plan, rule)).collect();
    text.lines().map(|line| line.split("  -- ").next().unwrap_or(line).trim().to_owned() + "\n").collect()
}

/// The plan of a rule with these clauses about `$r, $err := open(…)` at `@open`.
fn asked(clauses: &str) -> String {
    plan_of(&format!(
        "use \"os\"\nrule r {{\n    match stmt {{ $r, $err := os.Open($p) }} @open\n    {clauses}\n    \
         report at @open \"{{$r}} {{$err}} {{$p}}\"\n}}\n"
    ))
}

/// A line of such a plan with the names of the rule for its registers, and `_` for all others.
fn with_names(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let end = rest[start..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |len| start + len);
        let word = &rest[start..end];
        text.push_str(&rest[..start]);
        text.push_str(match word {
            "r20" => "@open",
            "r4" => "$r",
            "r6" => "$err",
            "r17" => "$p",
            _ if word[1..].parse::<u16>().is_ok() && word.starts_with('r') => "_",
            _ => word,
        });
        rest = &rest[end..];
    }
    text + rest
}

#[test]
fn every_condition_asks_its_question() {
    let cases: &[(&str, &[&str])] = &[
        (
            "where some path from @open to exit avoiding expr { $r.Close() }",
            &[
                "each _ in ancestors of @open until FuncDecl | FuncLit",
                "_ = all _",
                "same value(_, $r)",
                "_ = path from(@open, \"after\", events exit(\"return\", @open), events at(_, @open))",
                "path found(_)",
            ],
        ),
        (
            "unless every path from @open to any exit passes escapes($r) or assigns($r) or when $err != nil",
            &[
                "_ = path from(@open, \"after\", events exit(\"any\", @open), events join(events escape($r, @open), events \
                 join(events assign($r, @open), events when($err, \"not nil\", @open))))",
            ],
        ),
        (
            "where every path from entry to @open passes when not $p",
            &[
                "_ = path from(root, \"entry\", events at(rows of(@open), root), events when($p, \"false\", root))",
                "not",
            ],
        ),
        (
            "where $p dominated by when expr { $p != \"\" }",
            &[
                "either",
                "_ = _",
                "_ = all _",
                "_ = path from($p, \"entry\", events at(rows of($p), $p), events when rows(_, \"true\", $p))",
            ],
        ),
        (
            "where always from @open eventually exit or panic",
            &[
                "_ = path endless(@open, \"after\", events join(events exit(\"return\", @open), events exit(\"panic\", @open)))",
            ],
        ),
        (
            "where exit reachable from @open avoiding @open",
            &["_ = path from(@open, \"after\", events exit(\"return\", @open), events at(rows of(@open), @open))"],
        ),
        ("where @open repeats", &["repeats itself(@open)"]),
        ("where $r derives from $p", &["derives from($r, $p)"]),
        (
            "where not $r derives from [os.Args, os.File.Name]",
            &["not", "derives from symbols($r, [[\"os\", \"Args\"], [\"os\", \"File\", \"Name\"]])"],
        ),
        (
            "where $r derives from expr { os.Getenv($_) } or $r same as $p",
            &["derives from rows($r, _)", "same value($r, $p)"],
        ),
        ("where $p tainted by \"http_input\"", &["_ = tainted by($p, \"http_input\")", "path found(_)"]),
        (
            "where $p tainted by \"http_input\" for \"sql\"",
            &["_ = tainted by($p, \"http_input for sql\")", "path found(_)"],
        ),
        ("where $p is maybe_nil and least_len($p) > 3", &["is maybe_nil($p)", "<(3, least_len($p))"]),
        ("where some $u in uses($r) has ($u is call)", &["one of", "each _ in rows of _", "rows complete(uses($r))"]),
        (
            "where every definition of $p matches expr { \"x\" } or { \"y\" }",
            &["all of", "each _ in rows of _", "rows complete(definitions($p))"],
        ),
        (
            "where some definition of $p matches expr { \"x\" } and some definition of $r matches expr { \"y\" }",
            &["_ = definitions($p)", "_ = definitions($r)"],
        ),
        (
            "where some $u in uses($r) has ($u inside stmt { go $c }) and $c is call",
            &["_ = uses($r)", "each _ in rows of _"],
        ),
    ];
    for (clauses, wanted) in cases {
        let plan = asked(clauses);
        for line in *wanted {
            assert!(plan.lines().any(|own| with_names(own) == *line), "{clauses}: no `{line}` in\n{plan}");
        }
    }
}

/// What an event mentions that nothing outside of it binds is its own, and the rows for it are gathered once for a function.
#[test]
fn holes_of_events_are_their_own() {
    let plan = asked("where some path from @open to expr { $f($x, $x) } avoiding expr { $f($x) } where $x is ident");
    assert_eq!(plan.lines().filter(|line| line.contains(" once for r21")).count(), 2, "{plan}");
    assert_eq!(plan.lines().filter(|line| line.contains(" equals ")).count(), 1, "a name twice in one event:\n{plan}");
    assert!(!plan.contains("same value"), "{plan}");
}

/// The way is told by the condition that found one.
#[test]
fn reports_trace_the_path() {
    let rule = |clauses: &str| {
        format!(
            "use \"os\"\nrule r {{\n    match stmt {{ $r, $_ := os.Open($_) }} @open\n    {clauses}\n    \
             report at @open \"{{$r}}\" trace path\n}}\n"
        )
    };
    let plan = plan_of(&rule("unless every path from @open to exit passes expr { $r.Close() }\n    where $r is used"));
    let found = plan.lines().find_map(|line| Some(line.split_once(" = path from(")?.0.to_owned())).unwrap();
    let emit = plan.lines().find(|line| line.starts_with("emit")).unwrap();
    assert!(emit.ends_with(&found), "{plan}");
    let used = plan.lines().position(|line| line.starts_with("is used")).unwrap();
    let asked = plan.lines().position(|line| line.starts_with("path found(")).unwrap();
    assert!(used < asked, "cheap questions come first:\n{plan}");
}
