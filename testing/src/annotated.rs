//! Go files with `// want rule "regex"` comments, beside rule files.

use crate::annotation::annotations;
use crate::bench::Bench;
use crate::example::{compare, read};
use crate::failure::{Failure, Place, Results};
use crate::sample::{GoFile, Settings};
use rulec_grammar::diagnostic::FileId;
use rulec_plan::ir::RuleIndex;
use rulec_plan::manifest::RuleMeta;
use rulec_tree::Span;
use std::path::Path;

/// A Go file, and the rules that it is about.
#[derive(Clone, Debug)]
pub struct AnnotatedFile<'a> {
    /// Its path.
    pub path: &'a Path,
    /// Its number among the files that failures refer to.
    pub file: FileId,
    /// Its text.
    pub text: &'a str,
    /// The rules.
    pub rules: Vec<RuleIndex>,
}

/// Runs the rules on the file: every finding has to be asked for by a comment, and every comment met.
pub fn run_annotated(bench: &Bench, annotated: &AnnotatedFile<'_>) -> Results {
    let mut results = Results::default();
    results.add(failures(bench, annotated));
    results
}

fn failures(bench: &Bench, annotated: &AnnotatedFile<'_>) -> Vec<Failure> {
    let fail = |span, message, notes| Failure {
        rule: String::new(),
        place: Place { file: annotated.file, span },
        message,
        notes,
        missing: false,
    };
    let whole = |message| vec![fail(Span::default(), message, Vec::new())];
    let file = match read(annotated.text) {
        Ok(file) => file,
        Err(refusal) => return whole(refusal),
    };
    let asked = match annotations(&file, annotated.text) {
        Ok(asked) => asked,
        Err(malformed) => return vec![fail(malformed.span, malformed.reason, Vec::new())],
    };
    let settings = Settings::default();
    let name = annotated.path.file_name().unwrap_or_default().to_string_lossy();
    let go = GoFile::plain(&name, annotated.text);
    let trial = match bench.trial(&annotated.rules, &settings, std::slice::from_ref(&go)) {
        Ok(trial) => trial,
        Err(fault) => return whole(fault),
    };
    let folder = annotated.path.parent().unwrap_or(Path::new(""));
    let outcome = bench.check(&trial, folder, &go);
    if let Some(error) = outcome.internal_errors.first() {
        return whole(format!("internal error: {}", error.message));
    }
    let metas: Vec<&RuleMeta> =
        annotated.rules.iter().filter_map(|rule| Some(&bench.plan().rules.get(rule.0 as usize)?.meta)).collect();
    let named = |name: Option<&str>| match (name, &metas[..]) {
        (Some(name), metas) => metas.iter().copied().find(|meta| meta.id == name || meta.name() == name),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    let findings: Vec<_> = outcome.findings.iter().filter(|finding| finding.rule.is_some()).collect();
    compare(&asked, &findings, named).into_iter().map(|miss| fail(miss.span, miss.message, miss.notes)).collect()
}
