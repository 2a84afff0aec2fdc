//! Rendering: the text of a template with its holes filled, laid out as gofmt would where it goes.
//!
//! In: a template, the captures, the place. Out: [`Rendered`]. Captured code is copied as it stands, its lines moved to the new
//! indentation (raw strings stay untouched); the template's own lines are indented by their brackets.

use super::imports::{self, Package};
use crate::conditions::{Facts, Nodes};
use crate::evaluate::Captured;
use rulec_plan::manifest::{TemplateMeta, TemplatePiece};
use rulec_tree::{Category, Kind, KindSet, Node, Op, Span};

/// The strength of what never needs parentheses.
pub(super) const PRIMARY: u8 = 7;
/// The strength of unary expressions.
pub(super) const UNARY: u8 = 6;

/// A template with its holes filled.
pub(super) struct Rendered {
    pub(super) text: String,
    /// How tightly it binds, in the numbers of [`TemplateMeta::binds`]; nothing for what is no expression.
    pub(super) binds: Option<u8>,
    /// The source that it holds copies of.
    pub(super) copied: Vec<Span>,
    /// The packages that it names.
    pub(super) packages: Vec<Package>,
}

/// How tightly the expression `node` binds.
pub(super) fn strength(facts: &Facts, node: Node) -> u8 {
    let tree = facts.tree();
    match tree.kind(node) {
        Kind::Binary => tree.op(node).precedence(),
        Kind::Unary | Kind::Star => UNARY,
        _ => PRIMARY,
    }
}

/// The white space that the line of an offset starts with.
pub(super) fn indentation(facts: &Facts, offset: u32) -> String {
    let line = facts.slice(Span::new(facts.before_on_line(offset).start, facts.line_end(offset)));
    let width = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    String::from_utf8_lossy(&line[..width]).into_owned()
}

/// Fills a template for the place `span`.
///
/// # Errors
/// Why the code cannot be written here.
pub(super) fn render(
    facts: &Facts,
    template: &TemplateMeta,
    captures: &[Captured],
    span: Span,
    target: Nodes,
) -> Result<Rendered, String> {
    let mut filled = Filled { facts, segments: Vec::new(), copied: Vec::new(), packages: Vec::new(), target };
    for piece in &template.pieces {
        match piece {
            TemplatePiece::Text(text) => filled.segments.push(Segment::Template(text.clone())),
            TemplatePiece::Capture { capture, binds } => filled.capture(captures.get(capture.0 as usize), *binds)?,
            TemplatePiece::Package { path, name } => {
                let package = imports::package(facts, path, name, target)?;
                filled.segments.push(Segment::Code { text: package.prefix(), base: String::new(), fixed: Vec::new() });
                filled.packages.push(package);
            }
        }
    }
    let binds = binding(facts, template, captures);
    let (copied, packages) = (filled.copied, filled.packages);
    let text = match template.category {
        None => filled.segments.into_iter().map(Segment::into_text).collect(),
        Some(category) => {
            let statements = matches!(category, Category::Stmt | Category::Clause);
            let mut layout = Layout::new(indentation(facts, span.start), statements);
            layout.lay_out(trimmed(without_lost_separators(filled.segments)));
            layout.out
        }
    };
    Ok(Rendered { text, binds, copied, packages })
}

/// How tightly the result binds; a template that is one hole binds as what fills it.
fn binding(facts: &Facts, template: &TemplateMeta, captures: &[Captured]) -> Option<u8> {
    if !matches!(template.category, Some(Category::Expr | Category::Type | Category::Element)) {
        return None;
    }
    let is_blank = |piece: &&TemplatePiece| matches!(piece, TemplatePiece::Text(text) if text.trim().is_empty());
    let mut pieces = template.pieces.iter().filter(|piece| !is_blank(piece));
    let alone = match (pieces.next(), pieces.next()) {
        (Some(TemplatePiece::Capture { capture, .. }), None) => {
            captures.get(capture.0 as usize).and_then(Captured::nodes)
        }
        _ => None,
    };
    Some(alone.map_or(template.binds, |nodes| strength(facts, nodes.first)))
}

