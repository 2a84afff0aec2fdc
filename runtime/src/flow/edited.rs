//! What is known around a file that has changed since its package was looked at: text in an editor.
//!
//! In: what was known, the tree of the file then, and the tree now. Out: the same answers, with the rows of the tree as it is
//! now. Declarations at the start and at the end of the file that did not change have their old rows moved; of all
//! others it is unknown whom they call, who calls them and what goroutines do there. So an answer may be missing, and a
//! rule is undecided, but no answer is one about other code.

use super::around::Around;
use rulec_calls::package::PackageFacts;
use rulec_calls::{Above, Entity, FunctionKey, Targets};
use rulec_flow::{Knowledge, Summary};
use rulec_gofront::File;
use rulec_plan::host::Tri;
use rulec_tree::{Node, Tree};
use rulec_types::{Name, ObjId, Ty};
use std::path::Path;
use std::sync::OnceLock;

/// A file as it was when its package was looked at.
#[derive(Clone, Copy)]
pub(crate) struct Before<'e> {
    /// Its path.
    pub(crate) path: &'e Path,
    /// Its path, as keys of functions have it.
    pub(crate) name: Name,
    pub(crate) file: &'e File,
    pub(crate) source: &'e [u8],
}

/// What is known around a file that has changed.
pub(crate) struct Edited<'e> {
    inner: &'e (dyn Around + Sync),
    before: Before<'e>,
    rows: OnceLock<RowMap>,
}

impl<'e> Edited<'e> {
    pub(crate) fn new(inner: &'e (dyn Around + Sync), before: Before<'e>) -> Edited<'e> {
        Edited { inner, before, rows: OnceLock::new() }
    }

    fn rows(&self) -> &RowMap {
        self.rows.get_or_init(RowMap::default)
    }

    fn key_then(&self, key: &FunctionKey) -> Option<FunctionKey> {
        match *key {
            FunctionKey::At { file, row } if file == self.before.name => {
                Some(FunctionKey::At { file, row: self.rows().then(row)? })
            }
            key => Some(key),
        }
    }

    fn key_now(&self, key: &FunctionKey) -> Option<FunctionKey> {
        match *key {
            FunctionKey::At { file, row } if file == self.before.name => {
                Some(FunctionKey::At { file, row: self.rows().now(row)? })
            }
            key => Some(key),
        }
    }

    fn entity_then(&self, entity: &Entity) -> Option<Entity> {
        Some(match entity {
            Entity::Func(function) => Entity::Func(self.key_then(function)?),
            Entity::Param(function, number) => Entity::Param(self.key_then(function)?, *number),
            Entity::Result(function, number) => Entity::Result(self.key_then(function)?, *number),
            Entity::Type { .. } | Entity::Field { .. } | Entity::Global { .. } => *entity,
        })
    }
}

impl Knowledge for Edited<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.inner.as_knowledge().function(function)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.inner.as_knowledge().method(receiver, name)
    }
}

impl Around for Edited<'_> {
    fn as_knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn meet(&self, path: &Path, file: &File, source: &[u8]) {
        if path == self.before.path {
            // The run that this belongs to looks at one state of the file.
            self.rows.get_or_init(|| RowMap::new((self.before.file, self.before.source), (file, source)));
        }
    }

    fn callees(&self, path: &Path, call: Node) -> Targets {
        let Some(call) = self.row_then(path, call) else { return Targets::default() };
        let then = self.inner.callees(path, call);
        let functions: Vec<_> = then.functions.iter().filter_map(|function| self.key_now(function)).collect();
        Targets { complete: then.complete && functions.len() == then.functions.len(), functions }
    }

    fn param_count(&self, function: &FunctionKey) -> Option<usize> {
        self.inner.param_count(&self.key_then(function)?)
    }

    fn has_source(&self, function: &FunctionKey) -> bool {
        self.key_then(function).is_none_or(|function| self.inner.has_source(&function))
    }

    fn callers(&self, path: &Path, function: &FunctionKey) -> (Vec<Node>, Option<usize>) {
        let Some(function) = self.key_then(function) else { return (Vec::new(), None) };
        let (then, elsewhere) = self.inner.callers(path, &function);
        let now: Vec<Node> = then.iter().filter_map(|row| self.row_now(path, *row)).collect();
        let elsewhere = elsewhere.filter(|_| now.len() == then.len());
        (now, elsewhere)
    }

    fn holds(&self, fact: &str, entity: &Entity) -> Tri {
        self.entity_then(entity).map_or(Tri::Unknown, |entity| self.inner.holds(fact, &entity))
    }

    fn annotated_above(&self, function: &FunctionKey, name: &str) -> Option<Vec<Above<'_>>> {
        self.inner.annotated_above(&self.key_then(function)?, name)
    }

    fn reaching(&self, path: &Path, function: &FunctionKey) -> Option<Vec<Node>> {
        let then = self.inner.reaching(path, &self.key_then(function)?)?;
        Some(then.into_iter().filter_map(|row| self.row_now(path, row)).collect())
    }

    fn is_startup(&self, function: &FunctionKey) -> Option<bool> {
        self.inner.is_startup(&self.key_then(function)?)
    }

    fn package(&self, path: &Path) -> Option<&PackageFacts> {
        self.inner.package(path)
    }

    fn file_number(&self, path: &Path) -> Option<u32> {
        self.inner.file_number(path)
    }

    fn row_then(&self, path: &Path, row: Node) -> Option<Node> {
        if path == self.before.path { self.rows().then(row) } else { Some(row) }
    }

    fn row_now(&self, path: &Path, row: Node) -> Option<Node> {
        if path == self.before.path { self.rows().now(row) } else { Some(row) }
    }
}

/// Which rows of two states of a file are those of the same declaration.
#[derive(Debug, Default, PartialEq, Eq)]
struct RowMap {
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
    fn new((then, then_text): (&File, &[u8]), (now, now_text): (&File, &[u8])) -> RowMap {
        let (old, new) = (declarations(&then.tree), declarations(&now.tree));
        let is_same = |(old, new): (&Node, &Node)| {
            let text =
                |tree: &Tree, source: &'_ [u8], node: Node| source.get(tree.span(node).range()).map(<[u8]>::to_vec);
            text(&then.tree, then_text, *old) == text(&now.tree, now_text, *new)
                && have_same_shape(&then.tree, *old, &now.tree, *new)
        };
        let at_start = old.iter().zip(&new).take_while(|(old, new)| old == new && is_same((*old, *new))).count();
        let left = old.len().min(new.len()) - at_start;
        let at_end = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|pair| is_same(*pair)).count();
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
    fn then(&self, row: Node) -> Option<Node> {
        let is_tail = (self.tail_now..self.end_now).contains(&row.0);
        match row.0 < self.same_below {
            true => Some(row),
            false => is_tail.then(|| Node(row.0 - self.tail_now + self.tail_then)),
        }
    }

    /// The row that a row has now.
    fn now(&self, row: Node) -> Option<Node> {
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
}
