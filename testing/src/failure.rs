//! What came of running examples.

use rulec_grammar::diagnostic::FileId;
use rulec_tree::Span;

/// How the examples of some rules came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// Examples that passed.
    pub passed: usize,
    /// What is wrong with the others, in source order; an example may fail in several ways.
    pub failures: Vec<Failure>,
    /// Examples that failed, and rules that lack one.
    pub failed: usize,
}

impl Results {
    /// Counts one example with what is wrong with it.
    pub(crate) fn add(&mut self, failures: Vec<Failure>) {
        match failures.is_empty() {
            true => self.passed += 1,
            false => self.failed += 1,
        }
        self.failures.extend(failures);
    }

    /// Puts `other` behind this.
    pub fn absorb(&mut self, other: Results) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }
}

/// Why an example failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// Where.
    pub place: Place,
    /// What is wrong, without a full stop.
    pub message: String,
    /// More about it: what was expected, what was found.
    pub notes: Vec<String>,
    /// The rule has no such example at all.
    pub missing: bool,
}

/// A place in a rule file or in an annotated Go file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file: an index into the files of the suite.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}
