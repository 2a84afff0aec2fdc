//! Which lines belong to one declaration: what a finding that is about a whole function hangs on.

use rulec_gofront::Reader;
use rulec_tree::{Node, Vocabulary};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The lines of each declaration at the top of a Go file, in source order; none if it cannot be read.
pub fn declaration_lines(source: &[u8]) -> Vec<RangeInclusive<u32>> {
    let Ok(file) = Reader::new().read(source, &Arc::new(Vocabulary::default())) else { return Vec::new() };
    let line = |offset| file.lines.position(offset).0;
    let declarations = file.tree.children(file.tree.slot(Node::ROOT, 1));
    declarations.map(|row| file.tree.span(row)).map(|span| line(span.start)..=line(span.end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_told_by_their_lines() {
        let source = b"package p\n\nimport \"os\"\n\n// F is.\nfunc F() {\n\tos.Exit(1)\n}\n\nvar (\n\ta = 1\n)\n";
        assert_eq!(declaration_lines(source).last(), Some(&(10..=12)));
        assert!(declaration_lines(source).contains(&(6..=8)));
        assert_eq!(declaration_lines(b"\xff"), []);
    }
}
