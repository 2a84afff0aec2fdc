//! Runs the benchmarks: `cargo run --release -p rulec-bench -- --help`.

use clap::Parser;
use rulec_bench::compare::{Comparison, Size, compare};
use rulec_bench::corpus::{Corpus, Entry, entries};
use rulec_bench::once::{self, Stage};
use rulec_bench::stages::types::Project;
use rulec_bench::stages::{flow, packs, vet};
use rulec_bench::table::{Goal, Measured, Table, mb};
use rulec_bench::{Series, programs, record, rules};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// That of `rulec`, since stages are to take what they take there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Times `go vet` with an empty cache beside the stages, once. Of modules it needs all dependencies at hand.
    #[arg(long)]
    vet: bool,
    /// Measures names and types instead, imports followed: of modules all dependencies have to be at hand. Works best with
    /// `--vet` for the standard library.
    #[arg(long)]
    types: bool,
    /// Measures what happens in functions instead: bodies, calls, summaries, and all stock rules, beside plain parsing.
    #[arg(long)]
    flow: bool,
    /// Measures generated programs of 10 to 10,000 functions instead: how cost grows.
    #[arg(long)]
    growth: bool,
    /// Measures packs instead: building, loading, and running beside code made for the run and the interpreter, for the stock
    /// rules and for 500 generated ones.
    #[arg(long)]
    packs: bool,
    /// With `--packs`: times this rulec from its start to the first finding.
    #[arg(long, value_name = "RULEC", requires = "packs")]
    rulec: Option<PathBuf>,
    /// Counts the instructions of parsing, summaries and a full check instead, one thread each, with valgrind.
    #[arg(long)]
    instructions: bool,
    /// Runs one stage once and prints milliseconds by the clock and the peak of memory in KiB. For a process of its own.
    #[arg(long, value_name = "STAGE")]
    once: Option<Stage>,
    /// The number of threads for `--once`.
    #[arg(long, default_value_t = 2)]
    threads: usize,
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
        } else if let Some(stage) = options.once {
            let once = once::run(stage, &folder, options.threads)?;
            println!("{:.1} {}", once.wall_ms, once.peak_kib);
        } else if options.instructions {
            count_instructions(&name, &folder)?;
        } else if options.packs {
            let corpus = entry.map_or_else(|| Ok(Corpus::of_folder(&name, &folder)), |entry| entry.read())?;
            measure_packs(&corpus, options)?;
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
        let name = path.file_name().map_or_else(|| "folder".to_owned(), |name| name.to_string_lossy().into_owned());
        return Ok(vec![(name, path.clone(), None)]);
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

/// Parsing, the front end and rules that ask nothing but the tree.
fn measure(corpus: &Corpus, folder: &Path, options: &Options) -> Result<(), String> {
    let size = Size { rounds: options.rounds.max(1), many_rules: options.many_rules.max(10) };
    let mut comparison = compare(corpus, size);
    for threads in [1, 2] {
        comparison.table.add_once(once::measure(Stage::Check, folder, threads));
    }
    comparison.table.print(&comparison.goals());
    print_breakdown(corpus, &comparison);
    finish(&corpus.name, folder, &comparison.table, options)
}

fn print_breakdown(corpus: &Corpus, comparison: &Comparison) {
    let stages = comparison.breakdown;
    println!(
        "full check by its own clock: read {:.0}, parse and lower {:.0}, front {:.0}, match {:.0}, report {:.0} ms",
        stages.read_ms, stages.parse_ms, stages.front_ms, stages.match_ms, stages.report_ms
    );
    println!(
        "plain parsing {:.2} MB/s; {} findings of {} stock rules; {} files in part; {} internal errors",
        mb(corpus.bytes()) * 1000.0 / comparison.table.median_ms("parse"),
        comparison.findings,
        comparison.stock_rules,
        comparison.partial,
        comparison.internal_errors
    );
}

fn table_of(name: &str, project: &Project, options: &Options) -> Table {
    let measured = Measured { name: name.to_owned(), files: project.len(), bytes: project.bytes() };
    Table::new(measured, options.rounds.max(1))
}

/// Names and types, beside plain parsing of the same files.
fn measure_types(name: &str, folder: &Path, options: &Options) -> Result<(), String> {
    let project = Project::below(folder);
    let mut table = table_of(name, &project, options);
    for _ in 0..options.rounds.max(1) {
        let cache = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let round = project.measure(cache.path());
        println!("types known: {:.3} %", round.coverage.share().unwrap_or_default() * 100.0);
        table.add("parse-plain", round.plain);
        table.add("front", round.read);
        table.add("declarations", round.declarations);
        table.add("types-whole", round.whole);
        table.add("types-changed", round.changed);
    }
    for threads in [1, 2] {
        table.add_once(once::measure(Stage::Types, folder, threads));
    }
    table.print(&[
        Goal {
            what: "names and types, parsing and lowering not counted, to plain parsing",
            reached: table.ratio("types-whole", &["front", "declarations"], "parse-plain"),
            limit: 1.0,
        },
        Goal {
            what: "whole front end to plain parsing",
            reached: table.ratio("types-whole", &[], "parse-plain"),
            limit: 2.3,
        },
        Goal {
            what: "one package changed to the cold run",
            reached: table.ratio("types-changed", &[], "types-whole"),
            limit: 0.1,
        },
    ]);
    finish(name, folder, &table, options)
}

/// Bodies, calls and summaries, and a check with everything on, beside plain parsing of the same files.
fn measure_flow(name: &str, folder: &Path, options: &Options) -> Result<(), String> {
    let project = Project::below(folder);
    let mut table = table_of(name, &project, options);
    for _ in 0..options.rounds.max(1) {
        let round = flow::measure(&project);
        table.add("parse-plain", round.plain);
        table.add("types-whole", round.types);
        table.add("lower", round.lower);
        table.add("functions", round.functions);
        table.add("run-stock", once::check_with_stock(folder, 1)?);
    }
    for threads in [1, 2] {
        table.add_once(once::measure(Stage::Functions, folder, threads));
        table.add_once(once::measure(Stage::Check, folder, threads));
    }
    table.print(&[
        Goal {
            what: "calls and summaries, names and types not counted, to plain parsing",
            reached: table.ratio("functions", &["types-whole"], "parse-plain"),
            limit: 3.0,
        },
        Goal {
            what: "full check with all stock rules, names and types not counted, to plain parsing",
            reached: table.ratio("run-stock", &["types-whole"], "parse-plain"),
            limit: 3.0,
        },
    ]);
    finish(name, folder, &table, options)
}

/// Packs of the stock rules, and of as many rules as a goal speaks of.
fn measure_packs(corpus: &Corpus, options: &Options) -> Result<(), String> {
    for (name, files, limit) in [("stock", rules::stock(), f64::INFINITY), ("generated", rules::generated(500), 1.0)] {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let count = rules::plan(&files).rules.len();
        let name = format!("{name}-{count}");
        let rulec = options.rulec.as_deref();
        let table = packs::measure(&name, &files, corpus, options.rounds.max(1), folder.path(), rulec)?;
        table.print(&[
            Goal {
                what: "milliseconds from a pack file, signed, to verified rules",
                reached: table.median_ms("load-first"),
                limit: limit * 3.0,
            },
            Goal { what: "milliseconds if it was verified before", reached: table.median_ms("load-again"), limit },
        ]);
        let building: f64 = ["plan", "native-pack", "write"].iter().map(|stage| table.median_ms(stage)).sum();
        println!("{:>9.1}  µs a rule: from rule text to a pack file", building * 1000.0 / count as f64);
        if let Some(path) = &options.record {
            record::add(path, &table.lines())?;
        }
    }
    Ok(())
}

/// Prints the peer beside a table if asked for, and records both.
fn finish(name: &str, folder: &Path, table: &Table, options: &Options) -> Result<(), String> {
    let mut lines = table.lines();
    // What was measured before is kept, whatever becomes of the peer.
    if options.vet {
        match vet::measure(folder, if name == "go" { "std" } else { "./..." }) {
            Ok(sample) => {
                println!(
                    "{:>13} {:>9.1} ms, {:.1} ms by the clock, with an empty cache",
                    "go-vet", sample.cpu_ms, sample.wall_ms
                );
                let mut series = Series::default();
                series.add(sample);
                let threads = std::thread::available_parallelism().map_or(1, usize::from);
                lines.push(record::line("go-vet", table.of(), threads, &series, None));
            }
            Err(fault) => eprintln!("{fault}"),
        }
    }
    options.record.as_ref().map_or(Ok(()), |path| record::add(path, &lines))
}

/// Summaries, and a check with everything on, of programs that are ten times as large each time.
fn measure_growth(options: &Options) -> Result<(), String> {
    for size in [10, 100, 1000, 10_000] {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        programs::write(folder.path(), size).map_err(|error| format!("{}: {error}", folder.path().display()))?;
        let project = Project::below(folder.path());
        let mut table = table_of(&format!("generated-{size}"), &project, options);
        for _ in 0..options.rounds.max(1) {
            let round = flow::measure(&project);
            table.add("parse-plain", round.plain);
            table.add("functions", round.functions);
            table.add("run-stock", once::check_with_stock(folder.path(), 1)?);
        }
        table.print(&[]);
        for stage in ["functions", "run-stock"] {
            println!("{:>9.1}  µs a function: {stage}", table.median_ms(stage) * 1000.0 / size as f64);
        }
        if let Some(path) = &options.record {
            record::add(path, &table.lines())?;
        }
    }
    Ok(())
}

/// Instructions instead of times: the same on a machine that is busy.
fn count_instructions(name: &str, folder: &Path) -> Result<(), String> {
    let parsing = once::instructions(Stage::Parse, folder)?;
    println!("{name}: {:>9.1} million instructions, parsing", parsing as f64 / 1e6);
    for (stage, what) in [(Stage::Types, "types"), (Stage::Functions, "summaries"), (Stage::Check, "a full check")] {
        let count = once::instructions(stage, folder)?;
        println!(
            "{name}: {:>9.1} million, {what}: {:.2} of parsing",
            count as f64 / 1e6,
            count as f64 / parsing as f64
        );
    }
    Ok(())
}
