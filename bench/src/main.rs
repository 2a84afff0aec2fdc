//! Runs the benchmarks: `cargo run --release -p rulec-bench -- --help`.

use clap::Parser;
use rulec_bench::compare::{Comparison, Size, compare};
use rulec_bench::corpus::{Corpus, Entry, entries, go_files};
use rulec_bench::stages::types::{self, Project};
use rulec_bench::stages::{flow, run, vet};
use rulec_bench::{Sample, Series, programs, record, rules, sample};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

/// Measures each stage of rulec over Go projects, and says how far what is promised is reached.
#[derive(Parser)]
struct Options {
    /// Projects of corpus.toml; the Go distribution if none is named.
    corpus: Vec<String>,
    /// Measures the Go files below this folder instead.
    #[arg(long, conflicts_with = "corpus")]
    path: Option<PathBuf>,
    /// How often each stage is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many generated rules stand for many.
    #[arg(long, default_value_t = 1000)]
    many_rules: usize,
    /// Adds the numbers to this CSV file.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Checks once with all stock rules on so many threads and prints the peak of memory in KiB. For a process of its own.
    #[arg(long, value_name = "THREADS")]
    peak: Option<usize>,
    /// Times `go vet` with an empty cache beside the stages, once. Of modules it needs all dependencies at hand.
    #[arg(long)]
    vet: bool,
    /// Measures names and types instead, imports followed: of modules all dependencies have to be at hand. Works best with
    /// `--vet` for the standard library.
    #[arg(long)]
    types: bool,
    /// Goes through the types of all files once on so many threads and prints the peak of memory in KiB. For a process of
    /// its own.
    #[arg(long, value_name = "THREADS")]
    peak_types: Option<usize>,
    /// Measures what happens in functions instead: bodies, calls, summaries, and all stock rules, beside plain parsing.
    #[arg(long)]
    flow: bool,
    /// Measures generated programs of 10 to 10,000 functions instead: how cost grows.
    #[arg(long)]
    growth: bool,
    /// Summarises all functions once on so many threads and prints the peak of memory in KiB. For a process of its own.
    #[arg(long, value_name = "THREADS")]
    peak_flow: Option<usize>,
    /// Checks once with all stock rules on so many threads, without a cache, and prints milliseconds by the clock. For a
    /// process of its own.
    #[arg(long, value_name = "THREADS")]
    alone: Option<usize>,
    /// Counts files and bytes, for corpus.toml.
    #[arg(long)]
    count: bool,
}

