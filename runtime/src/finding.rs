//! What a run hands out: findings and everything else that has to be accounted for.
//!
//! Plain data, made by [`crate::check`] and read by `report`, `cli`, `testing` and `lsp`. Nothing here knows how findings
//! were found or how they are printed.

use rulec_plan::ir::RuleIndex;
use rulec_plan::manifest::{Applicability, Severity};
use rulec_tree::Span;
pub use rulec_world::Coverage;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A rule of one run: which program, and which of its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleRef {
    /// Index into the programs of the [`crate::RuleSet`].
    pub program: usize,
    /// The rule of that program.
    pub rule: RuleIndex,
}

/// A place in a file. Line and column count from 1, columns and offsets in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line number.
    pub line: u32,
    /// Column number.
    pub column: u32,
    /// Offset from the start of the file.
    pub offset: u32,
    /// Column in UTF-16 code units, as editors and some formats count.
    pub utf16: u32,
}

/// How many UTF-16 code units a text takes: one for each character, one more for those of four bytes.
pub fn utf16_length(text: &[u8]) -> u32 {
    let units = |byte: &u8| u32::from(byte & 0xc0 != 0x80) + u32::from(*byte >= 0xf0);
    text.iter().map(units).sum()
}

/// Whole lines of source for showing a place: the lines that it touches, at most [`Snippet::MAX_LINES`] of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    /// Number of the first line.
    pub line: u32,
    /// The lines, separated by `\n`, invalid UTF-8 replaced.
    pub text: String,
}

impl Snippet {
    /// A place that covers more lines is cut.
    pub const MAX_LINES: u32 = 8;
    /// A line of more bytes is cut: minified code is not for reading.
    pub const MAX_LINE_BYTES: usize = 400;
}

/// One rule matched at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule; `None` for findings of the engine about suppressions.
    pub rule: Option<RuleRef>,
    /// `pack.family.name`.
    #[serde(with = "shared::text")]
    pub rule_id: Arc<str>,
    /// As configured for the file.
    pub severity: Severity,
    /// The tags of the rule.
    #[serde(with = "shared::texts")]
    pub tags: Arc<[String]>,
    /// What is wrong, on one line.
    pub message: String,
    /// As displayed: relative to the working folder with `/`, absolute outside of it.
    #[serde(with = "shared::text")]
    pub path: Arc<str>,
    /// First byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// The function around it: `example.com/m/a.Serve`, `example.com/m/a.(*T).Serve`; the package name stands in front
    /// where there is no go.mod.
    pub function: Option<String>,
    /// Related places in the same file, as the rule lists them.
    pub related: Vec<Related>,
    /// The fix, if the rule has one that can be applied here.
    pub fix: Option<FixEdits>,
    /// Why the rule's fix is not offered here.
    pub fix_withheld: Option<String>,
    /// Stays the same when lines move: hexadecimal, of rule, enclosing declaration, code and ordinal, and of the path; see
    /// [`Finding::fingerprint_anywhere`].
    pub fingerprint: String,
    /// The source lines at [`Finding::start`].
    pub snippet: Snippet,
}

impl Finding {
    /// How many digits at the start of [`Finding::fingerprint`] do not hang on the path.
    pub(crate) const ANYWHERE_DIGITS: usize = 20;

    /// What stays the same of the fingerprint when the file is renamed as well.
    pub fn fingerprint_anywhere(&self) -> &str {
        self.fingerprint.get(..Finding::ANYWHERE_DIGITS).unwrap_or(&self.fingerprint)
    }

    /// The bytes it covers.
    pub fn span(&self) -> Span {
        Span::new(self.start.offset, self.end.offset)
    }
}

/// A place that helps to understand a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// What is to see there.
    pub message: String,
    /// As displayed.
    #[serde(with = "shared::text")]
    pub path: Arc<str>,
    /// First byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// The source lines at [`Related::start`].
    pub snippet: Snippet,
    /// Whether it is a step of the way that the finding shows; steps come in the order in which they happen.
    pub step: bool,
}

