//! Which declarations of two states of a file are the same.
//!
//! In: the trees and texts of both. Out: [`RowMap`], which finds the rows of declarations again that did not change, and
//! [`Changed`], which says where the others are. What is the same stands at the start and at the end of the file: who types changes
//! one place.

use rulec_gofront::File;
use rulec_tree::{Node, Span, Tree};
use std::ops::Range;

/// A state of a file.
pub(crate) type State<'s> = (&'s File, &'s [u8]);

/// The top-level declarations of two states, and how many at the start and at the end are the same.
struct Declarations {
    then: Vec<Node>,
    now: Vec<Node>,
    at_start: usize,
    at_end: usize,
}

impl Declarations {
    fn new((then, then_text): State<'_>, (now, now_text): State<'_>) -> Declarations {
        let (old, new) = (declarations(&then.tree), declarations(&now.tree));
        let is_same = |(old, new): (&Node, &Node)| {
            let text_then = then_text.get(then.tree.span(*old).range());
            text_then == now_text.get(now.tree.span(*new).range()) && have_same_shape(&then.tree, *old, &now.tree, *new)
        };
        let at_start = old.iter().zip(&new).take_while(|(old, new)| old == new && is_same((*old, *new))).count();
        let left = old.len().min(new.len()) - at_start;
        let at_end = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|pair| is_same(*pair)).count();
        Declarations { then: old, now: new, at_start, at_end }
    }
}

/// Where two states of a file differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    /// The rows of the declarations that are new or not the same.
    pub(crate) rows: Range<u32>,
    /// What lies between the declarations that are the same, then and now.
    pub(crate) then: Span,
    pub(crate) now: Span,
}

impl Changed {
    pub(crate) fn between(then: State<'_>, now: State<'_>) -> Changed {
        let all = Declarations::new(then, now);
        let (first, behind) = (all.at_start, all.now.len() - all.at_end);
        let rows = match (all.now.get(first), behind.checked_sub(1).and_then(|last| all.now.get(last))) {
            (Some(start), Some(last)) if first < behind => start.0..now.0.tree.end(*last).0,
            _ => 0..0,
        };
        let span = |(file, text): State<'_>, own: &[Node]| {
            let start = match first.checked_sub(1).and_then(|last| own.get(last)) {
                Some(last) => file.tree.span(*last).end,
                None => own.first().map_or(0, |first| file.tree.span(*first).start),
            };
            let end = own.get(own.len() - all.at_end).map_or(text.len() as u32, |next| file.tree.span(*next).start);
            Span::new(start, end)
        };
        Changed { rows, then: span(then, &all.then), now: span(now, &all.now) }
    }
}

/// Which rows of two states of a file are those of the same declaration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RowMap {
    /// Declarations at the start: before this row, rows are the same.
    same_below: u32,
    /// Declarations at the end: from these rows on, then and now, rows are the same but for where they begin.
    tail_then: u32,
    tail_now: u32,
    /// One past the last row of the last declaration, then and now.
    end_then: u32,
    end_now: u32,
}

impl RowMap {
    pub(crate) fn new(then: State<'_>, now: State<'_>) -> RowMap {
        let Declarations { then: old, now: new, at_start, at_end } = Declarations::new(then, now);
        let (then, now) = (then.0, now.0);
        let first_row = |tree: &Tree, decls: &[Node], from: usize| match decls.get(from) {
            Some(decl) => decl.0,
            None => end_of(tree, decls),
        };
        RowMap {
            same_below: match at_start.checked_sub(1).and_then(|last| old.get(last)) {
                Some(last) => then.tree.end(*last).0,
                None => 0,
            },
            tail_then: first_row(&then.tree, &old, old.len() - at_end),
            tail_now: first_row(&now.tree, &new, new.len() - at_end),
            end_then: end_of(&then.tree, &old),
            end_now: end_of(&now.tree, &new),
        }
    }

    /// The row that a row had.
    pub(crate) fn then(&self, row: Node) -> Option<Node> {
        let is_tail = (self.tail_now..self.end_now).contains(&row.0);
        match row.0 < self.same_below {
            true => Some(row),
            false => is_tail.then(|| Node(row.0 - self.tail_now + self.tail_then)),
        }
    }

