//! What came of a run, written down: one file for each output format.
//!
//! In: [`Report`], the outcome of a run with the diagnostics of rule files. Out: bytes, the same for the same report.
//! A new format is one file that implements [`Format`] and one line in [`FORMATS`]; the command line, `--output` and the
//! tests find it there.
//!
//! **Absent:** it does not know how findings are found, and reads no files. Start at [`Report`], then [`json`].

#![warn(missing_docs)]

mod checkstyle;
pub mod diagnostics;
mod each;
mod github;
mod gitlab;
mod html;
pub mod json;
mod jsonl;
mod junit;
mod markdown;
mod problems;
mod rdjson;
mod sarif;
mod screen;
mod snippets;
mod statistics;
mod text;
mod uri;
mod xml;

pub use diagnostics::{Notice, Remark, Source};
pub use screen::Screen;

use rulec_grammar::diagnostic::Diagnostic;
use rulec_plan::manifest::RuleMeta;
use rulec_runtime::finding::Outcome;
use rulec_runtime::profile::Row;
use std::io;

/// Everything a format may write.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What the run found.
    pub outcome: &'a Outcome,
    /// Mistakes in rule files and configurations, sorted.
    pub diagnostics: &'a [Diagnostic],
    /// The texts that diagnostics are about; a `FileId` is an index.
    pub sources: &'a [Source],
    /// What went wrong besides, in places that are not text.
    pub notices: &'a [Notice],
    /// The rules that were on, for formats that tell about them.
    pub rules: &'a [&'a RuleMeta],
    /// The exit status that the run ends with.
    pub exit_code: u8,
    /// The version of rulec.
    pub version: &'a str,
    /// Where the time went; empty if nobody asked.
    pub profile: &'a [Row],
    /// What the user wants to see.
    pub view: View,
}

/// What the user wants to see.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Escape codes for colours.
    pub color: bool,
    /// Findings only: no summary, no notes.
    pub quiet: bool,
    /// Times, the only values that differ between equal runs.
    pub timings: bool,
    /// The list of matches that hang on something unknown; without it, only their number.
    pub undecided: bool,
    /// How many findings there are of each rule, family and severity.
    pub statistics: bool,
}

/// An output format.
pub trait Format: Sync {
    /// As given to `--format`.
    fn name(&self) -> &'static str;

    /// Writes the report.
    ///
    /// # Errors
    /// Those of `out`.
    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()>;

    /// Whether the output shows findings alone, so that the rest has to be shown elsewhere: [`write_rest`].
    fn findings_only(&self) -> bool {
        false
    }
}

/// All formats, in the order in which they are offered; the first is the default.
pub const FORMATS: &[&dyn Format] = &[
    &text::Text,
    &json::Json,
    &jsonl::JsonLines,
    &html::Html,
    &sarif::Sarif,
    &github::GitHub,
    &gitlab::GitLab,
    &checkstyle::Checkstyle,
    &junit::JUnit,
    &rdjson::RdJson,
    &markdown::Markdown,
];

/// The format with this name.
pub fn format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// Writes what is not findings as text: what was skipped or undecided, statistics and the summary.
///
/// # Errors
/// Those of `out`.
pub fn write_rest(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    text::write_rest(report, &mut Screen::new(out, report.view.color))
}

#[cfg(test)]
mod tests;
