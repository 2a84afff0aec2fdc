//! Go patterns: the text between the braces of `match expr { … }` to [`Pattern`].
//!
//! In: a range of the rule file and the category that the author declared. Out: the pattern, or one diagnostic. If the
//! text is a pattern of another category, the diagnostic names that one; a category is never guessed.
//!
//! Start at [`parse`]. `prepare` deals with comments and semicolons, `pattern.pest` is the grammar, `lower` makes nodes.

mod lower;
mod prepare;

pub use prepare::is_go_keyword;

use crate::ast::{Form, OpForm, Pattern, PatternId, PatternNode};
use crate::codes;
use crate::diagnostic::{FileId, Sink};
use lower::Lower;
use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use rulec_tree::{Category, Kind, Span};

#[derive(pest_derive::Parser)]
#[grammar = "pattern.pest"]
struct PatternParser;

/// The categories with a grammar, by the word that rules write; a mismatch is looked for in this order.
const ENTRIES: &[(Category, &str, Rule, &str)] = &[
    (Category::Expr, "expr", Rule::expr_pattern, "an expression"),
    (Category::Type, "type", Rule::type_pattern, "a type"),
    (Category::Stmt, "stmt", Rule::stmt_pattern, "a statement"),
    (Category::Decl, "decl", Rule::decl_pattern, "a declaration"),
    (Category::List, "stmts", Rule::stmts_pattern, "a list of statements"),
    (Category::Field, "field", Rule::field_pattern, "a field"),
    (Category::File, "file", Rule::file_pattern, "a file"),
    (Category::Spec, "spec", Rule::spec_pattern, "a spec"),
];

/// The words for categories.
pub(crate) const CATEGORY_WORDS: &[&str] =
    &["expr", "stmt", "stmts", "decl", "type", "field", "spec", "file", "comment", "func"];

/// The category of a word; `func` is a form of pattern, not a category.
pub(crate) fn category(word: &str) -> Option<Category> {
    if word == "comment" {
        return Some(Category::Comment);
    }
    ENTRIES.iter().find(|entry| entry.1 == word).map(|entry| entry.0)
}

/// Parses `source[inner]` as a pattern of `category`; `None` once the mistake is reported.
pub(crate) fn parse(source: &str, inner: Span, category: Category, file: FileId, sink: &mut Sink) -> Option<Pattern> {
    if category == Category::Comment {
        return comment(source, inner, file, sink);
    }
    let text = prepare::prepare(source, inner.range());
    let entry = ENTRIES.iter().find(|entry| entry.0 == category)?;
    match parse_as(entry.2, &text, inner, category, file, sink) {
        Ok(pattern) => pattern,
        Err(error) => {
            report(source, &text, inner, entry, &error, file, sink);
            None
        }
    }
}

/// Parses the code of a fix: whatever pattern it is, `first` if it can be that.
pub(crate) fn parse_code(source: &str, inner: Span, first: Category, file: FileId, sink: &mut Sink) -> Option<Pattern> {
    let text = prepare::prepare(source, inner.range());
    let tried =
        [first, Category::Expr, Category::List, Category::Decl, Category::Type, Category::Field, Category::Spec];
    for category in tried {
        let Some(entry) = ENTRIES.iter().find(|entry| entry.0 == category) else { continue };
        if let Ok(pattern) = parse_as(entry.2, &text, inner, category, file, sink) {
            return pattern;
        }
    }
    let category = if first == Category::Comment { Category::List } else { first };
    let entry = ENTRIES.iter().find(|entry| entry.0 == category)?;
    if let Err(error) = parse_as(entry.2, &text, inner, category, file, sink) {
        report(source, &text, inner, entry, &error, file, sink);
    }
    None
}

/// `Err` if the grammar refuses the text, `Ok(None)` if lowering reported a mistake.
fn parse_as(
    rule: Rule,
    text: &str,
    inner: Span,
    category: Category,
    file: FileId,
    sink: &mut Sink,
) -> Result<Option<Pattern>, Box<Error<Rule>>> {
    crate::parse::limit_calls();
    let Some(entry) = PatternParser::parse(rule, text)?.next() else { return Ok(None) };
    let mut lower = Lower { nodes: Vec::new(), file, sink, base: inner.start, result_depth: 0 };
    let root = lower.root(entry);
    let nodes = lower.nodes;
    let Some(root) = root else { return Ok(None) };
    let pattern = Pattern { category, nodes, root, span: inner };
    Ok(check(pattern, file, sink))
}

/// What concerns single nodes wherever they stand.
fn check(pattern: Pattern, file: FileId, sink: &mut Sink) -> Option<Pattern> {
    let absent = |id: &PatternId| matches!(pattern.nodes[id.0 as usize].form, Form::Absent);
    for node in &pattern.nodes {
        let Form::Node { kind: Kind::TypeAssert, children, .. } = &node.form else { continue };
        if children.get(1).is_some_and(absent) {
            sink.error(codes::E0113, file, node.span, "`.(type)` stands in the header of a `switch` only")
                .help("write `switch $x.(type) { … }`, or `$x.($T)` for a type assertion");
            return None;
        }
    }
    if pattern.category == Category::Stmt && matches!(pattern.nodes[pattern.root.0 as usize].form, Form::Run(_)) {
        sink.error(codes::E0114, file, pattern.span, "a run is not one statement")
            .help("write `$x` for any statement, or a `stmts` pattern");
        return None;
    }
    Some(pattern)
}

