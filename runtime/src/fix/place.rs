//! Places: which bytes an edit covers so that lines, commas and parentheses come out right.

use super::template::{PRIMARY, Rendered, UNARY, indentation, token_length};
use crate::conditions::{Facts, Nodes};
use rulec_tree::{Category, Kind, Node, Span};

/// The text of `rendered`, in parentheses if what stands around the target binds more tightly.
pub(super) fn parenthesised(facts: &Facts, target: Nodes, rendered: Rendered) -> String {
    match rendered.binds {
        Some(binds) if binds < demanded(facts, target.first) => format!("({})", rendered.text),
        // The brace of a composite literal would open the body of the statement.
        Some(_) if is_in_header(facts, target.first) && has_open_brace(&rendered.text) => {
            format!("({})", rendered.text)
        }
        _ => rendered.text,
    }
}

/// Whether a node stands in the header of a statement with a body, not enclosed in brackets.
fn is_in_header(facts: &Facts, node: Node) -> bool {
    let tree = facts.tree();
    let mut at = node;
    for around in tree.ancestors(node) {
        match tree.kind(around) {
            Kind::If | Kind::For | Kind::Range | Kind::Switch | Kind::TypeSwitch => {
                return tree.kind(at) != Kind::Block;
            }
            Kind::Paren | Kind::CompositeLit | Kind::FuncLit | Kind::Block => return false,
            Kind::Call | Kind::Index | Kind::Slice if tree.slot(around, 0) != at => return false,
            _ => at = around,
        }
    }
    false
}

