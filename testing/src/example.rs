//! One example of a rule: does the rule report what the example asks for, and nothing else?

use crate::annotation::{Annotation, Asks, Malformed, annotations};
use crate::bench::{Bench, Folder, Trial};
use crate::failure::{Failure, Place};
use crate::fixes;
use crate::sample::{GoFile, go_files, settings};
use rulec_compiler::CompiledRule;
use rulec_gofront::{File, Reader};
use rulec_grammar::ast::Example;
use rulec_grammar::diagnostic::FileId;
use rulec_plan::ir::RuleIndex;
use rulec_plan::manifest::RuleMeta;
use rulec_runtime::finding::{Finding, Outcome};
use rulec_tree::{Span, Vocabulary};
use std::sync::Arc;

/// Runs one example. What is wrong with it, in source order; nothing if it passes.
pub fn run(bench: &Bench, rule: &CompiledRule, file: FileId, example: &Example) -> Vec<Failure> {
    let Some(plan) = bench.plan().rules.get(rule.index.0 as usize) else { return Vec::new() };
    let mut judge = Judge { meta: &plan.meta, file, failures: Vec::new() };
    judge.example(bench, rule, example);
    judge.failures.sort_by_key(|failure| failure.place);
    judge.failures
}

/// A Go file of an example, what it asks for, and what was found in it.
pub struct Judged {
    /// The file.
    pub go: GoFile,
    /// The file, read.
    pub read: File,
    /// What was found.
    pub outcome: Outcome,
}

struct Judge<'a> {
    meta: &'a RuleMeta,
    file: FileId,
    failures: Vec<Failure>,
}

impl Judge<'_> {
    fn example(&mut self, bench: &Bench, rule: &CompiledRule, example: &Example) {
        let settings = match settings(example) {
            Ok(settings) => settings,
            Err((span, fault)) => return self.fail(span, fault, Vec::new()),
        };
        let enabled = [rule.index];
        let files = go_files(&example.files, &rule.uses);
        let trial = match bench.trial(&enabled, &settings, &files) {
            Ok(trial) => trial,
            Err(fault) => return self.fail(example.span, fault, Vec::new()),
        };
        let folder = match Folder::of(&example.files) {
            Ok(folder) => folder,
            Err(error) => {
                return self.fail(example.span, format!("the example's files cannot stand: {error}"), Vec::new());
            }
        };
        if files.is_empty() {
            return self.fail(example.span, "the example has no Go file".to_owned(), Vec::new());
        }
        let judged: Vec<_> = files.iter().filter_map(|go| self.check(bench, &trial, &folder, go.clone())).collect();
        if !self.failures.is_empty() {
            return;
        }
        self.findings(example, rule.index, &judged);
        if example.bad && self.failures.is_empty() {
            let found = fixes::check(bench, &trial, &folder, rule, example, &judged);
            found.into_iter().for_each(|(span, message, notes)| self.fail(span, message, notes));
        }
    }

    /// Checks one file; nothing if it is not Go, which is a failure.
    fn check(&mut self, bench: &Bench, trial: &Trial<'_>, folder: &Folder, go: GoFile) -> Option<Judged> {
        let read = match read(&go.text) {
            Ok(read) => read,
            Err(refusal) => {
                self.fail(go.in_rule_file(Span::default()), refusal, Vec::new());
                return None;
            }
        };
        for bad in &read.coverage.bad {
            let at = go.in_rule_file(Span::new(bad.at, bad.at + 1));
            self.fail(at, format!("the example is not Go: {} in {}", bad.reason, bad.what), Vec::new());
        }
        let outcome = bench.check(trial, folder.path(), &go);
        for error in &outcome.internal_errors {
            self.fail(go.in_rule_file(Span::default()), format!("internal error: {}", error.message), Vec::new());
        }
        read.coverage.is_full().then_some(Judged { go, read, outcome })
    }

    fn findings(&mut self, example: &Example, rule: RuleIndex, judged: &[Judged]) {
        let mut asked = Vec::new();
        for one in judged {
            match annotations(&one.read, &one.go.text) {
                Ok(annotations) => asked.push(annotations),
                Err(Malformed { span, reason }) => return self.fail(one.go.in_rule_file(span), reason, Vec::new()),
            }
        }
        let any_wants = asked.iter().flatten().any(|annotation| annotation.asks != Asks::Gap);
        match (example.bad, any_wants) {
            (false, true) => {
                self.fail(example.span, "a good example wants a finding; make it `test bad`".to_owned(), Vec::new())
            }
            (true, false) => self.any_finding(example, rule, judged),
            _ => {
                for (one, annotations) in judged.iter().zip(&asked) {
                    let found = compare(annotations, &findings_of(one, rule), |name| self.named(name));
                    found.into_iter().for_each(|miss| self.miss(one, miss));
                }
                self.undecided(example, judged);
            }
        }
    }

    /// The rule, if an annotation names it or none.
    fn named(&self, name: Option<&str>) -> Option<&RuleMeta> {
        name.is_none_or(|name| name == self.meta.id || name == self.meta.name()).then_some(self.meta)
    }

    /// A bad example that does not say where: one finding at least.
    fn any_finding(&mut self, example: &Example, rule: RuleIndex, judged: &[Judged]) {
        if judged.iter().any(|one| !findings_of(one, rule).is_empty()) {
            return;
        }
        let doubts = judged.iter().flat_map(|one| &one.outcome.undecided);
        let notes = doubts.map(|one| format!("a match was left undecided: {}", one.reason)).collect();
        self.fail(example.span, "the rule finds nothing in its bad example".to_owned(), notes);
    }

    /// Says of a failed bad example which matches hang on something unknown.
    fn undecided(&mut self, example: &Example, judged: &[Judged]) {
        if !example.bad || self.failures.is_empty() {
            return;
        }
        for one in judged.iter().flat_map(|one| &one.outcome.undecided) {
            if let Some(failure) = self.failures.last_mut() {
                failure.notes.push(format!("a match in line {} was left undecided: {}", one.start.line, one.reason));
            }
        }
    }

    fn miss(&mut self, one: &Judged, miss: Miss) {
        self.fail(one.go.in_rule_file(miss.span), miss.message, miss.notes);
    }

    fn fail(&mut self, span: Span, message: String, notes: Vec<String>) {
        let place = Place { file: self.file, span };
        self.failures.push(Failure { rule: self.meta.id.clone(), place, message, notes, missing: false });
    }
}

