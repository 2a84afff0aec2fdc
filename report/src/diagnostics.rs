//! Diagnostics of rule files and configurations, as text with the place underlined.
//!
//! In: diagnostics and the texts they are about. Out: text for people; [`crate::json`] has them for programs.

use crate::screen::Screen;
use codespan_reporting::diagnostic::{Diagnostic as Shown, Label, Severity as Shade};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Styles, StylesWriter};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity};
use rulec_runtime::finding::{Position, utf16_length};
use rulec_tree::Span;
use std::io::{self, Write};
use std::ops::Range;

/// A text that diagnostics are about.
#[derive(Clone, Debug)]
pub struct Source {
    /// As displayed.
    pub path: String,
    /// The whole text.
    pub text: String,
    line_starts: Vec<usize>,
}

impl Source {
    /// A text under the path that is displayed for it.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Source {
        let text = text.into();
        let line_starts = codespan_reporting::files::line_starts(&text).collect();
        Source { path: path.into(), text, line_starts }
    }

    /// Line and column of an offset; of the end for offsets beyond it.
    pub fn position(&self, offset: u32) -> Position {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let utf16 = utf16_length(&self.text.as_bytes()[start..offset]) + 1;
        Position { line: line as u32, column: (offset - start) as u32 + 1, offset: offset as u32, utf16 }
    }

    /// The span as an index: within the text and on the borders of characters.
    fn range(&self, span: Span) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start as usize);
        start..self.text.ceil_char_boundary(span.end as usize).max(start)
    }
}

/// Something went wrong in a place that is not text: a path that does not exist, a selector that names nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, without a full stop.
    pub message: String,
    /// The path it is about, as displayed.
    pub path: Option<String>,
}

impl Notice {
    /// An error.
    pub fn error(message: impl Into<String>) -> Notice {
        Notice { severity: Severity::Error, message: message.into(), path: None }
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Notice {
        Notice { severity: Severity::Warning, message: message.into(), path: None }
    }

    /// The same about a path.
    #[must_use]
    pub fn about(self, path: impl Into<String>) -> Notice {
        Notice { path: Some(path.into()), ..self }
    }
}

/// A message about a place in a text that is no mistake of the rule language: a failed example, a condition that no
/// example tests, a step of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// How bad it is.
    pub severity: Severity,
    /// The text.
    pub file: FileId,
    /// What is underlined.
    pub span: Span,
    /// What is to say, without a full stop.
    pub message: String,
    /// More about it.
    pub notes: Vec<String>,
}

/// Writes remarks for people, a blank line after each.
///
/// # Errors
/// Those of `out`.
pub fn write_remarks(remarks: &[Remark], sources: &[Source], out: &mut Screen<&mut dyn Write>) -> io::Result<()> {
    remarks.iter().try_for_each(|remark| {
        let label = Label::primary(remark.file, range(sources, remark.file, remark.span));
        let shown = Shown::new(shade(remark.severity)).with_message(&remark.message).with_labels(vec![label]);
        emit(&shown.with_notes(remark.notes.clone()), &Texts(sources), out)
    })
}

/// Writes diagnostics for people, a blank line after each.
///
/// # Errors
/// Those of `out`.
pub fn write(diagnostics: &[Diagnostic], sources: &[Source], out: &mut Screen<&mut dyn Write>) -> io::Result<()> {
    diagnostics.iter().try_for_each(|diagnostic| emit(&shown(diagnostic, sources), &Texts(sources), out))
}

/// Writes notices for people, one to a line.
///
/// # Errors
/// Those of `out`.
pub fn write_notices(notices: &[Notice], out: &mut Screen<&mut dyn Write>) -> io::Result<()> {
    notices.iter().try_for_each(|notice| {
        let path = notice.path.iter().map(|path| format!("{path}: ")).collect::<String>();
        write_notice(notice.severity, &format!("{path}{}", notice.message), out)
    })
}

fn write_notice(severity: Severity, message: &str, out: &mut Screen<&mut dyn Write>) -> io::Result<()> {
    use codespan_reporting::term::termcolor::Color;
    let color = match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    };
    out.bold(Some(color), severity.text())?;
    writeln!(out, ": {message}")
}

fn shown(diagnostic: &Diagnostic, sources: &[Source]) -> Shown<FileId> {
    let main = Label::primary(diagnostic.file, range(sources, diagnostic.file, diagnostic.span));
    let main = main.with_message(diagnostic.label.as_deref().unwrap_or(""));
    let related = diagnostic.related.iter();
    let related =
        related.map(|(file, span, text)| Label::secondary(*file, range(sources, *file, *span)).with_message(text));
    Shown::new(shade(diagnostic.severity))
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_labels(std::iter::once(main).chain(related).collect())
        .with_notes(diagnostic.help.iter().map(|help| format!("help: {help}")).collect())
}

fn shade(severity: Severity) -> Shade {
    match severity {
        Severity::Error => Shade::Error,
        Severity::Warning => Shade::Warning,
    }
}

fn range(sources: &[Source], file: FileId, span: Span) -> Range<usize> {
    sources.get(file.0 as usize).map_or(0..0, |source| source.range(span))
}

/// Writes one message with its source lines.
pub(crate) fn emit<'f, F: Files<'f>>(
    shown: &Shown<F::FileId>,
    files: &'f F,
    out: &mut Screen<&mut dyn Write>,
) -> io::Result<()> {
    let config = term::Config::default();
    let styles = Styles::default();
    let done = term::emit_to_write_style(&mut StylesWriter::new(&mut *out, &styles), &config, files, shown);
    done.map_err(|error| match error {
        Error::Io(error) => error,
        error => io::Error::other(error),
    })
}

struct Texts<'a>(&'a [Source]);

impl Texts<'_> {
    fn get(&self, id: FileId) -> Result<&Source, Error> {
        self.0.get(id.0 as usize).ok_or(Error::FileMissing)
    }
}

impl<'f> Files<'f> for Texts<'_> {
    type FileId = FileId;
    type Name = &'f str;
    type Source = &'f str;

    fn name(&'f self, id: FileId) -> Result<&'f str, Error> {
        Ok(&self.get(id)?.path)
    }

    fn source(&'f self, id: FileId) -> Result<&'f str, Error> {
        Ok(&self.get(id)?.text)
    }

    fn line_index(&'f self, id: FileId, offset: usize) -> Result<usize, Error> {
        Ok(self.get(id)?.line_starts.partition_point(|&start| start <= offset).saturating_sub(1))
    }

    fn column_number(&'f self, id: FileId, line: usize, offset: usize) -> Result<usize, Error> {
        Ok(offset.saturating_sub(self.line_range(id, line)?.start) + 1)
    }

    fn line_range(&'f self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        let source = self.get(id)?;
        let max = source.line_starts.len().saturating_sub(1);
        let start = *source.line_starts.get(line).ok_or(Error::LineTooLarge { given: line, max })?;
        Ok(start..source.line_starts.get(line + 1).copied().unwrap_or(source.text.len()))
    }
}
