//! Properties over generated patterns and damaged files.

mod common;

use common::{dump, parse, pattern};
use proptest::prelude::*;
use rulec_grammar::print;

fn name() -> BoxedStrategy<String> {
    prop_oneof![
        prop::sample::select(vec!["x", "err", "match", "where", "naïve", "http", "T"]).prop_map(str::to_owned),
        prop::sample::select(vec!["$x", "$_", "$call"]).prop_map(str::to_owned),
        Just("$(a, b)".to_owned()),
    ]
    .boxed()
}

/// Elements with commas between them; a run at most once, so that none stands beside another.
fn list(item: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (prop::collection::vec(item, 0..3), prop::sample::select(vec!["", "...", "$*xs"]))
        .prop_map(|(mut items, run)| {
            if !run.is_empty() {
                items.insert(items.len() / 2, run.to_owned());
            }
            items.join(", ")
        })
        .boxed()
}

fn nonempty(item: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop::collection::vec(item, 1..3).prop_map(|items| items.join(", ")).boxed()
}

fn leaf() -> BoxedStrategy<String> {
    let literals = vec!["1", "0x_ff", "1.5e3", "2i", "'a'", r"'\''", r#""a\"b""#, "`raw\n\\text`", "nil"];
    prop_oneof![name(), prop::sample::select(literals).prop_map(str::to_owned)].boxed()
}

fn types(depth: u32) -> BoxedStrategy<String> {
    let named = prop_oneof![name(), Just("pkg.T".to_owned()), Just("pkg.$t".to_owned())].boxed();
    if depth == 0 {
        return named;
    }
    let ty = types(depth - 1);
    let param = prop_oneof![ty.clone(), ty.clone().prop_map(|ty| format!("...{ty}"))].boxed();
    let field = prop_oneof![
        (name(), ty.clone()).prop_map(|(name, ty)| format!("{name}, $n {ty}")),
        ty.clone().prop_map(|ty| format!("... {ty} `tag`")),
        Just("*pkg.T".to_owned()),
    ];
    prop_oneof![
        named,
        ty.clone().prop_map(|ty| format!("*{ty}")),
        ty.clone().prop_map(|ty| format!("[]{ty}")),
        ty.clone().prop_map(|ty| format!("[...]{ty}")),
        (name(), ty.clone()).prop_map(|(n, ty)| format!("[{n}.N + 1]({ty})")),
        (ty.clone(), ty.clone()).prop_map(|(key, value)| format!("map[{key}]{value}")),
        (prop::sample::select(vec!["chan ", "chan<- ", "<-chan "]), ty.clone())
            .prop_map(|(c, ty)| format!("{c}({ty})")),
        ty.clone().prop_map(|ty| format!("({ty})")),
        nonempty(ty.clone()).prop_map(|args| format!("List[{args}]")),
        (list(param), ty.clone()).prop_map(|(params, result)| format!("func({params}) {result}")),
        (ty.clone(), list(ty.clone())).prop_map(|(ty, results)| format!("func(a, b {ty}) ({results})")),
        prop::collection::vec(field, 0..3).prop_map(|fields| format!("struct {{ {} }}", fields.join("; "))),
        ty.prop_map(|ty| format!("interface {{ m({ty}) {ty}; ~{ty} | pkg.U; ... }}")),
    ]
    .boxed()
}

fn exprs(depth: u32) -> BoxedStrategy<String> {
    if depth == 0 {
        return leaf();
    }
    let (x, ty) = (exprs(depth - 1), types(depth - 1));
    let operators =
        vec!["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^", "&&", "||", "==", "!=", "<", "<=", ">"];
    prop_oneof![
        leaf(),
        (x.clone(), prop::sample::select(operators), x.clone()).prop_map(|(x, op, y)| format!("{x} {op} {y}")),
        (x.clone(), x.clone()).prop_map(|(x, y)| format!("(({x}) $op ({y}))")),
        (x.clone(), x.clone()).prop_map(|(x, y)| format!("(({x}) $(==, !=) ({y}))")),
        (prop::sample::select(vec!["-", "!", "^", "&", "*", "<-", "+", "$(-, +)"]), x.clone())
            .prop_map(|(op, x)| format!("{op} {x}")),
        x.clone().prop_map(|x| format!("({x})")),
        (x.clone(), name()).prop_map(|(x, name)| format!("({x}).{name}")),
        (name(), list(x.clone())).prop_map(|(f, args)| format!("{f}({args})")),
        (name(), nonempty(x.clone())).prop_map(|(f, args)| format!("{f}({args}...) @call")),
        (name(), x.clone()).prop_map(|(a, i)| format!("{a}[{i}]")),
        (name(), x.clone(), x.clone()).prop_map(|(a, i, j)| format!("{a}[{i}:{j}:1]")),
        (name(), x.clone()).prop_map(|(a, i)| format!("{a}[:{i}]")),
        (name(), ty.clone()).prop_map(|(x, ty)| format!("{x}.({ty})")),
        (ty.clone(), x.clone()).prop_map(|(ty, x)| format!("[]{ty}({x})")),
        (ty.clone(), list(x.clone())).prop_map(|(ty, items)| format!("map[int]{ty}{{{items}}}")),
        (name(), x.clone()).prop_map(|(name, x)| format!("pkg.T{{{name}: {x}, {name}: {{{x}}}}}")),
        (list(ty.clone()), stmts(depth - 1)).prop_map(|(params, body)| format!("func({params}) {{ {body} }}")),
        (x.clone(), x).prop_map(|(x, y)| format!("$({x}, {y})")),
    ]
    .boxed()
}

fn stmts(depth: u32) -> BoxedStrategy<String> {
    prop::collection::vec(stmt(depth), 0..3).prop_map(|stmts| stmts.join("; ...; ")).boxed()
}

fn stmt(depth: u32) -> BoxedStrategy<String> {
    let x = exprs(depth.min(1));
    let simple = prop_oneof![
        x.clone(),
        (nonempty(name()), nonempty(x.clone())).prop_map(|(l, r)| format!("{l} := {r}")),
        (name(), x.clone()).prop_map(|(l, r)| format!("{l} $(+=, -=) {r}")),
        (name(), x.clone()).prop_map(|(ch, x)| format!("{ch} <- {x}")),
        name().prop_map(|x| format!("{x}++ @step")),
    ]
    .boxed();
    if depth == 0 {
        return simple;
    }
    let (body, ty) = (stmts(depth - 1), types(depth - 1));
    // A composite literal in a header needs parentheses.
    let head = name();
    prop_oneof![
        simple,
        (head.clone(), body.clone(), body.clone()).prop_map(|(c, a, b)| format!("if {c} {{ {a} }} else {{ {b} }}")),
        (name(), head.clone(), body.clone()).prop_map(|(v, c, b)| format!("if {v} := f(); {c} {{ {b} }} else ...")),
        body.clone().prop_map(|b| format!("for ...; $c; {{ {b} }}")),
        (head.clone(), body.clone()).prop_map(|(x, b)| format!("for k, $v := range {x} {{ {b} }}")),
        (head.clone(), body.clone()).prop_map(|(x, b)| format!("for ... range {x} {{ {b} }}")),
        (head.clone(), nonempty(x.clone()), body.clone())
            .prop_map(|(t, e, b)| format!("switch {t} {{ ...; case {e}: {b}; default: {b} }}")),
        (head.clone(), ty.clone(), body.clone())
            .prop_map(|(x, ty, b)| format!("switch y := {x}.(type) {{ case {ty}, nil: {b} }}")),
        (name(), body.clone())
            .prop_map(|(c, b)| format!("select {{ case v, ok := <-{c}: {b}; case ...: ; default: }}")),
        list(x.clone()).prop_map(|x| format!("return {x}")),
        (name(), body.clone()).prop_map(|(l, b)| format!("{l}: for {{ {b}; break {l} }}")),
        list(x.clone()).prop_map(|args| format!("defer f({args})")),
        (name(), ty.clone(), x).prop_map(|(n, ty, x)| format!("var {n} {ty} = {x}")),
        (name(), ty).prop_map(|(n, ty)| format!("type ({n} {ty}; {n} = {ty})")),
        body.prop_map(|b| format!("{{ {b} }}")),
    ]
    .boxed()
}

fn decls() -> BoxedStrategy<String> {
    prop_oneof![
        (name(), list(types(1)), types(2), stmts(1)).prop_map(|(f, p, r, b)| format!("func {f}({p}) {r} {{ {b} }}")),
        (name(), types(2)).prop_map(|(m, ty)| format!("func ($r *T) {m}(a, b {ty}, ...) (...)")),
        (name(), types(2)).prop_map(|(n, ty)| format!("type {n}[K comparable, V ~int | {ty}] {ty}")),
        (name(), exprs(2)).prop_map(|(n, x)| format!("const ({n} = {x}; ...; y)")),
        name().prop_map(|n| format!("import ({n} \"a\"; . \"b\"; $p)")),
    ]
    .boxed()
}

fn check(category: &str, text: &str) -> Result<(), TestCaseError> {
    let Ok(first) = pattern(&format!("{category} {{ {text} }}")) else {
        let mistakes = pattern(&format!("{category} {{ {text} }}"));
        return Err(TestCaseError::fail(format!("{category} {{ {text} }}: {mistakes:#?}")));
    };
    let printed = print::pattern(&first);
    let again = pattern(&format!("{category} {{ {printed} }}"));
    let Ok(again) = again else {
        return Err(TestCaseError::fail(format!("{category} {{ {text} }} => {printed}: {again:#?}")));
    };
    prop_assert_eq!(dump(&first), dump(&again), "{} => {}", text, printed);
    prop_assert!(rulec_grammar::same_pattern(&first, &again));
    prop_assert_eq!(&printed, &print::pattern(&again));
    Ok(())
}

/// What must hold for any text at all: spans lie in the file, and formatting agrees with parsing.
fn check_any(source: &str) -> Result<(), TestCaseError> {
    let (_, diagnostics) = parse(source);
    for diagnostic in &diagnostics {
        let places = diagnostic.related.iter().map(|(_, span, _)| *span).chain([diagnostic.span]);
        for span in places {
            prop_assert!(source.get(span.range()).is_some(), "{:?} is not in the file", span);
        }
    }
    prop_assert_eq!(rulec_grammar::format(source).is_err(), !diagnostics.is_empty());
    Ok(())
}

const SURFACE: &str = include_str!("samples/surface.rule");

/// A piece of text as it occurs in rule files.
fn piece() -> BoxedStrategy<String> {
    let words = vec![
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "$(",
        "$x",
        "$",
        "...",
        "$*xs",
        "@l",
        "@",
        "\"",
        "`",
        "'",
        "//",
        "/*",
        "*/",
        "///",
        "rule",
        "use",
        "match",
        "where",
        "report",
        "test bad {",
        "} fixed {",
        "comment {",
        "or",
        "and",
        "not",
        ":",
        ":?",
        "é",
        "\u{feff}",
        "\u{0}",
        "#",
        ";",
        ",",
        ".",
        "0x",
        "1e",
        "5ms",
        "func",
        "\r\n",
        "\n",
        "\nrule x {",
    ];
    prop_oneof![prop::sample::select(words).prop_map(str::to_owned), any::<char>().prop_map(String::from)].boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expressions_print_and_parse(text in exprs(3)) {
        check("expr", &text)?;
    }

    #[test]
    fn types_print_and_parse(text in types(3)) {
        check("type", &text)?;
    }

    #[test]
    fn statements_print_and_parse(text in stmt(2)) {
        check("stmt", &text)?;
    }

    #[test]
    fn declarations_print_and_parse(text in decls()) {
        check("decl", &text)?;
    }

    #[test]
    fn damaged_files_are_survived(cut in 0..SURFACE.len(), len in 0..60usize, new in prop::collection::vec(piece(), 0..4)) {
        let start = (0..=cut).rev().find(|at| SURFACE.is_char_boundary(*at)).unwrap_or(0);
        let end = (start + len..=SURFACE.len()).find(|at| SURFACE.is_char_boundary(*at)).unwrap_or(SURFACE.len());
        check_any(&format!("{}{}{}", &SURFACE[..start], new.concat(), &SURFACE[end..]))?;
    }

    #[test]
    fn any_text_is_survived(pieces in prop::collection::vec(piece(), 0..40)) {
        check_any(&pieces.join(" "))?;
        check_any(&pieces.concat())?;
    }
}
