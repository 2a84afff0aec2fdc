//! Helpers of several tests.

use rulec_grammar::ast::{Form, Item, Module, OpForm, Pattern, PatternId, Template};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Sink};

/// The module, and what was reported.
pub fn parse(source: &str) -> (Module, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let module = rulec_grammar::parse(source, FileId(0), &mut sink);
    (module, sink.into_sorted())
}

/// A rule that looks for `written`, a pattern with its category and braces.
#[allow(dead_code, reason = "not every test has patterns")]
pub fn rule_with(written: &str) -> String {
    format!("rule sample {{\n    match {written}\n    report \"found\"\n}}\n")
}

/// The pattern of [`rule_with`].
#[allow(dead_code, reason = "not every test has patterns")]
pub fn pattern(written: &str) -> Result<Pattern, Vec<Diagnostic>> {
    let (mut module, diagnostics) = parse(&rule_with(written));
    match module.items.pop() {
        Some(Item::Rule(mut rule)) if diagnostics.is_empty() => Ok(rule.alternatives.remove(0).pattern),
        _ => Err(diagnostics),
    }
}

/// The nodes of a pattern in brackets: kind, operator, text, label and children. `_` is absent, `*` is any.
#[allow(dead_code, reason = "not every test has patterns")]
pub fn dump(pattern: &Pattern) -> String {
    dump_node(pattern, pattern.root)
}

fn dump_node(pattern: &Pattern, id: PatternId) -> String {
    let node = &pattern.nodes[id.0 as usize];
    let all = |ids: &[PatternId]| ids.iter().map(|id| format!(" {}", dump_node(pattern, *id))).collect::<String>();
    let mut text = match &node.form {
        Form::Node { kind, op, text, children } => {
            let op = match op {
                OpForm::Any => ":*".to_owned(),
                OpForm::Hole(name) => format!(":${name}"),
                OpForm::OneOf(ops) => {
                    let texts: Vec<_> = ops.iter().map(|op| op.text()).filter(|text| !text.is_empty()).collect();
                    if texts.is_empty() { String::new() } else { format!(":{}", texts.join(",")) }
                }
            };
            let text = text.as_ref().map(|text| format!(" {:?}", String::from_utf8_lossy(text))).unwrap_or_default();
            format!("({}{op}{text}{})", kind.name(), all(children))
        }
        Form::Hole(name) => format!("${}", name.as_deref().unwrap_or("_")),
        Form::Run(name) => name.as_ref().map_or("...".to_owned(), |name| format!("$*{name}")),
        Form::OneOf(items) => format!("(one of{})", all(items)),
        Form::Absent => "_".to_owned(),
        Form::Any => "*".to_owned(),
        Form::AnyFunc(name) => format!("(any func {name:?})"),
        Form::Comment(text) => format!("(comment {text:?})"),
    };
    if let Some(label) = &node.label {
        text += &format!("@{}", label.value);
    }
    text
}

/// What a module says, without where it says so, and without the indentation of Go text.
#[allow(dead_code, reason = "not every test compares modules")]
pub fn meaning(mut module: Module) -> String {
    let unindent = |text: &mut String| {
        *text = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    };
    for item in &mut module.items {
        let Item::Rule(rule) = item else { continue };
        for file in rule.examples.iter_mut().flat_map(|example| example.files.iter_mut().chain(&mut example.fixed)) {
            unindent(&mut file.text.value);
        }
        for edit in rule.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            if let Some(Template::Code { text, .. }) = &mut edit.template {
                unindent(&mut text.value);
            }
        }
    }
    let text = format!("{module:?}");
    let mut kept = String::with_capacity(text.len());
    let mut parts = text.split("Span { start: ");
    kept.push_str(parts.next().unwrap_or_default());
    for part in parts {
        kept.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    kept
}

/// Compares `actual` with a file in `tests/`; with `UPDATE=1` rewrites the file.
#[allow(dead_code, reason = "not every test has a file of expectations")]
pub fn expect(file: &str, actual: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, actual).expect("the expectations are written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = expected.lines().zip(actual.lines()).find(|(expected, actual)| expected != actual);
    if let Some((expected, actual)) = differing {
        panic!("{file} differs (UPDATE=1 rewrites it):\nexpected: {expected}\nactual:   {actual}");
    }
    assert_eq!(expected.len(), actual.len(), "{file} differs in length (UPDATE=1 rewrites it)");
}
