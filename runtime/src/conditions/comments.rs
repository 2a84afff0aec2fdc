//! Conditions on comments: documentation, directives, trailing comments.

use super::Facts;
use crate::value::Value;
use rulec_gofront::doc;
use rulec_plan::host::Tri;
use rulec_tree::{Category, Kind, Node, Op};

/// Whether the comment is a directive such as `//go:embed`.
pub(super) fn is_directive(facts: &Facts, node: Node) -> Tri {
    Tri::of(facts.tree().op(node) == Op::Directive)
}

/// Whether only white space stands before the comment on its line.
pub(crate) fn is_alone_on_its_line(facts: &Facts, comment: Node) -> bool {
    doc::is_alone_on_its_line(facts.file, facts.source, comment)
}

/// Whether code stands before the comment on its line.
pub(super) fn is_trailing(facts: &Facts, node: Node) -> Tri {
    let tree = facts.tree();
    if tree.kind(node) != Kind::Comment {
        return Tri::No;
    }
    let mut before = facts.before_on_line(tree.span(node).start);
    // Other comments on the line are no code.
    for comment in facts.comments_within(before).iter().rev() {
        let span = tree.span(*comment);
        if !is_blank(facts.slice(rulec_tree::Span::new(span.end, before.end))) {
            return Tri::Yes;
        }
        before.end = span.start;
    }
    Tri::of(!is_blank(facts.slice(before)))
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

/// Whether a comment lies within the node.
pub(super) fn has_comment(facts: &Facts, node: Node) -> Tri {
    Tri::of(!facts.comments_within(facts.tree().span(node)).is_empty())
}

/// Whether a comment stands directly above the declaration, spec or field, or above its group if it is the only one.
pub(super) fn has_doc(facts: &Facts, node: Node) -> Tri {
    Tri::of(!doc_comments(facts, node).is_empty())
}

/// The text of the comment directly above a declaration, spec or field, without comment marks and directives.
pub(super) fn doc(facts: &Facts, node: Node) -> Value {
    Value::Str(doc_text(facts, node).into_bytes())
}

/// The same, as text.
pub(super) fn doc_text(facts: &Facts, node: Node) -> String {
    doc::text(facts.file, facts.source, doc_comments(facts, node))
}

/// The comments directly above a node.
fn doc_comments<'f>(facts: &'f Facts, node: Node) -> &'f [Node] {
    doc::above(facts.file, facts.source, facts.comments(), node)
}

/// Whether the comment stands directly above a declaration, spec or field.
pub(super) fn is_doc(facts: &Facts, comment: Node) -> Tri {
    let tree = facts.tree();
    if tree.kind(comment) != Kind::Comment || !is_alone_on_its_line(facts, comment) {
        return Tri::No;
    }
    let Some(start) = code_below(facts, comment) else { return Tri::No };
    // Rows are in preorder, so spans start in ascending order but for the comments at the end.
    let code_rows = tree.slot(Node::ROOT, 2).0;
    let (mut low, mut high) = (0, code_rows);
    while low < high {
        let middle = low + (high - low) / 2;
        if tree.span(Node(middle)).start < start { low = middle + 1 } else { high = middle }
    }
    let documented = (low..code_rows)
        .map(Node)
        .take_while(|row| tree.span(*row).start == start)
        .any(|row| matches!(tree.kind(row).category(), Category::Decl | Category::Spec | Category::Field));
    Tri::of(documented)
}