/// A fix: all of its edits or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixEdits {
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// Ascending and not overlapping, in the finding's file.
    pub edits: Vec<Edit>,
    /// Where each edit starts and ends, in their order.
    pub places: Vec<(Position, Position)>,
}

/// The bytes from `start` to `end` are replaced by `text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Offset of the first byte replaced.
    pub start: u32,
    /// Offset one past the last byte replaced.
    pub end: u32,
    /// What stands there afterwards.
    pub text: String,
    /// Whether it edits the import declarations: several fixes may share such an edit.
    pub import: bool,
}

/// A finding that a comment waives. Not counted as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// What would have been reported.
    pub finding: Finding,
    /// Why the author of the comment waives it; `None` if the comment does not say.
    pub reason: Option<String>,
    /// First byte of the comment, in the finding's file.
    pub start: Position,
    /// One past its last byte.
    pub end: Position,
}

/// A match that hangs on an answer that is not known. Not a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// The rule.
    pub rule: RuleRef,
    /// `pack.family.name`.
    #[serde(with = "shared::text")]
    pub rule_id: Arc<str>,
    /// As displayed.
    #[serde(with = "shared::text")]
    pub path: Arc<str>,
    /// First byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// The condition that was not known, in the rule author's words, and why; empty if the job does not ask for reasons.
    pub reason: String,
}

/// A file that was not checked, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// As displayed.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// The analysis of a file failed by a fault of rulec.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InternalError {
    /// As displayed.
    pub path: String,
    /// What happened.
    pub message: String,
}

/// Everything that came of one run, in an order that does not depend on threads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Sorted by path, start, end, rule, message; no exact duplicates.
    pub findings: Vec<Finding>,
    /// Sorted by path, start, end, rule, reason.
    pub undecided: Vec<Undecided>,
    /// Files not checked at all, sorted.
    pub skipped: Vec<Skipped>,
    /// Functions and declarations left out of files that could be read in part, sorted.
    pub partial: Vec<Skipped>,
    /// Sorted.
    pub internal_errors: Vec<InternalError>,
    /// Findings that comments waive, in the order of findings.
    pub suppressed: Vec<Suppressed>,
    /// What a caller took out of `findings` since nobody wants to see it.
    #[serde(skip)]
    pub withheld: Withheld,
    /// The run was interrupted: some files were not looked at.
    pub interrupted: bool,
    /// Counts and times.
    pub summary: Summary,
}

impl Outcome {
    /// All that was found, what comments waive and what a baseline lists included.
    pub fn all_found(&self) -> impl Iterator<Item = &Finding> {
        let waived = self.suppressed.iter().map(|suppressed| &suppressed.finding);
        let known = self.withheld.baseline.iter().flat_map(|known| &known.known);
        self.findings.iter().chain(waived).chain(known)
    }

    /// What came of several runs over different files, as of one. The rules that findings name by number stay those of their own
    /// run.
    pub fn of_all(parts: impl IntoIterator<Item = Outcome>) -> Outcome {
        let mut all = Outcome::default();
        parts.into_iter().for_each(|part| all.absorb(part));
        all.finish();
        all
    }

    /// Puts `other` behind this; [`Outcome::finish`] sorts.
    pub(crate) fn absorb(&mut self, other: Outcome) {
        self.findings.extend(other.findings);
        self.undecided.extend(other.undecided);
        self.skipped.extend(other.skipped);
        self.partial.extend(other.partial);
        self.internal_errors.extend(other.internal_errors);
        self.suppressed.extend(other.suppressed);
        self.interrupted |= other.interrupted;
        self.summary.absorb(&other.summary);
    }

    /// Brings all lists into their order and drops exact duplicates.
    pub(crate) fn finish(&mut self) {
        self.findings.sort_by(|a, b| order_of_finding(a).cmp(&order_of_finding(b)));
        self.findings.dedup_by(|a, b| order_of_finding(a) == order_of_finding(b));
        self.suppressed.sort_by(|a, b| order_of_finding(&a.finding).cmp(&order_of_finding(&b.finding)));
        self.suppressed.dedup_by(|a, b| order_of_finding(&a.finding) == order_of_finding(&b.finding));
        let order = |one: &Undecided| {
            (one.path.clone(), one.start.offset, one.end.offset, one.rule_id.clone(), one.reason.clone())
        };
        self.undecided.sort_by_cached_key(order);
        self.undecided.dedup();
        self.skipped.sort();
        self.partial.sort();
        self.internal_errors.sort();
    }
}