/// `func $f` as a whole pattern; `name` is the hole's text with its `$`.
pub(crate) fn any_func(name: Option<&str>, span: Span) -> Pattern {
    let name = name.map(|name| name.trim_start_matches('$')).filter(|name| *name != "_").map(str::to_owned);
    let root = PatternNode { form: Form::AnyFunc(name), label: None, span };
    Pattern { category: Category::Decl, nodes: vec![root], root: PatternId(0), span }
}

fn comment(source: &str, inner: Span, file: FileId, sink: &mut Sink) -> Option<Pattern> {
    let text = source[inner.range()].trim();
    let start = inner.start + (source[inner.range()].len() - source[inner.range()].trim_start().len()) as u32;
    let span = Span::new(start, start + text.len() as u32);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(crate::lexer::is_name_byte);
    let form = if text.starts_with("//") || text.starts_with("/*") && text.ends_with("*/") && text.len() >= 4 {
        Form::Comment(Some(text.to_owned()))
    } else if text == "..." {
        Form::Comment(None)
    } else if let Some(name) = text.strip_prefix('$').filter(|name| is_name(name)) {
        Form::Hole((name != "_").then(|| name.to_owned()))
    } else {
        sink.error(codes::E0113, file, span, "this is not a comment")
            .help("write the comment with its `//` or `/* */` and `...` for any text in it, or `$c` for any comment");
        return None;
    };
    let root = PatternNode { form, label: None, span };
    Some(Pattern { category: Category::Comment, nodes: vec![root], root: PatternId(0), span: inner })
}

/// Reports a text that the grammar refuses: as a pattern of another category if it is one, else where it goes wrong.
fn report(
    source: &str,
    text: &str,
    inner: Span,
    entry: &(Category, &'static str, Rule, &'static str),
    error: &Error<Rule>,
    file: FileId,
    sink: &mut Sink,
) {
    let trimmed = trimmed(text, inner);
    if trimmed.start == trimmed.end {
        let message = format!("this `{}` pattern is empty", entry.1);
        let hole =
            format!("`{} {{ $x }}` is any {}", entry.1, entry.3.trim_start_matches("an ").trim_start_matches("a "));
        sink.error(codes::E0113, file, inner, message).help(hole);
        return;
    }
    if let ErrorVariant::CustomError { .. } = error.variant {
        sink.error(codes::E0123, file, trimmed, "this pattern is too long or too involved to parse")
            .help("cut it into several: `match expr { … }`, then `contains stmt { … }`");
        return;
    }
    for other in ENTRIES.iter().filter(|other| other.0 != entry.0) {
        if PatternParser::parse(other.2, text).is_ok() {
            let message = format!("this is {}, not {}", other.3, entry.3);
            sink.error(codes::E0112, file, trimmed, message).help(format!("write `{} {{ … }}`", other.1));
            return;
        }
    }
    report_syntax(source, inner, entry, error, file, sink);
}

fn report_syntax(
    source: &str,
    inner: Span,
    entry: &(Category, &'static str, Rule, &'static str),
    error: &Error<Rule>,
    file: FileId,
    sink: &mut Sink,
) {
    let offset = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let at = inner.start as usize + offset;
    let mut lexer = crate::lexer::Lexer::new(&source[..inner.end as usize], at);
    let (span, found) = match lexer.next_token() {
        Some(token) => (token.span, &source[token.span.range()]),
        // The closing brace; a type in a condition has none.
        None => (Span::new(inner.end, inner.end + u32::from(source[inner.end as usize..].starts_with('}'))), ""),
    };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(positives),
        ErrorVariant::CustomError { .. } => None,
    };
    let (code, message, help) = if found.starts_with("...") || found.starts_with("$*") {
        (
            codes::E0114,
            format!("the run `{found}` cannot stand here"),
            Some("a run stands for elements of a list (arguments, statements, fields); one node is `$x` or `$_`"),
        )
    } else if found.starts_with("$(") {
        (
            codes::E0116,
            "an alternation cannot stand here".to_owned(),
            Some("`$(a, b)` stands for an expression, a type, a name or an operator; for more write `{ … } or { … }`"),
        )
    } else if found.starts_with('@') {
        (
            codes::E0117,
            format!("the label `{found}` cannot stand here"),
            Some("a label stands behind a whole expression, statement, field or element"),
        )
    } else if found == "=" && ends_with_hole(&source[inner.start as usize..at]) {
        (
            codes::E0116,
            "a hole cannot be part of an assignment operator".to_owned(),
            Some("list the operators: `$x $(+=, -=) $y`"),
        )
    } else if found.is_empty() {
        (codes::E0113, format!("the pattern ends in the middle of {}", entry.3), None)
    } else {
        (codes::E0113, format!("`{}` cannot stand here in {}", first_line(found), entry.3), advice(found))
    };
    let diagnostic = sink.error(code, file, span, message).help(help);
    if let Some(expected) = expected {
        diagnostic.label(format!("expected {expected}"));
    }
}

