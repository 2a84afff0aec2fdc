//! What is kept of a check: its outcome, and what was asked for it.

use crate::conditions::Facts;
use crate::disk::DiskQuestion;
use crate::finding::Outcome;
use crate::flow::around::OfFile;
use rulec_calls::{Functions, Known};
use rulec_world::{ContentHash, PackageKey, Question, World};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How far a check went for its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Level {
    /// Not beyond the file.
    #[default]
    Alone,
    /// To the types of its package and of those that it imports.
    Types,
    /// To what functions do.
    Program,
}

/// What the check of a file asked for.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) level: Level,
    disk: BTreeMap<DiskQuestion, ContentHash>,
    packages: BTreeSet<Question>,
    program: FxHashSet<rulec_calls::asked::Question>,
}

impl Asked {
    /// What was asked of the facts of a file until now.
    pub(crate) fn of(facts: &Facts, around: Option<&OfFile>) -> Asked {
        let types = facts.asked_types();
        let program = around.and_then(OfFile::asked);
        let level = match (&types, &program) {
            (_, Some(_)) => Level::Program,
            (Some(_), None) => Level::Types,
            (None, None) => Level::Alone,
        };
        let packages = types.and_then(Result::ok).map(rulec_world::FileTypes::asked).unwrap_or_default();
        Asked { level, disk: facts.asked_disk(), packages, program: program.unwrap_or_default() }
    }
}

/// The results of the files of a folder.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) level: Level,
    /// In the order of the files.
    pub(super) outcomes: Vec<Outcome>,
    disk: BTreeMap<DiskQuestion, ContentHash>,
    packages: Vec<(Question, ContentHash)>,
    /// Questions to all packages, as `rulec-calls` keeps them.
    program: Vec<u8>,
}

impl Record {
    /// What is to be kept of these outcomes; none if an answer that they hang on is not known well enough.
    pub(super) fn new(
        outcomes: &[Outcome],
        asked: &[Asked],
        world: &World,
        package: &PackageKey,
        functions: Option<&Functions>,
    ) -> Option<Record> {
        let level = asked.iter().map(|asked| asked.level).max().unwrap_or_default();
        let packages: BTreeSet<Question> = asked.iter().flat_map(|asked| &asked.packages).cloned().collect();
        let mut program: Vec<_> = asked.iter().flat_map(|asked| &asked.program).cloned().collect();
        program.sort_unstable();
        program.dedup();
        Some(Record {
            level,
            outcomes: outcomes.to_vec(),
            disk: asked.iter().flat_map(|asked| asked.disk.clone()).collect(),
            packages: world.answers(package, packages)?,
            program: match (level, functions) {
                (Level::Program, Some(functions)) => functions.known().keep_answers(&program)?,
                _ => Vec::new(),
            },
        })
    }

    /// What is kept under a key.
    pub(super) fn read(world: &World, key: ContentHash) -> Option<Record> {
        postcard::from_bytes(&world.read_kept(key)?).ok()
    }

    /// Whether all answers are still the same. Those of the program are asked for if it is known.
    pub(super) fn holds(&self, world: &World, package: impl Fn() -> Option<PackageKey>, known: Option<&Known>) -> bool {
        if self.disk.iter().any(|(question, answer)| question.answer() != *answer) {
            return false;
        }
        if self.level == Level::Alone {
            return true;
        }
        let Some(package) = package() else { return false };
        world.has_same_answers(&package, &self.packages)
            && known.is_none_or(|known| self.level < Level::Program || known.has_same_answers(&package, &self.program))
    }
}

/// Which results belong to a run.
#[derive(Serialize, Deserialize)]
pub(super) struct RunRecord {
    /// Folders with the keys of their results.
    pub(super) groups: Vec<(PathBuf, ContentHash)>,
    /// What is wrong with the packages.
    pub(super) problems: Vec<String>,
}

impl RunRecord {
    /// What is kept under a key.
    pub(super) fn read(world: &World, key: ContentHash) -> Option<RunRecord> {
        postcard::from_bytes(&world.read_kept(key)?).ok()
    }

    /// Keeps it.
    pub(super) fn write(&self, world: &World, key: ContentHash) {
        if let Ok(bytes) = postcard::to_allocvec(self) {
            world.write_kept(key, &bytes);
        }
    }
}