fn findings_of(judged: &Judged, rule: RuleIndex) -> Vec<&Finding> {
    let is_of_rule = |finding: &&Finding| finding.rule.is_some_and(|found| found.rule == rule);
    judged.outcome.findings.iter().filter(is_of_rule).collect()
}

/// Reads Go text by itself.
pub fn read(text: &str) -> Result<File, String> {
    Reader::new().read(text.as_bytes(), &Arc::new(Vocabulary::default())).map_err(|refusal| refusal.to_string())
}

/// What was asked and not found, or found and not asked.
#[derive(Debug, PartialEq, Eq)]
pub struct Miss {
    /// Where in the Go file.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// More about it.
    pub notes: Vec<String>,
}

/// Compares what a file asks for with what was found in it. `rule` has the rule that an annotation names, or the only one
/// if it names none; `None` if there is no such rule.
pub fn compare<'m>(
    annotations: &[Annotation],
    findings: &[&Finding],
    rule: impl Fn(Option<&str>) -> Option<&'m RuleMeta>,
) -> Vec<Miss> {
    let mut misses = Vec::new();
    let mut asked_for = vec![false; findings.len()];
    for annotation in annotations {
        let Some(meta) = rule(annotation.rule.as_deref()) else {
            misses.push(unknown_rule(annotation));
            continue;
        };
        let here = |finding: &&&Finding| finding.start.line == annotation.line && *finding.rule_id == *meta.id;
        match &annotation.asks {
            Asks::Want(regex) => match wanted(regex.as_deref(), annotation.line, &meta.id, findings, &asked_for) {
                Ok(Some(index)) => asked_for[index] = true,
                Ok(None) => misses.push(not_found(annotation, regex.as_deref(), findings.iter().filter(here))),
                Err(fault) => misses.push(Miss { span: annotation.span, message: fault, notes: Vec::new() }),
            },
            Asks::Gap if findings.iter().any(|finding| here(&finding)) => misses.push(Miss {
                span: annotation.span,
                message: format!("the gap is closed: `{}` reports here", meta.name()),
                notes: vec!["write `want` instead of `gap`".to_owned()],
            }),
            Asks::Gap => {}
        }
    }
    let surplus = findings.iter().zip(&asked_for).filter(|(_, asked)| !**asked);
    misses.extend(surplus.map(|(finding, _)| not_asked(finding, annotations)));
    misses
}

/// The first finding of the rule in the line that matches and is not taken yet.
fn wanted(
    regex: Option<&str>,
    line: u32,
    rule: &str,
    findings: &[&Finding],
    asked_for: &[bool],
) -> Result<Option<usize>, String> {
    let regex = regex.map(rulec_plan::regex::compile).transpose();
    let regex = regex.map_err(|fault| format!("the regular expression is not valid: {fault}"))?;
    Ok(findings.iter().zip(asked_for).position(|(finding, asked)| {
        !asked
            && finding.start.line == line
            && *finding.rule_id == *rule
            && regex.as_ref().is_none_or(|regex| regex.is_match(finding.message.as_bytes()))
    }))
}

fn unknown_rule(annotation: &Annotation) -> Miss {
    let message = match &annotation.rule {
        Some(rule) => format!("there is no rule `{rule}` here"),
        None => "several rules are tried on this file: name the one that is meant".to_owned(),
    };
    Miss { span: annotation.span, message, notes: Vec::new() }
}

fn not_found<'f>(annotation: &Annotation, regex: Option<&str>, here: impl Iterator<Item = &'f &'f Finding>) -> Miss {
    let message = match regex {
        Some(regex) => format!("no finding in this line matches \"{regex}\""),
        None => "there is no finding in this line".to_owned(),
    };
    let notes = here.map(|finding| format!("found: {}", finding.message)).collect();
    Miss { span: annotation.span, message, notes }
}

fn not_asked(finding: &Finding, annotations: &[Annotation]) -> Miss {
    let hint = match annotations.iter().any(|annotation| annotation.line == finding.start.line) {
        true => "the `want` in this line asks for something else",
        false => "no `want` stands in this line",
    };
    Miss {
        span: finding.span(),
        message: format!("a finding that the example does not ask for: {}", finding.message),
        notes: vec![hint.to_owned()],
    }
}
