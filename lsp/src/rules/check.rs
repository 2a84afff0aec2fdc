//! Checking rule files, and running the examples in them, beside the server.
//!
//! In: rule files with their texts, compiled together. Out: what `rulec lint` tells of each, and which examples fail.

use crate::text::{Encoding, Text};
use crate::workshop::Workshop;
use gen_lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, Message,
};
use rulec_compiler::{Compiled, SourceFile};
use rulec_grammar::diagnostic::{self, FileId};
use rulec_testing::{Bench, Suite};
use rulec_tree::Span;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The mistakes of files, by path: all files that were compiled are there.
pub(crate) type Mistakes = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// What a run of examples has come to.
pub(crate) struct Run {
    /// For people: `3 examples pass`.
    pub(crate) summary: String,
    /// Whether something fails.
    pub(crate) failed: bool,
    /// Failures in the file.
    pub(crate) failures: Vec<Diagnostic>,
}

/// The mistakes of rule files.
pub(crate) fn lint(workshop: &dyn Workshop, files: &[SourceFile], pack: &str, encoding: Encoding) -> Mistakes {
    let compiled = workshop.compile(files, pack);
    let shown = Shown::new(workshop, files, &compiled, encoding);
    let mut mistakes: Mistakes = files.iter().map(|file| (PathBuf::from(&file.path), Vec::new())).collect();
    for diagnostic in &compiled.diagnostics {
        let file = files.get(diagnostic.file.0 as usize);
        if let Some(of_file) = file.and_then(|file| mistakes.get_mut(Path::new(&file.path))) {
            of_file.push(shown.diagnostic(diagnostic));
        }
    }
    mistakes
}

/// The texts that diagnostics speak of.
struct Shown<'f> {
    workshop: &'f dyn Workshop,
    files: Vec<&'f SourceFile>,
    texts: Vec<Text>,
}

impl<'f> Shown<'f> {
    fn new(
        workshop: &'f dyn Workshop,
        files: &'f [SourceFile],
        compiled: &'f Compiled,
        encoding: Encoding,
    ) -> Shown<'f> {
        let files: Vec<&SourceFile> = files.iter().chain(&compiled.others).collect();
        let texts = files.iter().map(|file| Text::new(file.text.as_str(), encoding)).collect();
        Shown { workshop, files, texts }
    }

    fn diagnostic(&self, own: &diagnostic::Diagnostic) -> Diagnostic {
        let related = own.related.iter().filter_map(|(file, span, words)| {
            Some(DiagnosticRelatedInformation { location: self.location(*file, *span)?, message: words.clone() })
        });
        let related: Vec<_> = related.collect();
        let text = self.texts.get(own.file.0 as usize);
        let diagnostic = text.map(|text| of_rule_text(own, text)).unwrap_or_default();
        Diagnostic { related_information: Some(related).filter(|related| !related.is_empty()), ..diagnostic }
    }

    /// Where a place is; none in files that nobody can open.
    fn location(&self, file: FileId, span: Span) -> Option<Location> {
        let path = Path::new(&self.files.get(file.0 as usize)?.path);
        let text = self.texts.get(file.0 as usize)?;
        self.workshop.lay_out(path).then(|| Location { uri: crate::paths::uri_of(path), range: text.range(span) })
    }
}

/// A mistake in a text, related places apart.
pub(crate) fn of_rule_text(own: &diagnostic::Diagnostic, text: &Text) -> Diagnostic {
    let mut message = own.message.clone();
    if let Some(label) = &own.label {
        message.push_str(&format!(": {label}"));
    }
    for help in &own.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let is_unused = own.code.text().starts_with("W06") && own.message.contains("not used");
    Diagnostic {
        range: text.range(own.span),
        severity: Some(match own.severity {
            diagnostic::Severity::Error => DiagnosticSeverity::Error,
            diagnostic::Severity::Warning => DiagnosticSeverity::Warning,
        }),
        code: Some(Code::String(own.code.text().to_owned())),
        source: Some("rulec".to_owned()),
        message: Message::String(message),
        tags: is_unused.then(|| vec![DiagnosticTag::Unnecessary]),
        ..Diagnostic::default()
    }
}

/// Runs the examples of one rule of a file.
pub(crate) fn run_examples(
    workshop: &dyn Workshop,
    files: &[SourceFile],
    pack: &str,
    (path, rule): (&Path, &str),
    encoding: Encoding,
) -> Run {
    let compiled = workshop.compile(files, pack);
    let number = files.iter().position(|file| Path::new(&file.path) == path).map(|number| FileId(number as u32));
    let plan = Arc::new(compiled.plan);
    let is_meant = |own: &&rulec_compiler::CompiledRule| {
        let meta = plan.rules.get(own.index.0 as usize).map(|rule| &rule.meta);
        Some(own.file) == number && meta.is_some_and(|meta| meta.name() == rule)
    };
    let Some(found) = compiled.rules.iter().find(is_meant) else {
        return Run { summary: format!("{rule} has mistakes: it cannot be run"), failed: true, failures: Vec::new() };
    };
    // Where the system gives no executable memory, the interpreter tells the same.
    let bench = Bench::native(plan.clone()).or_else(|_| Bench::interpreted(plan.clone()));
    let bench = match bench {
        Ok(bench) => bench,
        Err(error) => return Run { summary: error.to_string(), failed: true, failures: Vec::new() },
    };
    let results = rulec_testing::run(Suite { bench: &bench, rules: std::slice::from_ref(found) });
    let text = files.get(found.file.0 as usize).map(|file| Text::new(file.text.as_str(), encoding));
    let failures = results.failures.iter().zip(text.iter().cycle()).map(|(failure, text)| {
        let notes: String = failure.notes.iter().map(|note| format!("\n{note}")).collect();
        Diagnostic {
            range: text.range(failure.place.span),
            severity: Some(DiagnosticSeverity::Error),
            source: Some("rulec test".to_owned()),
            message: Message::String(format!("{}{notes}", failure.message)),
            ..Diagnostic::default()
        }
    });
    let summary = match (results.passed, results.failed) {
        (1, 0) => format!("{rule}: the example passes"),
        (passed, 0) => format!("{rule}: all {passed} examples pass"),
        (passed, failed) => format!("{rule}: {failed} of {} examples fail", passed + failed),
    };
    Run { summary, failed: results.failed > 0, failures: failures.collect() }
}
