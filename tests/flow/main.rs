//! Control-flow graphs against golang.org/x/tools/go/cfg: every function of a folder, every atom, what can follow it.
//!
//! In: a folder of Go files and what `goflow`, a Go program beside this one, writes of it. Out: how many functions agree,
//! and every difference. Compared is the relation "what is evaluated next" between atoms (simple statements, conditions,
//! tags, case expressions, operands of range), so that it does not matter how blocks are cut; dead code has no part in it.
//!
//! What is different by design, and evened out here or by goflow:
//! - `&&` and `||` branch in our graphs; in go/cfg a condition is whole, so steps inside of an atom are folded.
//! - Deferred calls run at the ways out of our bodies; in go/cfg they run nowhere, so `return` is an exit at once.
//! - A `panic` goes through deferred calls to the caller, or back by `recover`; in go/cfg nothing follows.
//! - `select` evaluates channels and values for all cases, then chooses, then communicates; go/cfg communicates in all
//!   cases before it chooses. A range assigns key and value in each iteration; in go/cfg once, before the loop.
//! - No call but `panic` never returns here, as no function is known.
//!
//! On record for Go 1.26.8, `src` with all commands, tests and files of other platforms: 93,314 functions, 967,942 atoms,
//! no other difference.
//!
//! Start at [`main`]; [`theirs`] reads what goflow writes, [`ours`] makes the same of bodies.

mod ours;
mod theirs;

use clap::Parser;
use ours::Graphs;
use rulec_gofront::Reader;
use rulec_tree::Vocabulary;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use theirs::{Function, Functions};

/// Compares control-flow graphs with those of go/cfg.
#[derive(Parser)]
struct Options {
    /// The folder; the source of the standard library if none is given.
    folder: Option<PathBuf>,
    /// Reads what goflow wrote of the folder earlier, rather than running it.
    #[arg(long, value_name = "FILE")]
    written: Option<PathBuf>,
    /// Lists at most so many differences.
    #[arg(long, default_value_t = 40)]
    limit: usize,
}

/// What was compared.
#[derive(Default)]
struct Totals {
    functions: usize,
    atoms: usize,
    differing: usize,
    /// Functions of files that we do not read, or not in full.
    unread: usize,
    differences: Vec<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(totals) => {
            totals.differences.iter().take(options.limit).for_each(|difference| println!("{difference}"));
            println!(
                "{} functions with {} atoms compared, {} differ, {} could not be read in full",
                totals.functions, totals.atoms, totals.differing, totals.unread
            );
            ExitCode::from(u8::from(totals.differing > 0))
        }
        Err(error) => {
            eprintln!("graphs: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<Totals, String> {
    let folder = match &options.folder {
        Some(folder) => folder.clone(),
        None => goroot()?.join("src"),
    };
    let written = match &options.written {
        Some(path) => std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?,
        None => goflow(&folder)?,
    };
    let mut totals = Totals::default();
    for (path, functions) in Functions::of(&written).files() {
        compare_file(&folder, path, &functions, &mut totals);
    }
    Ok(totals)
}

fn goroot() -> Result<PathBuf, String> {
    let output = Command::new("go").args(["env", "GOROOT"]).output().map_err(|error| format!("go env: {error}"))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn goflow(folder: &Path) -> Result<String, String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("goflow");
    let mut command = Command::new("go");
    command.current_dir(program).args(["run", ".", "-C"]).arg(folder).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("go run: {error}"))?;
    if !output.status.success() {
        return Err("goflow failed".to_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| format!("goflow: {error}"))
}

fn compare_file(folder: &Path, path: &str, functions: &[Function<'_>], totals: &mut Totals) {
    let source = std::fs::read(folder.join(path)).unwrap_or_default();
    let Ok(file) = Reader::new().read(&source, &Arc::new(Vocabulary::default())) else {
        totals.unread += functions.len();
        return;
    };
    let graphs = Graphs::of(&file);
    for function in functions {
        let Some(ours) = graphs.function(function) else {
            totals.unread += 1;
            continue;
        };
        totals.functions += 1;
        totals.atoms += function.atoms.len();
        let differences = function.differences(&ours);
        totals.differing += usize::from(!differences.is_empty());
        let place = format!("{path}:{}: {}", function.place, function.name);
        totals.differences.extend(differences.into_iter().map(|difference| format!("{place}: {difference}")));
    }
}
