//! Call edges against golang.org/x/tools/go/callgraph: every call of three programs, and what it may call.
//!
//! In: a main package and what `gocalls`, a Go program beside this one, writes of it: class-hierarchy (CHA), rapid type (RTA)
//! and variable type analysis (VTA). Out: how many edges both have and how many only one side has, by how the callee is
//! found, with a reason for each class of difference, and examples.
//!
//! What we leave open on purpose: where a function value can come from code that is not followed (a parameter of what other
//! packages call, a field that they write), we say that not all callees are known, rather than list all functions of the
//! signature as CHA does. A method of an interface may be that of each declared type of the program that implements it.
//!
//! What has no place in the comparison: calls that no expression writes, calls of predeclared functions, and our edges
//! from a call that hands a function to another that calls it.
//!
//! Start at [`main`]; [`theirs`] reads what gocalls writes, [`ours`] asks for the same, [`compare`] compares.

mod compare;
mod ours;
mod theirs;

use clap::Parser;
use compare::{Comparison, Count, Reason};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use theirs::{How, Theirs};

/// Compares call edges with those of golang.org/x/tools.
#[derive(Parser)]
struct Options {
    /// Main packages, as the Go command names them in the folder.
    #[arg(default_value = "cmd/gofmt")]
    programs: Vec<String>,
    /// The folder of the programs' module; the source of the Go distribution if none is given.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Lists so many differences of each class.
    #[arg(long, default_value_t = 3)]
    examples: usize,
    /// Lists only differences whose reason has this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
    /// Adds the numbers to this CSV file.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(unexplained) => ExitCode::from(u8::from(unexplained > 0)),
        Err(error) => {
            eprintln!("edges: {error}");
            ExitCode::from(2)
        }
    }
}

/// How many edges have no explanation.
fn run(options: &Options) -> Result<usize, String> {
    let folder = match &options.folder {
        Some(folder) => folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?,
        None => goroot()?.join("src"),
    };
    let mut unexplained = 0;
    for program in &options.programs {
        let theirs = Theirs::read(&gocalls(&folder, program)?)?;
        let ours = ours::calls(theirs.files.clone());
        let comparison = Comparison::of(&theirs, &ours);
        println!("{program}: {} files", theirs.files.len());
        print(&comparison, options);
        if let Some(path) = &options.record {
            record(path, program, &comparison)?;
        }
        let wrong = comparison.differences.iter().filter(|((_, reason), _)| *reason == Reason::Unexplained);
        unexplained += wrong.map(|(_, lines)| lines.len()).sum::<usize>();
    }
    Ok(unexplained)
}

fn goroot() -> Result<PathBuf, String> {
    let output = Command::new("go").args(["env", "GOROOT"]).output().map_err(|error| format!("go env: {error}"))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// What gocalls writes of a program, calls of all packages of its module included.
fn gocalls(folder: &Path, program: &str) -> Result<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("gocalls");
    let mut command = Command::new("go");
    command.current_dir(source).env("CGO_ENABLED", "0").args(["run", ".", "-module", "-C"]).arg(folder).arg(program);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("go run: {error}"))?;
    if !output.status.success() {
        return Err(format!("gocalls failed on {program}"));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("gocalls: {error}"))
}

/// The rows of the table.
fn rows(comparison: &Comparison) -> Vec<(&'static str, Count)> {
    let names = How::ALL.map(How::name).into_iter().chain(["go", "defer"]);
    names.map(|name| (name, comparison.counts.get(name).copied().unwrap_or_default())).collect()
}

fn print(comparison: &Comparison, options: &Options) {
    println!(
        "{:<15} {:>7} {:>9} | {:>7} {:>7} {:>7} | {:>8} {:>8} {:>8} | {:>7}",
        "", "calls", "all known", "in CHA", "in RTA", "in VTA", "CHA only", "RTA only", "VTA only", "we only"
    );
    for (name, count) in rows(comparison) {
        let ([cha, rta, vta], [cha_only, rta_only, vta_only]) = (count.both, count.theirs);
        println!(
            "{name:<15} {:>7} {:>9} | {cha:>7} {rta:>7} {vta:>7} | {cha_only:>8} {rta_only:>8} {vta_only:>8} | {:>7}",
            count.sites, count.complete, count.ours
        );
    }
    for ((sort, reason), lines) in &comparison.differences {
        println!("{:>7}  {sort}: {}", lines.len(), reason.text());
        // Spread over the program, rather than all from its first package.
        let step = lines.len().div_ceil(options.examples.max(1)).max(1);
        let shown = if reason.text().contains(&options.reason) { options.examples } else { 0 };
        lines.iter().step_by(step).take(shown).for_each(|line| println!("           {line}"));
    }
}

const HEADER: &str =
    "program,edges,calls,all_known,in_cha,in_rta,in_vta,only_cha,only_rta,only_vta,only_ours,unexplained";

fn record(path: &Path, program: &str, comparison: &Comparison) -> Result<(), String> {
    let mut text = std::fs::read_to_string(path).unwrap_or_else(|_| format!("{HEADER}\n"));
    for (name, count) in rows(comparison) {
        let unexplained = comparison.differences.get(&(name, Reason::Unexplained)).map_or(0, Vec::len);
        let ([cha, rta, vta], [cha_only, rta_only, vta_only]) = (count.both, count.theirs);
        text += &format!(
            "{program},{name},{},{},{cha},{rta},{vta},{cha_only},{rta_only},{vta_only},{},{unexplained}\n",
            count.sites, count.complete, count.ours
        );
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
