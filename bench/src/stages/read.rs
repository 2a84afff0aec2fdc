//! Reading: from paths to bytes. What a run costs at least.

use crate::corpus::Corpus;
use crate::{Sample, sample};

/// Reads every file again and drops it.
pub fn measure(corpus: &Corpus) -> Sample {
    sample(|| {
        let sizes = corpus.files.iter().map(|(path, _)| std::fs::read(path).map_or(0, |bytes| bytes.len() as u64));
        sizes.sum::<u64>().to_le_bytes().to_vec()
    })
}