/// A part of the text to be laid out.
enum Segment {
    /// Text of the template.
    Template(String),
    /// Code copied from the file.
    Code {
        text: String,
        /// The indentation of the line it was copied from.
        base: String,
        /// Ranges in `text` whose line breaks are part of a literal.
        fixed: Vec<std::ops::Range<usize>>,
    },
    /// A hole that nothing fills.
    Nothing,
}

impl Segment {
    fn into_text(self) -> String {
        match self {
            Segment::Template(text) | Segment::Code { text, .. } => text,
            Segment::Nothing => String::new(),
        }
    }
}

struct Filled<'a> {
    facts: &'a Facts<'a>,
    segments: Vec<Segment>,
    copied: Vec<Span>,
    packages: Vec<Package>,
    /// What the new code is put in the place of.
    target: Nodes,
}

impl Filled<'_> {
    fn capture(&mut self, captured: Option<&Captured>, binds: u8) -> Result<(), String> {
        match captured {
            Some(Captured::Value(Some(value))) => {
                self.segments.push(Segment::Code { text: value.clone(), base: String::new(), fixed: Vec::new() });
                return Ok(());
            }
            Some(Captured::Type(ty)) if ty.in_reach => {
                for (path, name) in &ty.packages {
                    self.packages.push(imports::package(self.facts, path, name, self.target)?);
                }
                self.segments.push(Segment::Code { text: ty.text.clone(), base: String::new(), fixed: Vec::new() });
                return Ok(());
            }
            Some(Captured::Type(ty)) => return Err(format!("the file cannot write the type `{}`", ty.text)),
            Some(Captured::Value(None) | Captured::Way(_)) | None => {
                return Err("a value that the new code needs is not known".to_owned());
            }
            Some(Captured::Node(_) | Captured::Run(_)) => {}
        }
        let tree = self.facts.tree();
        let nodes = captured.and_then(Captured::nodes);
        let span = nodes.and_then(|nodes| nodes.span(tree)).filter(|span| span.start < span.end);
        let (Some(nodes), Some(span)) = (nodes, span) else {
            self.segments.push(Segment::Nothing);
            return Ok(());
        };
        let text = std::str::from_utf8(self.facts.slice(span)).map_err(|_| "the code here is not UTF-8")?;
        let wrap = matches!(captured, Some(Captured::Node(_))) && self.needs_parentheses(nodes.first, text, binds);
        self.copied.push(span);
        let (open, close) = if wrap { ("(", ")") } else { ("", "") };
        let spread = if self.ends_in_spread(nodes) { "..." } else { "" };
        let raw = nodes.rows().filter(|row| tree.kind(*row) == Kind::String).map(|row| tree.span(row).range());
        let shift = |at: usize| at - span.start as usize + open.len();
        let fixed = raw.map(|range| shift(range.start)..shift(range.end)).collect();
        let base = indentation(self.facts, span.start);
        self.segments.push(Segment::Code { text: format!("{open}{text}{spread}{close}"), base, fixed });
        Ok(())
    }

    fn needs_parentheses(&self, node: Node, text: &str, binds: u8) -> bool {
        const TYPES_OPEN_AT_THE_END: KindSet = KindSet::of(&[Kind::FuncType, Kind::ChanType]);
        let tree = self.facts.tree();
        if binds == 0 {
            return false;
        }
        if strength(self.facts, node) < binds {
            return true;
        }
        if binds == PRIMARY && TYPES_OPEN_AT_THE_END.contains(tree.kind(node)) {
            return true;
        }
        // `-` before `-x` would read as `--`, `<` before `-x` as `<-`, `&` before `&x` as `&&`.
        let before = match self.segments.last() {
            Some(Segment::Template(text)) => text.chars().last(),
            _ => None,
        };
        let glued = matches!(
            (before, text.chars().next()),
            (Some('-'), Some('-'))
                | (Some('+'), Some('+'))
                | (Some('&'), Some('&' | '^'))
                | (Some('<'), Some('-' | '<'))
        );
        binds == UNARY && glued
    }

    /// Whether a run reaches the `...` at the end of a call.
    fn ends_in_spread(&self, nodes: Nodes) -> bool {
        let tree = self.facts.tree();
        let call = tree.parent(nodes.first);
        tree.kind(call) == Kind::Call
            && tree.op(call) == Op::Spread
            && nodes.end == tree.end(call)
            && nodes.first != tree.slot(call, 0)
    }
}

