//! `rulec test`: the examples in rules, annotated Go files beside them, and the mutation score.

use crate::arguments::EngineName;
use crate::console::Console;
use crate::rules::{Loaded, RulePack, surroundings};
use crate::status::{Failure, Status};
use rulec_compiler::mutants;
use rulec_grammar::diagnostic::{FileId, Severity};
use rulec_plan::ir::RuleIndex;
use rulec_report::{Notice, Remark, Source};
use rulec_testing::{AnnotatedFile, Bench, Mutation, Results, Suite, Survivor, run_annotated};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct TestArguments {
    /// Rule files and folders. `NAME.go` beside `NAME.rule`, and the Go files in a folder `testdata` beside it, are run too.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Drop each condition, alternative and ellipsis in turn, and show which of them no example needs.
    #[arg(long)]
    mutate: bool,

    /// What runs the rules.
    #[arg(long, value_enum, default_value_t)]
    engine: EngineName,
}

/// Runs the examples.
pub fn run(arguments: &TestArguments, console: &Console) -> Result<Status, Failure> {
    let mut loaded = Loaded::of_paths(&arguments.paths);
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    let results = run_examples(&mut loaded, arguments.engine).map_err(Failure::Message)?;
    let mut out = console.out();
    console.remarks(&failures(&results), &loaded.sources, &mut out)?;
    if arguments.mutate {
        write_mutation(&loaded, console, &mut out)?;
    }
    writeln!(out, "{} passed, {} failed", results.passed, results.failed)?;
    out.flush()?;
    Ok(status(&results, &loaded))
}

fn status(results: &Results, loaded: &Loaded) -> Status {
    let examples = if results.failed > 0 { Status::Findings } else { Status::Clean };
    examples.max(if loaded.has_errors() { Status::Usage } else { Status::Clean })
}

/// Runs all examples of the rules that have sources. Annotated Go files are added to the sources, for the failures.
///
/// # Errors
/// What to tell the user where rules cannot be run.
pub fn run_examples(loaded: &mut Loaded, engine: EngineName) -> Result<Results, String> {
    let mut results = Results::default();
    let mut sources = Vec::new();
    let mut notices = Vec::new();
    for pack in &loaded.packs {
        let bench = bench(pack, engine)?;
        results.absorb(rulec_testing::run(Suite { bench: &bench, rules: &pack.rules }));
        for (path, rules) in annotated_files(pack) {
            match crate::rule_files::text(&path) {
                Ok(text) => {
                    let file = FileId((loaded.sources.len() + sources.len()) as u32);
                    results.absorb(run_annotated(&bench, &AnnotatedFile { path: &path, file, text: &text, rules }));
                    sources.push(Source::new(path.display().to_string(), text));
                }
                Err(reason) => notices.push(Notice::error(reason).about(path.display().to_string())),
            }
        }
    }
    loaded.sources.extend(sources);
    loaded.notices.extend(notices);
    Ok(results)
}

fn bench(pack: &RulePack, engine: EngineName) -> Result<Bench, String> {
    let plan = Arc::clone(&pack.plan);
    match engine {
        EngineName::Native => {
            Bench::native(plan).map_err(|error| format!("{error}; `--engine interp` runs without machine code"))
        }
        EngineName::Interp => Bench::interpreted(plan).map_err(|error| error.to_string()),
    }
}

/// Annotated Go files, and the rules that each is about: those of the rule file of the same name, or all of the folder
/// above `testdata`.
fn annotated_files(pack: &RulePack) -> BTreeMap<PathBuf, Vec<RuleIndex>> {
    let mut files: BTreeMap<PathBuf, BTreeSet<RuleIndex>> = BTreeMap::new();
    for rule in &pack.rules {
        let Some(source) = pack.files.get(rule.file.0 as usize) else { continue };
        let path = Path::new(&source.path);
        let beside = path.with_extension("go");
        if beside.is_file() {
            files.entry(beside).or_default().insert(rule.index);
        }
        let folder = path.parent().unwrap_or(Path::new("")).join("testdata");
        for file in go_files_in(&folder) {
            files.entry(file).or_default().insert(rule.index);
        }
    }
    files.into_iter().map(|(path, rules)| (path, rules.into_iter().collect())).collect()
}

fn go_files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "go") && path.is_file()).collect()
}

/// Failed examples as remarks about the rule files.
pub fn failures(results: &Results) -> Vec<Remark> {
    let remark = |failure: &rulec_testing::Failure| Remark {
        severity: Severity::Error,
        file: failure.place.file,
        span: failure.place.span,
        message: match failure.rule.is_empty() {
            true => failure.message.clone(),
            false => format!("{}: {}", failure.rule, failure.message),
        },
        notes: failure.notes.clone(),
    };
    results.failures.iter().map(remark).collect()
}

fn write_mutation(loaded: &Loaded, console: &Console, out: &mut dyn Write) -> Result<(), Failure> {
    let (mut all, mut survived) = (0, 0);
    for pack in &loaded.packs {
        let packs = pack.other_packs();
        let mut mutation = Mutation::default();
        for rule in &pack.rules {
            let Some(plan) = pack.plan.rules.get(rule.index.0 as usize) else { continue };
            let id = &plan.meta.id;
            let mut mutants = mutants(&pack.files, &pack.name, id, surroundings(&packs));
            // What other packs hold is tested there.
            mutants.retain(|mutant| (mutant.file.0 as usize) < pack.files.len());
            mutation.add(rule, id, mutants);
        }
        let remarks: Vec<_> = mutation.survivors().map(|survivor| remark(pack.first_source, survivor)).collect();
        all += mutation.mutants();
        survived += remarks.len();
        console.remarks(&remarks, &loaded.sources, out)?;
    }
    let caught = all - survived;
    let share = if all == 0 { 100.0 } else { caught as f64 * 100.0 / all as f64 };
    writeln!(out, "mutation score: {caught} of {all} mutants caught ({share:.0} %)")?;
    Ok(())
}

fn remark(first_source: usize, survivor: Survivor<'_>) -> Remark {
    let what = survivor.what;
    let rules = match survivor.rules {
        [rule] => rule.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
        [] => String::new(),
    };
    Remark {
        severity: Severity::Warning,
        file: FileId(first_source as u32 + survivor.file.0),
        span: survivor.span,
        message: format!("{rules}: {what} is not tested: without it, all examples pass"),
        notes: vec![
            "add a good example in which nothing else keeps the rule from reporting, or a bad one that needs it"
                .to_owned(),
        ],
    }
}
