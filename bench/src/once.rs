//! A stage run once in a process of its own: the time by the clock that a user waits, the peak of memory, and instructions.
//!
//! In: a stage, a folder and a number of threads. Out: [`Once`]. The process is this program again, which [`run`]s the stage
//! and prints `MS KIB`; nothing was read or computed in it before. Instructions are counted by valgrind, which runs it some
//! fifty times slower; unlike times they do not hang on what else the machine does.

use crate::stages::types::{self, Project};
use crate::stages::{flow, run};
use crate::{Sample, record, rules, sample};
use clap::ValueEnum;
use std::fmt::{Display, Formatter};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// What a process of its own can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Parsing of all files by tree-sitter-go as it is published.
    Parse,
    /// The types of all expressions.
    Types,
    /// Calls and the summaries of all functions.
    Functions,
    /// A check with all stock rules, which are compiled from their text first.
    Check,
}

impl Stage {
    /// What its row in a record is called.
    pub fn row(self) -> String {
        format!("once-{}", self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Stage::Parse => "parse",
            Stage::Types => "types",
            Stage::Functions => "functions",
            Stage::Check => "check",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Once {
    /// What was run.
    pub stage: Stage,
    /// On how many threads.
    pub threads: usize,
    /// Time by the clock.
    pub wall_ms: f64,
    /// The most memory that the process held.
    pub peak_kib: u64,
}

impl Display for Once {
    fn fmt(&self, to: &mut Formatter<'_>) -> std::fmt::Result {
        let (row, memory) = (self.stage.row(), self.peak_kib as f64 * 1024.0 / 1e6);
        write!(to, "{row:>15} {:>9.1} ms by the clock, {memory:.1} MB at most, {} threads", self.wall_ms, self.threads)
    }
}

/// Runs a stage in this process, for [`measure`].
///
/// # Errors
/// If there is nothing to run it over, or the system does not tell how much memory was held.
pub fn run(stage: Stage, folder: &Path, threads: usize) -> Result<Once, String> {
    let mut done = Ok(());
    let whole = sample(|| {
        done = run_stage(stage, folder, threads);
        Vec::new()
    });
    done?;
    let peak_kib = record::peak_kib().ok_or("the system does not tell how much memory was held")?;
    Ok(Once { stage, threads, wall_ms: whole.wall_ms, peak_kib })
}

fn run_stage(stage: Stage, folder: &Path, threads: usize) -> Result<(), String> {
    let files = match stage {
        Stage::Parse => {
            let project = Project::below(folder);
            project.parse();
            project.len()
        }
        Stage::Types => {
            types::type_all(folder, threads);
            Project::below(folder).len()
        }
        Stage::Functions => flow::summarise_all(Project::below(folder).paths(), threads),
        Stage::Check => return check_with_stock(folder, threads).map(|_| ()),
    };
    if files == 0 { Err(format!("{} holds no packages", folder.display())) } else { Ok(()) }
}

/// A check of all files that a build takes below a folder, with all stock rules on, whatever their level. The result that is
/// hashed is the number of findings. Rules are compiled before the clock starts.
///
/// # Errors
/// If there are no files.
pub fn check_with_stock(folder: &Path, threads: usize) -> Result<Sample, String> {
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

/// Runs a stage in a process of its own; none if that fails.
pub fn measure(stage: Stage, folder: &Path, threads: usize) -> Option<Once> {
    let this = std::env::current_exe().ok()?;
    let mut command = Command::new(this);
    command.args(arguments(stage, threads)).arg(folder);
    let text = String::from_utf8(command.output().ok()?.stdout).ok()?;
    let (wall_ms, peak_kib) = text.trim().split_once(' ')?;
    Some(Once { stage, threads, wall_ms: wall_ms.parse().ok()?, peak_kib: peak_kib.parse().ok()? })
}

/// How many instructions a stage takes on one thread, in a process of its own, machine code made at run time included.
///
/// # Errors
/// If valgrind is not installed or does not say.
pub fn instructions(stage: Stage, folder: &Path) -> Result<u64, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(this);
    command.args(arguments(stage, 1)).arg(folder);
    let output = command.output().map_err(|error| format!("valgrind: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().find_map(|line| line.split_once("Collected :"));
    let count = line.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| format!("valgrind does not say how many instructions: {}", told.trim()))
}

fn arguments(stage: Stage, threads: usize) -> [String; 5] {
    let words = ["--once", stage.name(), "--threads", &threads.to_string(), "--path"];
    words.map(str::to_owned)
}