/// Drops the comma next to a hole that nothing fills, and the space around it in braces.
fn without_lost_separators(mut segments: Vec<Segment>) -> Vec<Segment> {
    for index in 0..segments.len() {
        if !matches!(segments[index], Segment::Nothing) {
            continue;
        }
        if let Some([Segment::Template(before), _, Segment::Template(after)]) =
            index.checked_sub(1).and_then(|previous| segments.get_mut(previous..index + 2))
            && before.trim_end().ends_with('{')
            && after.trim_start().starts_with('}')
        {
            *before = before.trim_end().to_owned();
            *after = after.trim_start().to_owned();
            continue;
        }
        if let Some(Segment::Template(next)) = segments.get_mut(index + 1)
            && let Some(rest) = next.trim_start().strip_prefix(',')
        {
            *next = rest.trim_start().to_owned();
            continue;
        }
        if let Some(Segment::Template(previous)) = index.checked_sub(1).and_then(|before| segments.get_mut(before))
            && let Some(rest) = previous.trim_end().strip_suffix(',')
        {
            *previous = rest.to_owned();
        }
    }
    segments
}

/// Drops white space at both ends.
fn trimmed(mut segments: Vec<Segment>) -> Vec<Segment> {
    if let Some(Segment::Template(first)) = segments.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Segment::Template(last)) = segments.last_mut() {
        *last = last.trim_end().to_owned();
    }
    segments
}

/// Writes segments line by line.
struct Layout {
    out: String,
    /// The indentation of the place.
    outer: String,
    /// The brackets of the template that are open.
    open: Vec<Open>,
    line: usize,
    /// The first word of the statement at hand, where statements stand in the outermost list.
    head: String,
    /// The template is a list of statements.
    statements: bool,
    /// The next brace opens the body of a function.
    after_func: bool,
}

/// An open bracket.
struct Open {
    line: usize,
    /// The braces of a statement, which gofmt breaks into lines.
    is_block: bool,
    /// The statement that it belongs to.
    head: String,
}

impl Layout {
    fn new(outer: String, statements: bool) -> Layout {
        Layout {
            out: String::new(),
            outer,
            open: Vec::new(),
            line: 0,
            head: String::new(),
            statements,
            after_func: false,
        }
    }

    fn lay_out(&mut self, segments: Vec<Segment>) {
        for (index, segment) in segments.iter().enumerate() {
            match segment {
                Segment::Template(text) => self.template(text, &segments[index + 1..]),
                Segment::Code { text, base, fixed } => {
                    if self.head.is_empty() {
                        self.head.push('$');
                    }
                    self.code(text, base, fixed);
                }
                Segment::Nothing => {}
            }
        }
    }

