//! `rulec explain RULE FILE:LINE`: how far the rule comes at each place of the line.

use crate::console::Console;
use crate::rules::{Found, Loaded};
use crate::status::Failure;
use rulec_grammar::diagnostic::{FileId, Severity};
use rulec_pack::Engine;
use rulec_plan::ir::Origin;
use rulec_report::{Remark, Source};
use rulec_runtime::explain::{Attempt, AttemptResult, explain};
use rulec_runtime::finding::RuleRef;
use rulec_runtime::job::{Job, OptionValue, Platform, Quiet, Target};
use rulec_runtime::{RuleSet, discover};
use rulec_tree::Span;
use rulec_world::Packages;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The attempts that came less far than these say little.
const MOST_SHOWN: usize = 3;

/// Why a rule fires in a line or does not.
pub struct Question<'a> {
    pub found: Found<'a>,
    /// The values of options that the configuration sets, of all rules.
    pub options: &'a [OptionValue],
    pub path: &'a Path,
    pub line: u32,
    /// The working folder, absolute.
    pub cwd: &'a Path,
}

/// Tries the rule at the line and writes how it went, the furthest attempt first.
pub fn write(loaded: &Loaded, question: &Question<'_>, console: &Console, out: &mut dyn Write) -> Result<(), Failure> {
    let Question { found, path, line, cwd, .. } = *question;
    let display = discover::display(path, cwd);
    let attempts = attempts(question, &display).map_err(Failure::Message)?;
    let id = &found.meta.id;
    if attempts.is_empty() {
        writeln!(out, "{display}:{line}: nothing in this line is of the form that {id} starts from")?;
        return Ok(());
    }
    let (sources, file, shift) = rule_text(loaded, found);
    let place = |attempt: &Attempt| format!("{display}:{}:{}", attempt.start.line, attempt.start.column);
    for attempt in attempts.iter().take(MOST_SHOWN) {
        let at = place(attempt);
        let remark = |message: String, origin: &Origin, severity| Remark {
            severity,
            file,
            span: Span::new(origin.start.saturating_sub(shift), origin.end.saturating_sub(shift)),
            message,
            notes: Vec::new(),
        };
        match &attempt.result {
            AttemptResult::Fired => writeln!(out, "{at}: {id} fires\n")?,
            AttemptResult::Exhausted => writeln!(out, "{at}: {id} used up its steps for this file\n")?,
            AttemptResult::Undecided { origin, because } => {
                let message = format!("{at}: not known: {}", origin.what);
                let notes = because.iter().map(|because| format!("unknown because {because}")).collect();
                let remark = Remark { notes, ..remark(message, origin, Severity::Warning) };
                console.remarks(&[remark], sources.get(), out)?;
            }
            AttemptResult::Failed { origin, .. } => {
                let message = format!("{at}: does not hold: {}", origin.what);
                console.remarks(&[remark(message, origin, Severity::Error)], sources.get(), out)?;
            }
        }
    }
    if attempts.len() > MOST_SHOWN {
        writeln!(out, "{} more places in this line came less far", attempts.len() - MOST_SHOWN)?;
    }
    Ok(())
}

fn attempts(question: &Question<'_>, display: &str) -> Result<Vec<Attempt>, String> {
    let Question { found, options, path, line, cwd } = *question;
    let source = fs::read(path).map_err(|error| format!("{display}: cannot be read: {error}"))?;
    // The pack of the rule is the only program here.
    let options = options.iter().filter(|option| option.rule.program == found.program).cloned();
    let options: Vec<OptionValue> =
        options.map(|option| OptionValue { rule: RuleRef { program: 0, ..option.rule }, ..option }).collect();
    let rules = RuleSet::new(vec![(Arc::clone(&found.pack.plan), Engine::Interp)], &options);
    let rules = rules.map_err(|error| error.to_string())?;
    let target = Target { path: cwd.join(path), display: Arc::from(display), explicit: true };
    let platform = Platform::default();
    let packages = Packages::of_disk(platform.config(), vec![target.path.clone()], 1);
    let packages = packages.with_declarations(rules.declarations());
    let job = Job {
        rules: &rules,
        settings: &rules.settings(|_| true),
        policy: None,
        files: &[],
        threads: 1,
        generated: true,
        prefilter: false,
        platform: &platform,
        packages: Some(&packages),
        reasons: true,
        profile: None,
        progress: &Quiet,
        interrupt: &AtomicBool::new(false),
    };
    let rule = RuleRef { program: 0, rule: found.index };
    explain(&job, rule, &target, &source, line).map_err(|reason| format!("{display}: {reason}"))
}

enum Texts<'a> {
    Loaded(&'a [Source]),
    Own(Box<Source>),
}

impl Texts<'_> {
    fn get(&self) -> &[Source] {
        match self {
            Texts::Loaded(sources) => sources,
            Texts::Own(source) => std::slice::from_ref(source),
        }
    }
}

/// The text in which the rule stands, its number, and how far offsets are shifted in it. A pack file has the text of the
/// rule alone.
fn rule_text<'a>(loaded: &'a Loaded, found: Found<'_>) -> (Texts<'a>, FileId, u32) {
    match found.pack.source_of(found.index) {
        Some(file) => (Texts::Loaded(&loaded.sources), file, 0),
        None => {
            let source = Source::new(&found.meta.file, found.meta.source.as_str());
            (Texts::Own(Box::new(source)), FileId(0), found.meta.source_offset)
        }
    }
}
