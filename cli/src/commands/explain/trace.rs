//! `rulec explain RULE FILE:LINE`: how far the rule comes at each place of the line.

use crate::console::Console;
use crate::rules::{Found, Loaded};
use crate::settings::Configuration;
use crate::status::Failure;
use rulec_grammar::diagnostic::{FileId, Severity};
use rulec_pack::Engine;
use rulec_plan::ir::Origin;
use rulec_report::{Remark, Source};
use rulec_runtime::explain::{Attempt, AttemptResult, explain};
use rulec_runtime::finding::RuleRef;
use rulec_runtime::job::{Job, Platform, Quiet, Target};
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

/// Tries the rule at the line and writes how it went, the furthest attempt first.
pub fn write(
    loaded: &Loaded,
    found: Found<'_>,
    path: &Path,
    line: u32,
    configuration: &Configuration,
    console: &Console,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let display = discover::display(path, &configuration.cwd);
    let attempts = attempts(found, path, line, &display, configuration).map_err(Failure::Message)?;
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

fn attempts(
    found: Found<'_>,
    path: &Path,
    line: u32,
    display: &str,
    configuration: &Configuration,
) -> Result<Vec<Attempt>, String> {
    let source = fs::read(path).map_err(|error| format!("{display}: cannot be read: {error}"))?;
    let rules = RuleSet::new(vec![(Arc::clone(&found.pack.plan), Engine::Interp)], &[]);
    let rules = rules.map_err(|error| error.to_string())?;
    let target = Target { path: configuration.cwd.join(path), display: Arc::from(display), explicit: true };
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