    /// Copies code, moving its lines from the indentation `base` to that of the line being written.
    fn code(&mut self, text: &str, base: &str, fixed: &[std::ops::Range<usize>]) {
        let indent = self.indent_of_last_line();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let within_literal = fixed.iter().any(|range| range.start < at && at < range.end);
            match line.strip_prefix(base) {
                Some(rest) if at > 0 && !within_literal && !line.trim().is_empty() => {
                    self.out.push_str(&indent);
                    self.out.push_str(rest);
                }
                _ => self.out.push_str(line),
            }
            at += line.len();
            self.line += usize::from(line.ends_with('\n'));
        }
    }

    fn indent_of_last_line(&self) -> String {
        match self.out.rsplit_once('\n') {
            Some((_, line)) => line.chars().take_while(|next| matches!(next, ' ' | '\t')).collect(),
            None => self.outer.clone(),
        }
    }

    fn template(&mut self, text: &str, following: &[Segment]) {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let token = &rest[..token_length(rest)];
            rest = &rest[token.len()..];
            match next {
                '\n' => {
                    let blank_line = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
                    rest = rest.trim_start();
                    if blank_line && !self.out.ends_with("\n\n") && !rest.is_empty() {
                        self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
                        self.out.push('\n');
                    }
                    self.break_line(rest);
                }
                ';' if self.is_between_statements() => {
                    rest = rest.trim_start();
                    self.break_line(rest);
                }
                '{' | '(' | '[' => self.open_bracket(token, &mut rest, following),
                '}' | ')' | ']' => self.close_bracket(token),
                _ => {
                    if self.head.is_empty() && !next.is_whitespace() {
                        self.head = token.to_owned();
                    }
                    self.after_func |= token == "func";
                    self.out.push_str(token);
                }
            }
        }
    }

    /// Whether a `;` here ends a statement, rather than standing in the header of one.
    fn is_between_statements(&self) -> bool {
        let in_list = self.open.last().map_or(self.statements, |open| open.is_block);
        in_list && !is_header(&self.head)
    }

    fn open_bracket(&mut self, token: &str, rest: &mut &str, following: &[Segment]) {
        let in_list = self.open.last().map_or(self.statements, |open| open.is_block);
        let of_statement = in_list && (is_header(&self.head) || self.head.is_empty());
        // The body of a function stays on one line if it fits there.
        let of_function = token == "{" && std::mem::take(&mut self.after_func) && is_long_body(rest, following);
        let is_block = token == "{" && (of_statement || of_function);
        let head = std::mem::take(&mut self.head);
        self.open.push(Open { line: self.line, is_block, head });
        self.out.push_str(token);
        if is_block {
            *rest = rest.trim_start();
            if !rest.starts_with('}') {
                self.break_line(rest);
            }
        } else {
            self.head.push('$');
        }
    }

    fn close_bracket(&mut self, token: &str) {
        if let Some(open) = self.open.pop() {
            let opened_here = self.out.ends_with('{');
            let at_line_start = self.out.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
            if open.is_block && !at_line_start && !opened_here {
                self.out.truncate(self.out.trim_end().len());
                self.break_line(token);
            }
            self.head = open.head;
        }
        self.out.push_str(token);
    }

    /// Starts a line that begins with `next`.
    fn break_line(&mut self, next: &str) {
        self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
        self.line += 1;
        if self.open.last().map_or(self.statements, |open| open.is_block) {
            self.head.clear();
        }
        let closing = next.chars().take_while(|next| matches!(next, '}' | ')' | ']')).count();
        let still_open = &self.open[..self.open.len().saturating_sub(closing)];
        let mut lines: Vec<usize> = still_open.iter().map(|open| open.line).collect();
        lines.dedup();
        let is_label = next.starts_with("case ") || next.starts_with("default:");
        let depth = lines.len().saturating_sub(usize::from(is_label));
        self.out.push('\n');
        self.out.push_str(&self.outer);
        self.out.push_str(&"\t".repeat(depth));
    }
}

/// Whether what stands up to the closing brace takes more than one line.
fn is_long_body(rest: &str, following: &[Segment]) -> bool {
    let mut depth = 1;
    let texts = following.iter().map(|segment| match segment {
        Segment::Template(text) => (text.as_str(), false),
        Segment::Code { text, .. } => (text.as_str(), true),
        Segment::Nothing => ("", true),
    });
    for (mut text, is_copied) in std::iter::once((rest, false)).chain(texts) {
        if is_copied {
            if text.contains('\n') {
                return true;
            }
            continue;
        }
        while let Some(next) = text.chars().next() {
            match next {
                '{' => depth += 1,
                '}' => depth -= 1,
                ';' | '\n' => return true,
                _ => {}
            }
            if depth == 0 {
                return false;
            }
            text = &text[token_length(text)..];
        }
    }
    false
}

/// Whether a statement that starts with this word has a header before its braces.
fn is_header(head: &str) -> bool {
    matches!(head, "if" | "for" | "switch" | "select" | "else")
}

