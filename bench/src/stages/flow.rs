//! What happens in functions: from files to the bodies of all their functions, and to the call graph with a summary of each.
//!
//! All on one thread, cold, without a cache, over the same files as [`super::types`], tests included. Each stage contains
//! the ones before it: *types-whole* types every expression, *lower* makes the body of every function as well, *functions*
//! finds calls and summaries from the bottom up, packages that are imported included.

use super::types::Project;
use crate::{Sample, sample};
use rulec_calls::{Functions, NoFacts, Options};
use rulec_flow::FileFlow;
use rulec_flow::summary::Ignorance;
use rulec_program::Config;
use rulec_world::Packages;
use std::path::PathBuf;

/// The stages of one round.
pub struct Round {
    /// Parsing of the files by tree-sitter-go as it is published.
    pub plain: Sample,
    /// From files to the type of every expression.
    pub types: Sample,
    /// From files to the body of every function.
    pub lower: Sample,
    /// From files to the summary of every function.
    pub functions: Sample,
    /// How many functions have a summary.
    pub count: usize,
}

/// Measures every stage once.
///
/// # Panics
/// If tree-sitter and the grammar do not fit each other.
pub fn measure(project: &Project) -> Round {
    let mut count = 0;
    Round {
        plain: project.parse(),
        types: sample(|| {
            let mut rows = 0_u64;
            project.visit(|file, types| {
                file.tree.nodes().for_each(|node| {
                    types.ty(node);
                });
                rows += file.tree.len() as u64;
            });
            rows.to_le_bytes().to_vec()
        }),
        lower: sample(|| {
            let mut instructions = 0_u64;
            project.visit(|file, types| {
                let flow = FileFlow::new(file, Some(types), &Ignorance);
                instructions += flow.all().iter().map(|body| body.insts.len() as u64).sum::<u64>();
            });
            instructions.to_le_bytes().to_vec()
        }),
        functions: sample(|| {
            count = summarise_all(project.paths(), 1);
            (count as u64).to_le_bytes().to_vec()
        }),
        count,
    }
}

/// Summarises all functions of these files on so many threads; how many there are.
pub fn summarise_all(files: Vec<PathBuf>, threads: usize) -> usize {
    let packages = Packages::of_disk(Config::of_this_machine(), files, threads);
    let functions = Functions::new(&packages, Options { models: &[], facts: &NoFacts, tests: true, held_bytes: 0 });
    functions.known().packages().map(|(_, facts)| facts.functions.len()).sum()
}