fn order_of_finding(finding: &Finding) -> (&str, u32, u32, &str, &str) {
    (&finding.path, finding.start.offset, finding.end.offset, &finding.rule_id, &finding.message)
}

/// Findings that count as old: no format lists them among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Those that a baseline lists, if there is one.
    pub baseline: Option<KnownFindings>,
    /// Those outside of what changed, if only changes are of interest.
    pub changes: Option<UnchangedFindings>,
}

/// What a baseline had to do with a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFindings {
    /// The baseline file, as displayed.
    pub path: String,
    /// The findings that it lists, in the order of findings.
    pub known: Vec<Finding>,
    /// What it lists and is no more, in its order.
    pub gone: Vec<GoneFinding>,
    /// How many entries were written, if it was.
    pub written: Option<usize>,
}

/// A finding of a baseline that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneFinding {
    /// Relative to the folder of the baseline file.
    pub path: String,
    /// The id of the rule.
    pub rule_id: String,
    /// The function around it.
    pub function: Option<String>,
}

/// What was left out since it did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnchangedFindings {
    /// The revision as the user wrote it.
    pub revision: String,
    /// The commit that was compared with.
    pub base: String,
    /// How many findings there are outside of what changed.
    pub outside: usize,
}

/// Counts and times of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Files checked, those included that no rule can match by their text.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Their lines.
    pub lines: u64,
    /// Rules that were switched on for at least the files without exceptions.
    pub rules: usize,
    /// Files of which some part could not be parsed; see [`Outcome::partial`].
    pub parse_errors: usize,
    /// Files that were not parsed, since their text shows that no rule can match.
    pub prefiltered: usize,
    /// Of how many expressions types are known, in the declarations in which rules asked for some.
    pub types: Coverage,
    /// Wall-clock time in ms.
    #[serde(skip)]
    pub elapsed_ms: f64,
    /// Where the time went, summed over threads.
    #[serde(skip)]
    pub stages: Stages,
}

impl Summary {
    fn absorb(&mut self, other: &Summary) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.lines += other.lines;
        self.parse_errors += other.parse_errors;
        self.prefiltered += other.prefiltered;
        self.types.absorb(other.types);
        self.stages.absorb(&other.stages);
    }
}

/// Time by stage in ms, summed over threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stages {
    /// Reading files, and looking at their text whether they need to be parsed.
    pub read_ms: f64,
    /// From text to tree with names.
    pub parse_ms: f64,
    /// What is known of a file beyond its tree, before rules run: comments, suppressions, versions.
    pub front_ms: f64,
    /// Running rules.
    pub match_ms: f64,
    /// From matches to findings: messages, fixes, fingerprints, suppression, order.
    pub report_ms: f64,
}

impl Stages {
    fn absorb(&mut self, other: &Stages) {
        self.read_ms += other.read_ms;
        self.parse_ms += other.parse_ms;
        self.front_ms += other.front_ms;
        self.match_ms += other.match_ms;
        self.report_ms += other.report_ms;
    }
}

/// Texts that many findings share, as each of them is written.
mod shared {
    /// One text.
    pub(super) mod text {
        use serde::{Deserialize, Deserializer, Serializer};
        use std::sync::Arc;

        pub(crate) fn serialize<S: Serializer>(text: &Arc<str>, out: S) -> Result<S::Ok, S::Error> {
            out.serialize_str(text)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
            String::deserialize(from).map(Arc::from)
        }
    }

    /// A list of texts.
    pub(super) mod texts {
        use serde::{Deserialize, Deserializer, Serializer};
        use std::sync::Arc;

        pub(crate) fn serialize<S: Serializer>(texts: &Arc<[String]>, out: S) -> Result<S::Ok, S::Error> {
            out.collect_seq(texts.iter())
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<[String]>, D::Error> {
            Vec::deserialize(from).map(Arc::from)
        }
    }
}