    /// The row that a row has now.
    pub(crate) fn now(&self, row: Node) -> Option<Node> {
        let is_tail = (self.tail_then..self.end_then).contains(&row.0);
        match row.0 < self.same_below {
            true => Some(row),
            false => is_tail.then(|| Node(row.0 - self.tail_then + self.tail_now)),
        }
    }
}

/// The top-level declarations of a file.
fn declarations(tree: &Tree) -> Vec<Node> {
    tree.children(tree.slot(Node::ROOT, 1)).collect()
}

fn end_of(tree: &Tree, declarations: &[Node]) -> u32 {
    declarations.last().map_or(0, |last| tree.end(*last).0)
}

/// Whether two declarations have the same rows: what names mean elsewhere in the file can make one text two things.
fn have_same_shape(then: &Tree, old: Node, now: &Tree, new: Node) -> bool {
    let (old_rows, new_rows) = (old.0..then.end(old).0, new.0..now.end(new).0);
    old_rows.len() == new_rows.len()
        && old_rows.zip(new_rows).all(|(old, new)| then.kind(Node(old)) == now.kind(Node(new)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_gofront::Reader;
    use std::sync::Arc;

    fn read(text: &str) -> File {
        Reader::new().read(text.as_bytes(), &Arc::default()).expect("Go text")
    }

    /// For each identifier of the text now, that of the text before at the row that it had.
    fn moved(then: &str, now: &str) -> Vec<(String, Option<String>)> {
        let (old, new) = (read(then), read(now));
        let map = RowMap::new((&old, then.as_bytes()), (&new, now.as_bytes()));
        let idents = new.tree.nodes().filter(|node| new.tree.kind(*node) == rulec_tree::Kind::Ident);
        let told = idents.map(|node| {
            let text = |file: &File, node: Node| file.texts.str(file.tree.text(node)).into_owned();
            let before = map.then(node);
            assert!(before.is_none_or(|before| map.now(before) == Some(node)), "there and back");
            (text(&new, node), before.map(|before| text(&old, before)))
        });
        told.collect()
    }

    #[test]
    fn rows_of_declarations_that_did_not_change_are_found_again() {
        let then = "package p\n\nvar a = b\n\nfunc c() { d() }\n\nfunc e() { f() }\n";
        let now = "package p\n\nvar a = b\n\nfunc c() { g(h, i) }\n\nfunc j() {}\n\nfunc e() { f() }\n";
        for (name, before) in moved(then, now) {
            let is_changed = ["c", "g", "h", "i", "j"].contains(&name.as_str());
            assert_eq!(before, (!is_changed).then(|| name.clone()), "{name}");
        }
    }

    #[test]
    fn a_file_that_did_not_change_has_its_rows() {
        let text = "package p\n\nfunc a() { b() }\n";
        assert!(moved(text, text).iter().all(|(name, before)| before.as_ref() == Some(name)));
    }

    #[test]
    fn a_text_that_means_something_else_now_is_new() {
        let then = "package p\n\nfunc a(x int) { _ = T(x) }\n";
        let now = "package p\n\nfunc a(x int) { _ = T(x) }\n\ntype T int\n";
        let (old, new) = (read(then), read(now));
        let map = RowMap::new((&old, then.as_bytes()), (&new, now.as_bytes()));
        let last = Node(map.same_below.saturating_sub(1));
        assert!(map.same_below == 0 || old.tree.kind(last) == new.tree.kind(last));
    }

    #[test]
    fn what_changed_lies_between_what_did_not() {
        let then = "package p\n\nvar a = b\n\nfunc c() { d() }\n\nfunc e() { f() }\n";
        for (now, decl, before, after) in [
            (then.to_owned(), None, "\n", "\n"),
            (
                then.replace("d()", "d(1)"),
                Some("func c() { d(1) }"),
                "\n\nfunc c() { d() }\n\n",
                "\n\nfunc c() { d(1) }\n\n",
            ),
            (then.replace("func e() { f() }\n", ""), None, "\n\nfunc e() { f() }\n", "\n\n"),
            (then.replace("var a = b", ""), None, "var a = b\n\n", ""),
        ] {
            let (old, new) = (read(then), read(&now));
            let changed = Changed::between((&old, then.as_bytes()), (&new, now.as_bytes()));
            let first = (!changed.rows.is_empty()).then(|| &now[new.tree.span(Node(changed.rows.start)).range()]);
            assert_eq!((first, &then[changed.then.range()], &now[changed.now.range()]), (decl, before, after), "{now}");
        }
    }
}