fn main() -> ExitCode {
    match act(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn act(options: &Options) -> Result<(), String> {
    if options.growth {
        return measure_growth(options);
    }
    for (name, folder, entry) in folders(options)? {
        if options.count {
            let corpus = Corpus::of_folder(&name, &folder);
            println!("{name}: files = {}, bytes = {}", corpus.files.len(), corpus.bytes());
        } else if let Some(threads) = options.peak {
            println!("{}", peak(&folder, threads)?);
        } else if let Some(threads) = options.peak_types {
            println!("{}", peak_of_types(&folder, threads)?);
        } else if let Some(threads) = options.peak_flow {
            println!("{}", peak_of_flow(&folder, threads)?);
        } else if let Some(threads) = options.alone {
            println!("{:.1}", check_alone(&folder, threads)?.wall_ms);
        } else if options.types {
            measure_types(&name, &folder, options)?;
        } else if options.flow {
            measure_flow(&name, &folder, options)?;
        } else {
            let corpus = entry.map_or_else(|| Ok(Corpus::of_folder(&name, &folder)), |entry| entry.read())?;
            measure(&corpus, &folder, options)?;
        }
    }
    Ok(())
}

/// What to measure: name, folder, and the entry of corpus.toml if it is one.
fn folders(options: &Options) -> Result<Vec<(String, PathBuf, Option<Entry>)>, String> {
    if let Some(path) = &options.path {
        return Ok(vec![("folder".to_owned(), path.clone(), None)]);
    }
    let names = if options.corpus.is_empty() { &["go".to_owned()][..] } else { &options.corpus };
    let listed = entries()?;
    let find = |name: &String| {
        let entry = listed.iter().find(|entry| entry.name == *name);
        let entry = entry.ok_or_else(|| format!("corpus.toml has no `{name}`"))?;
        Ok((name.clone(), entry.folder()?, Some(entry.clone())))
    };
    names.iter().map(find).collect()
}

fn measure(corpus: &Corpus, folder: &Path, options: &Options) -> Result<(), String> {
    println!("{}: {} files, {:.1} MB, {} rounds", corpus.name, corpus.files.len(), mb(corpus.bytes()), options.rounds);
    let size = Size { rounds: options.rounds.max(1), many_rules: options.many_rules.max(10) };
    let comparison = compare(corpus, size);
    let peaks: Vec<(usize, u64)> =
        [1, 2].into_iter().filter_map(|n| Some((n, peak_of_child(folder, "--peak", n)?))).collect();
    print_stages(corpus, &comparison);
    for goal in comparison.goals() {
        println!(
            "{:>9.2}  {} (goal {}): {}",
            goal.reached,
            goal.what,
            goal.limit,
            if goal.holds() { "reached" } else { "missed" }
        );
    }
    for (threads, kib) in &peaks {
        println!("{:>9.1}  MB of memory at most, {threads} threads", mb(kib * 1024));
    }
    // What was measured before is kept, whatever becomes of the peer.
    let peer = if options.vet {
        measure_peer(&corpus.name, folder).inspect_err(|fault| eprintln!("{fault}")).ok()
    } else {
        None
    };
    match &options.record {
        Some(path) => add_record(path, corpus, &comparison, &peaks, peer.as_ref()),
        None => Ok(()),
    }
}

/// Names and types, beside plain parsing of the same files.
fn measure_types(name: &str, folder: &Path, options: &Options) -> Result<(), String> {
    let project = Project::below(folder);
    println!("{name}: {} files, {:.1} MB, {} rounds", project.len(), mb(project.bytes()), options.rounds);
    let mut stages =
        ["parse-plain", "front", "declarations", "types-whole", "types-changed"].map(|name| (name, Series::default()));
    for _ in 0..options.rounds.max(1) {
        let cache = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let round = project.measure(cache.path());
        println!("types known: {:.3} %", round.coverage.share().unwrap_or_default() * 100.0);
        let samples = [round.plain, round.read, round.declarations, round.whole, round.changed];
        stages.iter_mut().zip(samples).for_each(|((_, series), sample)| series.add(sample));
    }
    for (stage, series) in &stages {
        let (min, max) = series.spread_ms();
        println!("{stage:>13} {:>9.1} ms ({min:.1} to {max:.1})", series.median_ms());
    }
    let [plain, read, declarations, whole, changed] = [0, 1, 2, 3, 4].map(|at: usize| stages[at].1.median_ms());
    for (what, reached, limit) in [
        (
            "names and types, parsing and lowering not counted, to plain parsing",
            (whole - read - declarations) / plain,
            1.0,
        ),
        ("whole front end to plain parsing", whole / plain, 2.3),
        ("one package changed to the cold run", changed / whole, 0.1),
    ] {
        let verdict = if reached <= limit { "reached" } else { "missed" };
        println!("{reached:>9.2}  {what} (goal {limit}): {verdict}");
    }
    let peaks: Vec<(usize, u64)> = [1, 2]
        .into_iter()
        .filter_map(|threads| Some((threads, peak_of_child(folder, "--peak-types", threads)?)))
        .collect();
    for (threads, kib) in &peaks {
        println!("{:>9.1}  MB of memory at most, {threads} threads", mb(kib * 1024));
    }
    let peer = if options.vet { Some(measure_peer(name, folder)) } else { None };
    let peer = peer.transpose().inspect_err(|fault| eprintln!("{fault}")).unwrap_or_default();
    let Some(path) = &options.record else { return Ok(()) };
    let of_project = (name, project.len(), project.bytes());
    let mut lines: Vec<String> =
        stages.iter().map(|(stage, series)| record::line(stage, of_project, 1, series, None)).collect();
    lines.extend(
        peaks
            .iter()
            .map(|(threads, kib)| record::line("peak-types", of_project, *threads, &Series::default(), Some(*kib))),
    );
    lines.extend(peer.iter().map(|series| record::line("go-vet", of_project, 2, series, None)));
    add_lines(path, &lines)
}

/// Bodies, calls and summaries, and a check with everything on, beside plain parsing of the same files.
fn measure_flow(name: &str, folder: &Path, options: &Options) -> Result<(), String> {
    let project = Project::below(folder);
    println!("{name}: {} files, {:.1} MB, {} rounds", project.len(), mb(project.bytes()), options.rounds);
    let mut stages =
        ["parse-plain", "types-whole", "lower", "functions", "run-stock"].map(|name| (name, Series::default()));
    for _ in 0..options.rounds.max(1) {
        let round = flow::measure(&project);
        println!("{} functions with a summary", round.count);
        let check = check_with_stock(folder, 1)?;
        let samples = [round.plain, round.types, round.lower, round.functions, check];
        stages.iter_mut().zip(samples).for_each(|((_, series), sample)| series.add(sample));
    }
    for (stage, series) in &stages {
        let (min, max) = series.spread_ms();
        println!("{stage:>13} {:>9.1} ms ({min:.1} to {max:.1})", series.median_ms());
    }
    let [plain, types, lower, functions, check] = [0, 1, 2, 3, 4].map(|at: usize| stages[at].1.median_ms());
    for (what, reached, limit) in [
        ("bodies of all functions, types not counted, to plain parsing", (lower - types) / plain, 1.0),
        ("calls and summaries, types not counted, to plain parsing", (functions - types) / plain, 3.0),
        ("full check with all stock rules to plain parsing", check / plain, 6.0),
    ] {
        let verdict = if reached <= limit { "reached" } else { "missed" };
        println!("{reached:>9.2}  {what} (goal {limit}): {verdict}");
    }
    let peaks: Vec<(&str, usize, u64)> = [("--peak-flow", "peak-functions"), ("--peak", "peak-stock")]
        .into_iter()
        .filter_map(|(option, stage)| Some((stage, 2, peak_of_child(folder, option, 2)?)))
        .collect();
    for (stage, threads, kib) in &peaks {
        println!("{stage:>14} {:>9.1} MB at most, {threads} threads", mb(kib * 1024));
    }
    let alone = text_of_child(folder, "--alone", 2).and_then(|text| text.parse::<f64>().ok());
    if let Some(wall_ms) = alone {
        println!("{wall_ms:>9.1}  ms by the clock: a cold check with all stock rules, 2 threads");
    }
    let Some(path) = &options.record else { return Ok(()) };
    let of_project = (name, project.len(), project.bytes());
    let mut lines: Vec<String> =
        stages.iter().map(|(stage, series)| record::line(stage, of_project, 1, series, None)).collect();
    lines.extend(
        peaks.iter().map(|(stage, n, kib)| record::line(stage, of_project, *n, &Series::default(), Some(*kib))),
    );
    if let Some(wall_ms) = alone {
        let mut series = Series::default();
        series.add(Sample { cpu_ms: wall_ms, wall_ms, result: 0 });
        lines.push(record::line("wall-stock-cold", of_project, 2, &series, None));
    }
    add_lines(path, &lines)
}

/// Summaries, and a check with everything on, of programs that are ten times as large each time.
fn measure_growth(options: &Options) -> Result<(), String> {
    let mut lines = Vec::new();
    for size in [10, 100, 1000, 10_000] {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        programs::write(folder.path(), size).map_err(|error| format!("{}: {error}", folder.path().display()))?;
        let project = Project::below(folder.path());
        let mut stages = ["parse-plain", "functions", "run-stock"].map(|name| (name, Series::default()));
        for _ in 0..options.rounds.max(1) {
            let round = flow::measure(&project);
            let samples = [round.plain, round.functions, check_with_stock(folder.path(), 1)?];
            stages.iter_mut().zip(samples).for_each(|((_, series), sample)| series.add(sample));
        }
        for (stage, series) in &stages {
            let each = series.median_ms() * 1000.0 / size as f64;
            println!("{size:>7} functions {stage:>13} {:>9.1} ms, {each:>7.1} µs each", series.median_ms());
            let program = format!("generated-{size}");
            lines.push(record::line(stage, (&program, project.len(), project.bytes()), 1, series, None));
        }
    }
    options.record.as_ref().map_or(Ok(()), |path| add_lines(path, &lines))
}

/// A check of all Go files below a folder with all stock rules on, whatever their level.
fn check_with_stock(folder: &Path, threads: usize) -> Result<Sample, String> {
    let rules = rules::ready(&Arc::new(rules::plan(&rules::stock())));
    let targets = run::targets(Project::below(folder).paths().iter());
    let mut files = 0;
    let sample = sample(|| {
        let outcome = run::check_all(&targets, &rules, threads);
        files = outcome.summary.files;
        (outcome.findings.len() as u64).to_le_bytes().to_vec()
    });
    if files == 0 { Err("nothing was checked".to_owned()) } else { Ok(sample) }
}

/// The same, all that comes before it included: what a user waits for.
fn check_alone(folder: &Path, threads: usize) -> Result<Sample, String> {
    let mut checked = Ok(());
    let whole = sample(|| {
        checked = check_with_stock(folder, threads).map(|_| ());
        Vec::new()
    });
    checked.map(|()| whole)
}

fn peak_of_flow(folder: &Path, threads: usize) -> Result<u64, String> {
    flow::summarise_all(Project::below(folder).paths(), threads);
    record::peak_kib().ok_or_else(|| "the system does not tell how much memory was held".to_owned())
}

/// Adds lines to a record, with its heading if it is new.
fn add_lines(path: &Path, lines: &[String]) -> Result<(), String> {
    let mut text = std::fs::read_to_string(path).unwrap_or_else(|_| format!("{}\n", record::HEADER));
    for line in lines {
        text += line;
        text.push('\n');
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn peak_of_types(folder: &Path, threads: usize) -> Result<u64, String> {
    types::type_all(folder, threads);
    record::peak_kib().ok_or_else(|| "the system does not tell how much memory was held".to_owned())
}

/// Times `go vet` and prints it.
fn measure_peer(name: &str, folder: &Path) -> Result<Series, String> {
    let sample = vet::measure(folder, if name == "go" { "std" } else { "./..." })?;
    println!("{:>13} {:>9.1} ms, {:.1} ms by the clock, with an empty cache", "go-vet", sample.cpu_ms, sample.wall_ms);
    let mut series = Series::default();
    series.add(sample);
    Ok(series)
}

fn print_stages(corpus: &Corpus, comparison: &Comparison) {
    for (stage, series) in &comparison.stages {
        let (min, max) = series.spread_ms();
        println!("{stage:>13} {:>9.1} ms ({min:.1} to {max:.1}), result {:016x}", series.median_ms(), series.result());
    }
    let stages = comparison.breakdown;
    println!(
        "full check by its own clock: read {:.0}, parse and lower {:.0}, front {:.0}, match {:.0}, report {:.0} ms",
        stages.read_ms, stages.parse_ms, stages.front_ms, stages.match_ms, stages.report_ms
    );
    println!(
        "plain parsing {:.2} MB/s; {} findings of {} stock rules; {} files in part; {} internal errors",
        mb(corpus.bytes()) * 1000.0 / comparison.median_ms("parse"),
        comparison.findings,
        comparison.stock_rules,
        comparison.partial,
        comparison.internal_errors
    );
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The peak of a check in a process of its own, which holds nothing else.
fn peak_of_child(folder: &Path, option: &str, threads: usize) -> Option<u64> {
    text_of_child(folder, option, threads)?.parse().ok()
}

/// What this program prints over a folder, in a process of its own.
fn text_of_child(folder: &Path, option: &str, threads: usize) -> Option<String> {
    let mut command = Command::new(std::env::current_exe().ok()?);
    command.args([option, &threads.to_string(), "--path"]).arg(folder);
    Some(String::from_utf8(command.output().ok()?.stdout).ok()?.trim().to_owned())
}

fn peak(folder: &Path, threads: usize) -> Result<u64, String> {
    let targets = run::targets(go_files(folder).iter());
    let rules = rules::ready(&Arc::new(rules::plan(&rules::stock())));
    let outcome = run::check_all(&targets, &rules, threads);
    if outcome.summary.files == 0 {
        return Err("nothing was checked".to_owned());
    }
    record::peak_kib().ok_or_else(|| "the system does not tell how much memory was held".to_owned())
}

fn add_record(
    path: &Path,
    corpus: &Corpus,
    comparison: &Comparison,
    peaks: &[(usize, u64)],
    peer: Option<&Series>,
) -> Result<(), String> {
    let of_corpus = (corpus.name.as_str(), corpus.files.len(), corpus.bytes());
    let stages = comparison.stages.iter();
    let mut lines: Vec<String> =
        stages.map(|(stage, series)| record::line(stage, of_corpus, 1, series, None)).collect();
    for (threads, kib) in peaks {
        let mut series = Series::default();
        series.add(sample(Vec::new));
        lines.push(record::line("peak-stock", of_corpus, *threads, &series, Some(*kib)));
    }
    if let Some(series) = peer {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        lines.push(record::line("go-vet", of_corpus, threads, series, None));
    }
    add_lines(path, &lines)
}
