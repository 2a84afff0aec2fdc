//! The Go front end: from bytes to the canonical tree with names. Parsing is part of it.

use crate::corpus::Corpus;
use crate::{Sample, sample};
use rulec_gofront::Reader;
use rulec_tree::Vocabulary;
use std::sync::Arc;

/// Reads every file into a tree and drops it.
pub fn measure(corpus: &Corpus) -> Sample {
    let mut reader = Reader::new();
    let vocabulary = Arc::new(Vocabulary::default());
    sample(|| {
        let rows =
            corpus.files.iter().map(|(_, source)| reader.read(source, &vocabulary).map_or(0, |file| file.tree.len()));
        (rows.sum::<usize>() as u64).to_le_bytes().to_vec()
    })
}
