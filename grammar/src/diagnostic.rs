//! Diagnostics: messages about rule files, each with a stable code and a place.
//!
//! In: one call for each mistake, from the function that found it. Out: [`Sink`], all of them in the order found.
//! A mistake never stops the work: whoever finds one reports it and goes on with what is left.
//!
//! Never prints; `report` and `cli` do.

use crate::codes::Code;
use rulec_tree::Span;

/// The number of a rule file among the files of one run; whoever reads the files hands the numbers out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rule works, and is probably not what its author meant.
    Warning,
    /// The item is left out.
    Error,
}

impl Severity {
    /// The word in front of the message.
    pub const fn text(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A message about a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable: documentation and configurations refer to it.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in the author's words, without a full stop.
    pub message: String,
    /// The rule file.
    pub file: FileId,
    /// What is underlined.
    pub span: Span,
    /// A few words beside the underlined text.
    pub label: Option<String>,
    /// Other places that matter, each with a few words.
    pub related: Vec<(FileId, Span, String)>,
    /// Next steps offered.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Adds a next step. `None` adds nothing, so that a suggestion that may be missing needs no branch.
    pub fn help(&mut self, text: impl Help) -> &mut Diagnostic {
        self.help.extend(text.into_help());
        self
    }

    /// Puts a few words beside the underlined text.
    pub fn label(&mut self, text: impl Into<String>) -> &mut Diagnostic {
        self.label = Some(text.into());
        self
    }

    /// Adds another place that matters.
    pub fn related(&mut self, file: FileId, span: Span, text: impl Into<String>) -> &mut Diagnostic {
        self.related.push((file, span, text.into()));
        self
    }
}

/// A next step to offer: a text, or one that may be missing.
pub trait Help {
    /// The text, if there is one.
    fn into_help(self) -> Option<String>;
}

impl Help for &str {
    fn into_help(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Help for String {
    fn into_help(self) -> Option<String> {
        Some(self)
    }
}

impl<T: Help> Help for Option<T> {
    fn into_help(self) -> Option<String> {
        self.and_then(Help::into_help)
    }
}

/// Collects diagnostics.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    error_count: usize,
}

impl Sink {
    /// An empty sink.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Adds an error; help, a label and related places may be chained.
    pub fn error(&mut self, code: Code, file: FileId, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(code, Severity::Error, file, span, message.into())
    }

    /// Adds a warning; help, a label and related places may be chained.
    pub fn warning(&mut self, code: Code, file: FileId, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(code, Severity::Warning, file, span, message.into())
    }

    fn add(&mut self, code: Code, severity: Severity, file: FileId, span: Span, message: String) -> &mut Diagnostic {
        self.error_count += usize::from(severity == Severity::Error);
        let index = self.diagnostics.len();
        self.diagnostics.push(Diagnostic {
            code,
            severity,
            message,
            file,
            span,
            label: None,
            related: Vec::new(),
            help: Vec::new(),
        });
        &mut self.diagnostics[index]
    }

    /// What was reported so far, in the order found.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The same from one of them on, to be changed.
    pub fn diagnostics_from(&mut self, first: usize) -> &mut [Diagnostic] {
        self.diagnostics.get_mut(first..).unwrap_or_default()
    }

    /// How many errors there are; warnings do not count. Compare before and after a step to learn if it failed.
    pub fn error_count(&self) -> usize {
        self.error_count
    }

    /// Whether any error was reported.
    pub fn has_errors(&self) -> bool {
        self.error_count > 0
    }

    /// Moves the diagnostics of another sink behind these.
    pub fn append(&mut self, other: Sink) {
        self.error_count += other.error_count;
        self.diagnostics.extend(other.diagnostics);
    }

    /// The diagnostics, sorted by file, place and code.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| {
            (diagnostic.file, diagnostic.span.start, diagnostic.span.end, diagnostic.code, diagnostic.message.clone())
        });
        self.diagnostics
    }
}
