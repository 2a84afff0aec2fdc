//! Names and types against go/types: how far what `rulec inspect types` says is what Go's own type checker says.
//!
//! In: Go projects of `corpora.toml`, or any module. Out: how many expressions agree, are unknown to us or wrong, with
//! differences grouped by cause; or, with `--broken`, what is lost where code is damaged.
//!
//! Runs `gotypes`, a Go program beside this one, and the binary `rulec` as a user would. Compares file by file and holds
//! one file at a time. Agreement is what the product is judged by, so nothing of its
//! type checker is used here.
//!
//! Start at [`judge`]. [`corpora`] makes projects ready, [`run`] runs both sides, [`lines`] reads what they write,
//! [`compare`] compares one file, [`causes`] groups differences, [`report`] prints; [`broken`] and [`damage`] are about
//! code that is damaged.

mod broken;
mod causes;
mod compare;
mod corpora;
mod damage;
mod lines;
mod report;
mod run;

use causes::Causes;
use clap::Parser;
use corpora::{Corpus, entry};
use lines::{Event, Events, Spilled, open};
use report::{Shown, Totals};
use run::{Judge, Rulec, folders_of};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compares `rulec inspect types` with go/types.
#[derive(Parser)]
struct Options {
    /// Projects of tests/types/corpora.toml; std if none is named.
    corpus: Vec<String>,
    /// Judges the module in this folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "corpus")]
    path: Option<PathBuf>,
    /// Only fetches projects, with all that they import.
    #[arg(long)]
    fetch: bool,
    /// Lists groups of differences.
    #[arg(long)]
    report: bool,
    /// Lists only groups in which something is said that is not so.
    #[arg(long)]
    only_wrong: bool,
    /// Lists at most so many groups, or losses.
    #[arg(long, default_value_t = 30)]
    limit: usize,
    /// Judges only one in N packages, chosen by a hash of the path.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    sample: u32,
    /// Hides the module cache from rulec. The truth is that of the run with it.
    #[arg(long)]
    nodeps: bool,
    /// The binary.
    #[arg(long, value_name = "FILE", default_value = "target/release/rulec")]
    rulec: PathBuf,
    /// An option for `rulec inspect types`.
    #[arg(long = "option", value_name = "OPTION", allow_hyphen_values = true)]
    options: Vec<String>,
    /// Takes what go/types says from this file, which may end in .gz, instead of running it.
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Takes NAME.jsonl.gz in this folder, and makes what is not there.
    #[arg(long, value_name = "FOLDER", conflicts_with = "truth")]
    truths: Option<PathBuf>,
    /// Takes what rulec says from this file, instead of running it.
    #[arg(long, value_name = "FILE")]
    ours: Option<PathBuf>,
    /// Where copies of projects are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/corpora")]
    corpora: PathBuf,
    /// Adds the numbers to this CSV file.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Ends with a failure where a goal is missed.
    #[arg(long)]
    gate: bool,
    /// Damages N random packages of the standard library instead, and tells what is lost outside of the damage.
    #[arg(long, value_names = ["SEED", "N"], num_args = 2, conflicts_with_all = ["corpus", "path"])]
    broken: Option<Vec<u64>>,
}

