//! Parsing: from bytes to tree-sitter's tree. The yardstick of all others: by tree-sitter-go as it is published, and by
//! the amended grammar that the Go front end uses.

use crate::corpus::Corpus;
use crate::{Sample, sample};
use tree_sitter::Language;

/// Parses every file by the published grammar.
///
/// # Panics
/// If tree-sitter and the grammar do not fit each other.
pub fn measure_plain(corpus: &Corpus) -> Sample {
    measure_with(corpus, &tree_sitter_go::LANGUAGE.into())
}

/// Parses every file by the amended grammar.
///
/// # Panics
/// If tree-sitter and the grammar do not fit each other.
pub fn measure(corpus: &Corpus) -> Sample {
    measure_with(corpus, &rulec_gofront::language())
}

/// Parses every file and drops the tree. Files are in memory already.
fn measure_with(corpus: &Corpus, language: &Language) -> Sample {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(language).expect("the grammar fits the library");
    sample(|| {
        let ends = corpus
            .files
            .iter()
            .map(|(_, source)| parser.parse(source, None).map_or(0, |tree| tree.root_node().end_byte() as u64));
        ends.sum::<u64>().to_le_bytes().to_vec()
    })
}