/// Whether code has a brace outside of other brackets.
fn has_open_brace(code: &str) -> bool {
    let (mut depth, mut rest) = (0, code);
    while let Some(next) = rest.chars().next() {
        match next {
            '{' if depth == 0 => return true,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        rest = &rest[token_length(rest)..];
    }
    false
}

/// How tightly an expression has to bind to stand where `node` stands.
fn demanded(facts: &Facts, node: Node) -> u8 {
    let tree = facts.tree();
    let parent = tree.parent(node);
    let is_first = tree.slot(parent, 0) == node;
    match tree.kind(parent) {
        // Operators of one level group to the left.
        Kind::Binary if is_first => tree.op(parent).precedence(),
        Kind::Binary => tree.op(parent).precedence() + 1,
        Kind::Unary | Kind::Star => UNARY,
        Kind::Selector | Kind::Index | Kind::Slice | Kind::Call | Kind::TypeAssert if is_first => PRIMARY,
        _ => 0,
    }
}

/// The bytes that go with a target: a statement takes its line with it, a list element its comma.
///
/// # Errors
/// Why it cannot be removed.
pub(super) fn deletion(facts: &Facts, target: Nodes, span: Span) -> Result<Span, String> {
    let tree = facts.tree();
    let node = target.first;
    let parent = tree.parent(node);
    let kind = tree.kind(node);
    let is_whole_list = |list: Node| tree.children(list).count() == target.elements(tree).count();
    match (kind.category(), tree.kind(parent)) {
        (Category::Comment, _) => Ok(lines_or_gap(facts, span)),
        // A statement that is an expression goes as a statement; the only spec goes with its declaration.
        (_, Kind::ExprStmt | Kind::DeclStmt) => deletion(facts, Nodes::one(tree, parent), tree.span(parent)),
        (Category::Spec, _)
            if parent.0 != 0 && tree.kind(parent).category() == Category::Decl && is_whole_list(parent) =>
        {
            deletion(facts, Nodes::one(tree, parent), tree.span(parent))
        }
        (_, Kind::If) if tree.slot(parent, 3) == node => Ok(Span::new(tree.span(tree.slot(parent, 2)).end, span.end)),
        (_, Kind::If | Kind::Switch | Kind::TypeSwitch) if tree.slot(parent, 0) == node => {
            behind_semicolon(facts, span)
        }
        (_, Kind::Field) if tree.slot(parent, 2) == node => Ok(with_space_before(facts, span)),
        (_, Kind::Return) => list_element(facts, target, span, true),
        (_, Kind::Call | Kind::Index | Kind::CompositeLit) if tree.slot(parent, 0) != node => {
            list_element(facts, target, span, false)
        }
        (
            Category::Decl | Category::Spec | Category::Stmt | Category::Clause,
            Kind::List | Kind::Block | Kind::Case | Kind::Comm,
        )
        | (Category::Spec, _)
        | (Category::Field, Kind::StructType | Kind::InterfaceType) => Ok(lines(facts, span)),
        (_, Kind::List) => list_element(facts, target, span, false),
        (Category::Stmt, _) => Err("the statement cannot be left out where it stands".to_owned()),
        _ => Ok(with_space_before(facts, span)),
    }
}

/// Where new code goes, and the code with what separates it from its neighbours.
///
/// # Errors
/// Why nothing can be added here.
pub(super) fn insertion(
    facts: &Facts,
    target: Nodes,
    span: Span,
    before: bool,
    text: &str,
) -> Result<(u32, String), String> {
    const SEPARATE_LINES: [Category; 5] =
        [Category::Decl, Category::Spec, Category::Stmt, Category::Clause, Category::Comment];
    let tree = facts.tree();
    let (node, parent) = (target.first, tree.parent(target.first));
    if tree.kind(parent) == Kind::ExprStmt {
        return insertion(facts, Nodes::one(tree, parent), tree.span(parent), before, text);
    }
    let category = tree.kind(node).category();
    let is_member = matches!(tree.kind(parent), Kind::StructType | Kind::InterfaceType);
    if !SEPARATE_LINES.contains(&category) && !is_member {
        let at = if before { span.start } else { span.end };
        return Ok((at, if before { format!("{text}, ") } else { format!(", {text}") }));
    }
    let around = Span::new(facts.before_on_line(span.start).start, facts.line_end(span.end));
    let is_alone = is_blank(facts.slice(Span::new(around.start, span.start))) && is_end_of_line(facts, span.end);
    if !is_alone {
        return Err("other code stands on the same line".to_owned());
    }
    let indent = indentation(facts, span.start);
    // Declarations of a file keep an empty line between them.
    let gap = if category == Category::Decl && tree.parent(parent) == Node::ROOT { "\n" } else { "" };
    if before {
        let at = start_of_doc(facts, span.start);
        return Ok((at, format!("{text}\n{gap}{indent}")));
    }
    Ok((around.end, format!("\n{gap}{indent}{text}")))
}

/// The offset where the comments directly above the line of `start` begin, behind their indentation.
fn start_of_doc(facts: &Facts, start: u32) -> u32 {
    let tree = facts.tree();
    let comments = facts.comments();
    let behind = comments.partition_point(|comment| tree.span(*comment).start < start);
    let (mut at, mut line) = (start, facts.line(start));
    for comment in comments[..behind].iter().rev() {
        let span = tree.span(*comment);
        if facts.line(span.end) + 1 != line || !crate::conditions::is_alone_on_its_line(facts, *comment) {
            break;
        }
        (at, line) = (span.start, facts.line(span.start));
    }
    at
}

/// The lines of a span if nothing else stands on them; a comment behind stays.
fn lines(facts: &Facts, span: Span) -> Span {
    let before = Span::new(facts.before_on_line(span.start).start, span.start);
    let behind = Span::new(span.end, facts.line_end(span.end));
    let rest = facts.slice(behind).trim_ascii_start();
    if let Some(rest) = rest.strip_prefix(b";") {
        let rest = rest.trim_ascii_start();
        return Span::new(span.start, behind.end - rest.len() as u32);
    }
    if !is_blank(facts.slice(before)) {
        return behind_statement(facts, span);
    }
    if rest.is_empty() {
        return whole_lines(facts, before.start, behind.end);
    }
    // Behind the target stands a comment, which stays, or the brace that closes a block.
    Span::new(span.start, behind.end - rest.len() as u32)
}

/// A target behind other code on its line: the `;` or space between goes too.
fn behind_statement(facts: &Facts, span: Span) -> Span {
    let line = facts.before_on_line(span.start);
    let before = facts.slice(line).trim_ascii_end();
    let before = before.strip_suffix(b";").unwrap_or(before).trim_ascii_end();
    let start = line.start + before.len() as u32;
    // `{ a() }` becomes `{}`.
    let behind = facts.slice(Span::new(span.end, facts.line_end(span.end)));
    let space = behind.len() - behind.trim_ascii_start().len();
    let closes = before.ends_with(b"{") && behind.trim_ascii_start().starts_with(b"}");
    Span::new(start, span.end + if closes { space as u32 } else { 0 })
}

/// From the start of a line to behind the break of another, with one empty line if two would meet.
fn whole_lines(facts: &Facts, start: u32, end: u32) -> Span {
    let next = behind_line_break(facts, end);
    let is_blank_line = |at: u32| is_blank(facts.slice(Span::new(at, facts.line_end(at))));
    let line_before = facts.line(start).checked_sub(1).and_then(|line| facts.file.lines.line_start(line));
    let blank_before = line_before.is_none_or(is_blank_line);
    let end_of_file = facts.source.len() as u32;
    if blank_before && next < end_of_file && is_blank_line(next) {
        return Span::new(start, behind_line_break(facts, facts.line_end(next)));
    }
    if blank_before && next >= end_of_file {
        // The last thing of a file: the empty line before it goes.
        return Span::new(line_before.unwrap_or(start), next);
    }
    Span::new(start, next)
}

fn behind_line_break(facts: &Facts, end: u32) -> u32 {
    match facts.source.get(end as usize..) {
        Some([b'\r', b'\n', ..]) => end + 2,
        Some([b'\n', ..]) => end + 1,
        _ => end,
    }
}

/// A comment: its lines if it stands alone, or the space before it.
fn lines_or_gap(facts: &Facts, span: Span) -> Span {
    let before = facts.before_on_line(span.start);
    if is_blank(facts.slice(before)) && is_blank(facts.slice(Span::new(span.end, facts.line_end(span.end)))) {
        return whole_lines(facts, before.start, facts.line_end(span.end));
    }
    with_space_before(facts, span)
}

fn with_space_before(facts: &Facts, span: Span) -> Span {
    let before = facts.before_on_line(span.start);
    let kept = facts.slice(before).trim_ascii_end().len() as u32;
    Span::new(before.start + kept, span.end)
}

/// An `init` statement with the `;` behind it.
fn behind_semicolon(facts: &Facts, span: Span) -> Result<Span, String> {
    let rest = facts.slice(Span::new(span.end, facts.line_end(span.end)));
    let trimmed = rest.trim_ascii_start();
    let behind = trimmed.strip_prefix(b";").ok_or("what follows the statement is on another line")?;
    let behind = behind.trim_ascii_start();
    Ok(Span::new(span.start, span.end + (rest.len() - behind.len()) as u32))
}

/// Elements of a list with the comma behind them, or before them if they are the last.
fn list_element(facts: &Facts, target: Nodes, span: Span, is_return: bool) -> Result<Span, String> {
    let tree = facts.tree();
    let parent = tree.parent(target.first);
    let slots = tree.kind(parent).shape().slots.len();
    let elements: Vec<Node> = tree.children(parent).skip(slots).collect();
    let index = elements.iter().position(|element| *element == target.first).ok_or("it is not an element of a list")?;
    let count = target.elements(tree).count();
    let (previous, next) = (index.checked_sub(1).map(|at| elements[at]), elements.get(index + count));
    let alone_on_lines = is_blank(facts.slice(facts.before_on_line(span.start)));
    let comma_behind = skip_comma(facts, span.end);
    match (previous, next, comma_behind) {
        // On lines of its own: `x,` goes with its lines.
        (_, _, Some(behind)) if alone_on_lines && is_end_of_line(facts, behind) => {
            Ok(match facts.slice(Span::new(behind, facts.line_end(behind))).trim_ascii() {
                [] => whole_lines(facts, facts.before_on_line(span.start).start, facts.line_end(behind)),
                _ => Span::new(span.start, behind),
            })
        }
        (_, Some(next), Some(_)) => Ok(Span::new(span.start, tree.span(*next).start)),
        (Some(previous), None, _) => Ok(Span::new(tree.span(previous).end, span.end)),
        (None, None, Some(behind)) => Ok(Span::new(span.start, behind)),
        (None, None, None) if is_return => Ok(with_space_before(facts, span)),
        (None, None, None) => Ok(span),
        (_, Some(_), None) => Err("no comma follows it".to_owned()),
    }
}

/// The offset behind the comma that follows `at`, comments and white space apart.
fn skip_comma(facts: &Facts, at: u32) -> Option<u32> {
    let rest = facts.source.get(at as usize..)?;
    let space = rest.len() - rest.trim_ascii_start().len();
    (rest.get(space) == Some(&b',')).then_some(at + space as u32 + 1)
}

/// Whether only a comment stands behind `at` on its line.
fn is_end_of_line(facts: &Facts, at: u32) -> bool {
    let rest = facts.slice(Span::new(at, facts.line_end(at))).trim_ascii_start();
    rest.is_empty() || rest.starts_with(b"//") || (rest.starts_with(b"/*") && rest.ends_with(b"*/"))
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}
