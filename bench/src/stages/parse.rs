//! Parsing: from bytes to tree-sitter's tree. The yardstick of all others.

use crate::corpus::Corpus;
use crate::{Sample, sample};

/// Parses every file and drops the tree. Files are in memory already.
///
/// # Panics
/// If tree-sitter and the grammar do not fit each other.
pub fn measure(corpus: &Corpus) -> Sample {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&rulec_gofront::language()).expect("the grammar fits the library");
    sample(|| {
        let ends = corpus
            .files
            .iter()
            .map(|(_, source)| parser.parse(source, None).map_or(0, |tree| tree.root_node().end_byte() as u64));
        ends.sum::<u64>().to_le_bytes().to_vec()
    })
}
