//! Reading Go text in tests of conditions.

use super::Facts;
use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Vocabulary};
use std::sync::Arc;

/// Reads a whole file.
pub(crate) fn read(source: &str) -> File {
    let file = Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
    assert!(file.coverage.is_full(), "{source}\n{:?}", file.coverage);
    file
}

/// Asks about the expression that stands for `EXPR` in `context`, as the right side of `_ = EXPR`.
pub(crate) fn with_expression<T>(context: &str, expression: &str, ask: impl Fn(&Facts, Node) -> T) -> T {
    let at = context.find("EXPR").unwrap() as u32;
    let source = context.replace("EXPR", expression);
    let file = read(&source);
    let facts = Facts::new(&file, source.as_bytes(), "p.go");
    let node = file.tree.nodes().find(|node| {
        let sides = file.tree.kind(file.tree.parent(*node)) == Kind::List;
        sides && file.tree.span(*node).start == at && file.tree.kind(*node) != Kind::Absent
    });
    ask(&facts, node.unwrap())
}

/// Asks about the outermost node that starts behind the comment `/*@*/`; lists, files and declarations that start
/// earlier do not count.
pub(crate) fn at_mark<T>(source: &str, ask: impl Fn(&Facts, Node) -> T) -> T {
    const MARK: &str = "/*@*/";
    let at = (source.find(MARK).unwrap() + MARK.len()) as u32;
    let file = read(source);
    let facts = Facts::new(&file, source.as_bytes(), "p.go");
    let node = file.tree.nodes().find(|node| {
        let kind = file.tree.kind(*node);
        file.tree.span(*node).start == at && !matches!(kind, Kind::Absent | Kind::List | Kind::Comment)
    });
    ask(&facts, node.unwrap())
}