/// Where the code starts on the line below the group of comments that `comment` belongs to.
pub(crate) fn code_below(facts: &Facts, comment: Node) -> Option<u32> {
    let tree = facts.tree();
    let comments = facts.comments();
    let index = comments.partition_point(|other| *other < comment);
    let mut line = facts.line(tree.span(comment).end);
    for next in comments.get(index + 1..).unwrap_or(&[]) {
        let span = tree.span(*next);
        if facts.line(span.start) != line + 1 || !is_alone_on_its_line(facts, *next) {
            break;
        }
        line = facts.line(span.end);
    }
    let start = facts.file.lines.line_start(line + 1)?;
    let rest = facts.slice(rulec_tree::Span::new(start, facts.line_end(start)));
    let indent = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some(start + indent as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::{at_mark, read};

    #[test]
    fn documentation_stands_directly_above() {
        for (source, text) in [
            ("package p\n\n// A does.\n// More.\n//go:noinline\nfunc /*@*/A() {}", "A does.\nMore."),
            ("package p\n\n// A does.\n\nfunc /*@*/A() {}", ""),
            ("package p\n\n/* A\ndoes. */\nfunc /*@*/A() {}", "A\ndoes."),
            ("package p\nvar x = 1 // trailing\nfunc /*@*/A() {}", ""),
            ("package p\n// V is.\nvar /*@*/v = 1", "V is."),
            ("package p\n// Both.\nvar (\n\t/*@*/v = 1\n\tw = 2\n)", ""),
            ("package p\nvar (\n\t// V is.\n\tv /*@*/ = 1\n\tw = 2\n)", "V is."),
            ("package p\n// One.\nvar (\n\tv /*@*/ = 1\n)", "One."),
            ("package p\ntype s struct {\n\t// F is.\n\tf /*@*/ int\n}", "F is."),
        ] {
            let file = read(source);
            let facts = Facts::new(&file, source.as_bytes(), "p.go");
            let at = source.find("/*@*/").unwrap() as u32;
            let documented = file.tree.nodes().filter(|node| {
                let span = file.tree.span(*node);
                let category = file.tree.kind(*node).category();
                let wanted = matches!(category, Category::Decl | Category::Spec | Category::Field);
                wanted && span.start <= at + 5 && at < span.end
            });
            let node = documented.max().unwrap();
            assert_eq!(doc(&facts, node).shown(), text, "{source}");
            assert_eq!(has_doc(&facts, node), Tri::of(!text.is_empty()), "{source}");
        }
    }

    #[test]
    fn comments_are_told_by_where_they_stand() {
        type Question = fn(&Facts, Node) -> Tri;
        let cases: &[(&str, Question, bool)] = &[
            ("package p\nvar x = 1 // C", is_trailing, true),
            ("package p\n/* a */ // C", is_trailing, false),
            ("package p\nvar x /* a */ = 1 /* b */ // C", is_trailing, true),
            ("package p\n// C\nfunc f() {}", is_trailing, false),
            ("package p\n// C\nfunc f() {}", is_doc, true),
            ("package p\n// C\n// more\nfunc f() {}", is_doc, true),
            ("package p\n// C\n\nfunc f() {}", is_doc, false),
            ("package p\nfunc f() {\n\t// C\n\tg()\n}", is_doc, false),
            ("package p\nfunc f() {\n\t// C\n\tvar x int\n}", is_doc, true),
            ("package p\ntype s struct {\n\t// C\n\ta int\n}", is_doc, true),
            ("package p\ntype s struct {\n\ta int // C\n}", is_doc, false),
            ("package p\n// C", is_doc, false),
            ("package p\n//go:embed C\nvar x string", is_directive, true),
            ("package p\n// go:embed C\nvar x string", is_directive, false),
        ];
        for (source, question, answer) in cases {
            let file = read(source);
            let facts = Facts::new(&file, source.as_bytes(), "p.go");
            let at = source.find('C').unwrap() as u32;
            let comment = facts.comments().iter().copied().find(|comment| file.tree.span(*comment).end > at).unwrap();
            assert_eq!(question(&facts, comment), Tri::of(*answer), "{source}");
        }
    }

    #[test]
    fn a_comment_lies_within_or_not() {
        at_mark("package p\nfunc f() { /*@*/g(a /* c */); h() }", |facts, statement| {
            assert_eq!(has_comment(facts, statement), Tri::Yes);
            let next = Node(facts.tree().end(statement).0);
            assert_eq!(has_comment(facts, next), Tri::No);
        });
    }
}