fn main() -> ExitCode {
    match act(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("types: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn act(options: &Options) -> Result<(), String> {
    let rulec = Rulec {
        program: options.rulec.clone(),
        options: options.options.clone(),
        without_dependencies: options.nodeps,
    };
    if let Some([seed, rounds]) = options.broken.as_deref() {
        return broken::run(&rulec, *seed, *rounds, options.limit);
    }
    let corpora = corpora_of(options)?;
    if (options.truth.is_some() || options.ours.is_some()) && corpora.len() != 1 {
        return Err("--truth and --ours are about one corpus".to_owned());
    }
    for corpus in corpora.iter().filter(|_| !options.fetch) {
        judge(corpus, &rulec, options)?;
    }
    Ok(())
}

fn corpora_of(options: &Options) -> Result<Vec<Corpus>, String> {
    if let Some(path) = &options.path {
        let folder = std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(vec![Corpus { name: "folder".to_owned(), version: String::new(), folder, pattern: "./..." }]);
    }
    let names = if options.corpus.is_empty() { &["std".to_owned()][..] } else { &options.corpus };
    names.iter().map(|name| entry(name)?.ready(&options.corpora)).collect()
}

/// Compares one corpus and prints what comes of it.
fn judge(corpus: &Corpus, rulec: &Rulec, options: &Options) -> Result<(), String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let truth = truth(corpus, options, temporary.path())?;
    let mut totals = Totals::default();
    let mut ours = match &options.ours {
        Some(path) => Spilled::read(open(path)?).map_err(|error| format!("{}: {error}", path.display()))?,
        None => {
            let ended = rulec.inspect(&corpus.folder, &folders_of(&truth)?)?;
            if ended.status != Some(0) {
                return Err(format!("rulec ended with {:?}:\n{}", ended.status, ended.said));
            }
            totals.rulec_seconds = Some(ended.took.as_secs_f64());
            ended.lines
        }
    };
    let mut causes = Causes::default();
    compare_files(corpus, &truth, &mut ours, &mut totals, &mut causes)?;
    if options.sample == 1 {
        totals.extra_files = ours.left().into_iter().map(str::to_owned).collect();
    }
    let shown = Shown {
        groups: options.report || options.only_wrong,
        only_false: options.only_wrong,
        limit: options.limit,
        agreement: !options.nodeps,
    };
    report::print(&corpus.name, &totals, &causes, shown);
    if let Some(path) = &options.record {
        let dependencies = if options.nodeps { "missing" } else { "there" };
        let sample = options.sample.to_string();
        let what = [corpus.name.as_str(), corpus.version.as_str(), dependencies, sample.as_str()];
        report::record(path, what, &totals, &causes)?;
    }
    if options.gate && !report::reaches_goals(&totals, !options.nodeps) {
        return Err(format!("{}: a goal is missed", corpus.name));
    }
    Ok(())
}

/// The file that has what go/types says; made if it is not there.
fn truth(corpus: &Corpus, options: &Options, temporary: &Path) -> Result<PathBuf, String> {
    if let Some(path) = &options.truth {
        return Ok(path.clone());
    }
    let sampled = if options.sample > 1 { format!("-{}", options.sample) } else { String::new() };
    let name = format!("{}{sampled}.jsonl.gz", corpus.name);
    let path = options.truths.as_deref().unwrap_or(temporary).join(name);
    if !path.exists() {
        let told = Judge::build()?.write(corpus, options.sample, &path)?;
        let mistaken = told.error_packages.map_or(0, |packages| packages.len());
        println!(
            "go/types: {} packages, {} lines in {:.1} s; {mistaken} packages with mistakes",
            told.packages, told.lines, told.seconds
        );
    }
    Ok(path)
}

fn compare_files(
    corpus: &Corpus,
    truth: &Path,
    ours: &mut Spilled,
    totals: &mut Totals,
    causes: &mut Causes,
) -> Result<(), String> {
    let mut events = Events::new(open(truth)?);
    while let Some(event) = events.next()? {
        let block = match event {
            Event::File(block) => block,
            Event::Skipped(path) => {
                totals.skipped += 1;
                ours.take(&path).map_err(|error| format!("{path}: {error}"))?;
                continue;
            }
            Event::Mistakes(mistakes) => {
                totals.mistakes.push(mistakes);
                continue;
            }
        };
        totals.files += 1;
        let lines = ours.take(&block.path).map_err(|error| format!("{}: {error}", block.path))?;
        let (counts, differences) = compare::compare(&block.text, lines.as_deref().unwrap_or_default())?;
        totals.counts += counts;
        if lines.is_none() {
            totals.missing_files.push(block.path);
        } else if !differences.is_empty() {
            let source = std::fs::read(corpus.folder.join(&block.path)).unwrap_or_default();
            causes.add(&block.path, &source, &differences);
        }
    }
    totals.counts.malformed += ours.malformed;
    totals.disorder = ours.disorder;
    Ok(())
}
