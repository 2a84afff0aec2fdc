//! Documentation: the comments directly above a declaration, spec or field.
//!
//! In: a file with its source, its comments, and a row. Out: the comments that document the row, and their text.
//!
//! **Absent:** what the text says; annotations in it are read by [`crate::annotation`].

use crate::reader::File;
use rulec_tree::{Category, Node, Op, Span};

/// The comments of a file in source order.
pub fn comments(file: &File) -> impl Iterator<Item = Node> + '_ {
    file.tree.children(file.tree.slot(Node::ROOT, 2))
}

/// Those of the comments that stand directly above a row: each alone on its lines, without blank lines between them and the
/// row. The only spec of a group is documented by what stands above the group as well.
///
/// `comments` are all of the file, in source order.
pub fn above<'c>(file: &File, source: &[u8], comments: &'c [Node], row: Node) -> &'c [Node] {
    let tree = &file.tree;
    let own = above_offset(file, source, comments, tree.span(row).start);
    let parent = tree.parent(row);
    // Groups may be thousands of specs long: only the second one is looked for.
    let is_only_one = || {
        tree.kind(row).category() == Category::Spec
            && tree.kind(parent).category() == Category::Decl
            && tree.children(parent).nth(1).is_none()
    };
    if own.is_empty() && is_only_one() { above_offset(file, source, comments, tree.span(parent).start) } else { own }
}

/// The text of comments without comment marks and directives, and without white space at its ends.
pub fn text(file: &File, source: &[u8], comments: &[Node]) -> String {
    let mut lines = Vec::new();
    for comment in comments.iter().filter(|comment| file.tree.op(**comment) != Op::Directive) {
        let bytes = source.get(file.tree.span(*comment).range()).unwrap_or_default();
        lines.push(unmarked(&String::from_utf8_lossy(bytes)));
    }
    lines.join("\n").trim().to_owned()
}

/// Whether only white space stands before the comment on its line.
pub fn is_alone_on_its_line(file: &File, source: &[u8], comment: Node) -> bool {
    is_first_on_its_line(file, source, file.tree.span(comment).start)
}

fn is_first_on_its_line(file: &File, source: &[u8], offset: u32) -> bool {
    let line_start = file.lines.line_start(file.lines.position(offset).0).unwrap_or(0);
    let before = source.get(Span::new(line_start, offset).range()).unwrap_or_default();
    before.iter().all(u8::is_ascii_whitespace)
}

fn above_offset<'c>(file: &File, source: &[u8], comments: &'c [Node], start: u32) -> &'c [Node] {
    if !is_first_on_its_line(file, source, start) {
        return &[];
    }
    let behind = comments.partition_point(|comment| file.tree.span(*comment).start < start);
    let mut first = behind;
    let mut line = file.lines.position(start).0;
    while let Some(&comment) = first.checked_sub(1).and_then(|index| comments.get(index)) {
        let span = file.tree.span(comment);
        if file.lines.position(span.end).0 + 1 != line || !is_alone_on_its_line(file, source, comment) {
            break;
        }
        line = file.lines.position(span.start).0;
        first -= 1;
    }
    comments.get(first..behind).unwrap_or_default()
}

/// The text of a comment without `//`, `/*` and `*/`; one space after `//` is no part of it.
fn unmarked(comment: &str) -> String {
    if let Some(line) = comment.strip_prefix("//") {
        return line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned();
    }
    let inner = comment.strip_prefix("/*").unwrap_or(comment);
    inner.strip_suffix("*/").unwrap_or(inner).to_owned()
}