/// The length of the token that `text` starts with, as far as brackets and line breaks are concerned: a literal, a comment,
/// a word, or one character.
pub(super) fn token_length(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    match text.as_bytes() {
        [quote @ (b'"' | b'\'' | b'`'), ..] => literal_length(text, *quote),
        [b'/', b'/', ..] => text.find('\n').unwrap_or(text.len()),
        [b'/', b'*', ..] => text.find("*/").map_or(text.len(), |end| end + 2),
        _ => {
            let word = text.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(text.len());
            word.max(first)
        }
    }
}

fn literal_length(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote != b'`' => at += 1,
            _ if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str) -> String {
        let mut layout = Layout::new("\t".to_owned(), true);
        layout.lay_out(trimmed(vec![Segment::Template(text.to_owned())]));
        layout.out
    }

    #[test]
    fn statements_are_laid_out_as_gofmt_does() {
        for (template, text) in [
            ("a()", "a()"),
            ("a(); b()", "a()\n\tb()"),
            ("if x { return }", "if x {\n\t\treturn\n\t}"),
            (
                "if x := f(); x { a(); b() } else { c() }",
                "if x := f(); x {\n\t\ta()\n\t\tb()\n\t} else {\n\t\tc()\n\t}",
            ),
            ("for i := 0; i < n; i++ { }", "for i := 0; i < n; i++ {}"),
            ("\n      if x {\n            a()\n\n\n            b()\n      }\n", "if x {\n\t\ta()\n\n\t\tb()\n\t}"),
            ("defer func() { a() }()", "defer func() { a() }()"),
            ("x := []int{1, 2}", "x := []int{1, 2}"),
            ("f(func() {\n  a()\n})", "f(func() {\n\t\ta()\n\t})"),
            ("switch x {\ncase 1:\na()\ndefault:\nb()\n}", "switch x {\n\tcase 1:\n\t\ta()\n\tdefault:\n\t\tb()\n\t}"),
            ("a(\"{;\")", "a(\"{;\")"),
        ] {
            assert_eq!(laid_out(template), text, "{template}");
        }
    }

    #[test]
    fn copied_lines_move_but_raw_strings_stay() {
        let mut layout = Layout::new("\t\t".to_owned(), true);
        let code = "f(`a\n\tb`,\n\t\tc)";
        let raw = 2..8;
        layout.lay_out(vec![
            Segment::Template("if x { ".to_owned()),
            Segment::Code { text: code.to_owned(), base: "\t".to_owned(), fixed: vec![raw] },
            Segment::Template(" }".to_owned()),
        ]);
        assert_eq!(layout.out, "if x {\n\t\t\tf(`a\n\tb`,\n\t\t\t\tc)\n\t\t}");
    }

    #[test]
    fn the_body_of_a_function_is_broken_into_lines_if_it_is_long() {
        let filled = |code: &str| {
            let mut layout = Layout::new("\t".to_owned(), true);
            layout.lay_out(vec![
                Segment::Template("wg.Go(func() { ".to_owned()),
                Segment::Code { text: code.to_owned(), base: "\t\t".to_owned(), fixed: Vec::new() },
                Segment::Template(" })".to_owned()),
            ]);
            layout.out
        };
        assert_eq!(filled("a()"), "wg.Go(func() { a() })");
        assert_eq!(filled("a()\n\t\tb(1,\n\t\t\t2)"), "wg.Go(func() {\n\t\ta()\n\t\tb(1,\n\t\t\t2)\n\t})");
    }

    #[test]
    fn a_hole_that_nothing_fills_takes_its_comma_along() {
        let filled = |before: &str, after: &str| {
            let segments = vec![Segment::Template(before.into()), Segment::Nothing, Segment::Template(after.into())];
            without_lost_separators(segments).into_iter().map(Segment::into_text).collect::<String>()
        };
        assert_eq!(filled("f(", ", x)"), "f(x)");
        assert_eq!(filled("f(x, ", ")"), "f(x)");
        assert_eq!(filled("f(", ")"), "f()");
        assert_eq!(filled("f(func() { ", " })"), "f(func() {})");
    }
}