/// Whether the last word of a text is a hole, with nothing behind it.
fn ends_with_hole(text: &str) -> bool {
    text.rsplit([' ', '\t', '\n']).next().is_some_and(|word| word.len() > 1 && word.starts_with('$'))
}

/// What helps where a certain text is in the way.
fn advice(found: &str) -> Option<&'static str> {
    match found {
        "|" | "||" => Some("alternatives are `$(a, b)`; `|` is Go's"),
        "=" | ":=" => Some("an assignment is a statement: `match stmt { … }`; a comparison is `==`"),
        "else" => Some("`else` stands on the line of the closing brace"),
        "{" => Some("a composite literal behind `if`, `for` or `switch` needs parentheses, as in Go"),
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

/// What the grammar would have taken, in words; `None` where there is too much to say.
fn expected(rules: &[Rule]) -> Option<String> {
    let mut words: Vec<&str> = rules.iter().filter_map(|rule| word_for(*rule)).collect();
    words.sort_unstable();
    words.dedup();
    match words[..] {
        [] => None,
        [only] => Some(only.to_owned()),
        [first, second] => Some(format!("{first} or {second}")),
        [first, second, third] => Some(format!("{first}, {second} or {third}")),
        _ => None,
    }
}

fn word_for(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::expr
        | Rule::expr_nc
        | Rule::unary
        | Rule::unary_nc
        | Rule::postfix
        | Rule::postfix_nc
        | Rule::operand
        | Rule::unary_op
        | Rule::expr_list
        | Rule::expr_list_nc
        | Rule::expr_item
        | Rule::arg
        | Rule::index_item
        | Rule::element
        | Rule::element_value
        | Rule::embedded
        | Rule::constraint => "an expression",
        Rule::go_type | Rule::type_prefix | Rule::type_core | Rule::results | Rule::named_type | Rule::type_arg => {
            "a type"
        }
        Rule::stmt | Rule::stmt_body | Rule::stmt_list | Rule::simple | Rule::run_stmt => "a statement",
        Rule::name | Rule::ident | Rule::field_name | Rule::name_item | Rule::name_list => "a name",
        Rule::block => "a block in braces",
        Rule::clauses | Rule::clause | Rule::case_clause | Rule::default_clause => "`case` or `default`",
        Rule::params => "parameters in parentheses",
        Rule::header | Rule::header_item | Rule::simple_nc => "a statement or condition",
        Rule::kw_package => "`package`",
        Rule::gen_decl | Rule::top_decl | Rule::func_decl => "a declaration",
        Rule::string_lit | Rule::import_path => "a string",
        _ => return None,
    })
}

/// Where the text stands without the blanks around it.
fn trimmed(text: &str, inner: Span) -> Span {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(start);
    Span::new(inner.start + start as u32, inner.start + end as u32)
}

/// Whether two patterns are the same but for where they stand in a file and in the arena.
pub fn same(a: &Pattern, b: &Pattern) -> bool {
    let mut pairs = vec![(a.root, b.root)];
    while let Some((left, right)) = pairs.pop() {
        let (Some(left), Some(right)) = (a.nodes.get(left.0 as usize), b.nodes.get(right.0 as usize)) else {
            return false;
        };
        if left.label.as_ref().map(|name| &name.value) != right.label.as_ref().map(|name| &name.value)
            || !same_form(&left.form, &right.form, &mut pairs)
        {
            return false;
        }
    }
    a.category == b.category
}

fn same_form(a: &Form, b: &Form, pairs: &mut Vec<(PatternId, PatternId)>) -> bool {
    let mut below = |a: &[PatternId], b: &[PatternId]| {
        pairs.extend(a.iter().copied().zip(b.iter().copied()));
        a.len() == b.len()
    };
    match (a, b) {
        (
            Form::Node { kind, op, text, children },
            Form::Node { kind: other_kind, op: other_op, text: other_text, children: other },
        ) => kind == other_kind && same_op(op, other_op) && text == other_text && below(children, other),
        (Form::OneOf(items), Form::OneOf(other)) => below(items, other),
        (Form::Hole(name), Form::Hole(other))
        | (Form::Run(name), Form::Run(other))
        | (Form::AnyFunc(name), Form::AnyFunc(other))
        | (Form::Comment(name), Form::Comment(other)) => name == other,
        (Form::Absent, Form::Absent) | (Form::Any, Form::Any) => true,
        _ => false,
    }
}

fn same_op(a: &OpForm, b: &OpForm) -> bool {
    a == b
}
