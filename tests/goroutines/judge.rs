//! Blocked goroutines: how many of the bad programs of this folder rules locate, and how many good ones they leave alone.
//!
//! In: the pairs (see README.md beside this file) and the binary `rulec`. Out: each pair that is not as it should be, with
//! what was found in it, and the counts. A bad program is *located* if a finding starts at a line marked `// blocked` or
//! `// cause`; a finding at any other line of it is *astray*. A good program is *silent* if nothing is found in it.
//!
//! Runs `rulec check` once over all pairs, as a user would. Which rules count is said by their tag: `blocking`, unless
//! `--select` says otherwise.
//!
//! Start at [`run`]. Absent: running the programs; that is what the Go program in `prove/` does.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "Usage: goroutines [--all] [--gate] [--select SELECTORS] [--rules PATH]
  --all     lists every pair, not only those that are not as they should be
  --gate    fails unless all bad programs are located and all good ones silent
  --select  the rules that count; `blocking` if not given
  --rules   the rules of this file or folder instead of the stock rules
The binary is RULEC, or target/release/rulec.";

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(counts) if options.gate && !counts.are_perfect() => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("goroutines: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Options {
    all: bool,
    gate: bool,
    select: Option<String>,
    rules: Option<PathBuf>,
}

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--all" => options.all = true,
                "--gate" => options.gate = true,
                "--select" => options.select = Some(value()?),
                "--rules" => options.rules = Some(PathBuf::from(value()?)),
                _ => return Err(format!("{word} is not an option")),
            }
        }
        Ok(options)
    }
}

/// Judges all pairs and prints what is to be said.
fn run(options: &Options) -> Result<Counts, String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let folder = repository.join("tests/goroutines");
    let pairs = pairs(&folder)?;
    let found = findings(repository, &folder, options)?;
    let mut counts = Counts { pairs: pairs.len(), ..Counts::default() };
    for pair in &pairs {
        let of = |kind: &str| found.get(&format!("{}/{kind}/{}", pair.name, pair.file)).map_or(&[][..], Vec::as_slice);
        let (bad, good) = (of("bad"), of("good"));
        let is_located = bad.iter().any(|finding| pair.marks.contains(&finding.line));
        let astray = bad.iter().filter(|finding| !pair.marks.contains(&finding.line)).count();
        counts.located += usize::from(is_located);
        counts.silent += usize::from(good.is_empty());
        counts.astray += astray;
        if options.all || !is_located || astray > 0 || !good.is_empty() {
            pair.print(is_located, bad, good);
        }
    }
    println!(
        "{} pairs: {} located, {} silent on the repair, {} findings astray",
        counts.pairs, counts.located, counts.silent, counts.astray
    );
    Ok(counts)
}

#[derive(Debug, Default)]
struct Counts {
    pairs: usize,
    located: usize,
    silent: usize,
    astray: usize,
}

impl Counts {
    fn are_perfect(&self) -> bool {
        self.located == self.pairs && self.silent == self.pairs
    }
}

/// What the file of a program is called.
const FILES: [&str; 2] = ["main.go", "main_test.go"];

/// A folder with a bad and a good program.
#[derive(Debug)]
struct Pair {
    name: String,
    /// The file of each program: a command, or a test.
    file: &'static str,
    /// The marked lines of the bad program, from 1.
    marks: Vec<u32>,
}

impl Pair {
    fn print(&self, is_located: bool, bad: &[Found], good: &[Found]) {
        println!("{}: {}", self.name, if is_located { "located" } else { "not located" });
        for (kind, found) in [("bad", bad), ("good", good)] {
            for finding in found {
                let place = match (kind, self.marks.contains(&finding.line)) {
                    ("bad", true) => "",
                    ("bad", false) => " (astray)",
                    _ => " (should be silent)",
                };
                println!("  {kind}/{}:{}: {}: {}{place}", self.file, finding.line, finding.rule, finding.message);
            }
        }
    }
}

/// All pairs, by name.
fn pairs(folder: &Path) -> Result<Vec<Pair>, String> {
    let mut pairs = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        let read = |file| std::fs::read_to_string(path.join("bad").join(file)).ok().map(|source| (file, source));
        let Some((file, source)) = FILES.into_iter().find_map(read) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        pairs.push(Pair { name, file, marks: marks(&source) });
    }
    pairs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(pairs)
}

/// The lines with a comment that begins with `blocked` or `cause`.
fn marks(source: &str) -> Vec<u32> {
    let is_marked = |line: &str| {
        let comment = line.rsplit_once("// ").map_or("", |(_, comment)| comment);
        matches!(comment.split_whitespace().next(), Some("blocked" | "cause"))
    };
    (1..).zip(source.lines()).filter(|(_, line)| is_marked(line)).map(|(number, _)| number).collect()
}

/// A finding of a rule that counts.
#[derive(Debug)]
struct Found {
    rule: String,
    message: String,
    line: u32,
}

/// The parts of `rulec check --format json` that matter here.
#[derive(Deserialize)]
struct Outcome {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    message: String,
    path: String,
    start: Start,
}

#[derive(Deserialize)]
struct Start {
    line: u32,
}

/// What `rulec` finds, by path below the folder.
fn findings(repository: &Path, folder: &Path, options: &Options) -> Result<BTreeMap<String, Vec<Found>>, String> {
    let rulec = std::env::var_os("RULEC").map_or_else(|| repository.join("target/release/rulec"), PathBuf::from);
    let mut command = Command::new(&rulec);
    command.current_dir(folder).args(["check", "--format", "json", "--no-timings", "--no-config"]);
    command.args(["--fail-on", "never", "--select", options.select.as_deref().unwrap_or("blocking")]);
    if let Some(rules) = &options.rules {
        let rules = std::path::absolute(rules).map_err(|error| format!("{}: {error}", rules.display()))?;
        command.args(["--no-stock", "--rules"]).arg(rules);
    }
    let output = command.output().map_err(|error| format!("{}: {error}", rulec.display()))?;
    let outcome: Outcome = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("not the JSON of a check: {error}\n{}", String::from_utf8_lossy(&output.stderr)))?;
    let mut found: BTreeMap<String, Vec<Found>> = BTreeMap::new();
    for Finding { rule, message, path, start } in outcome.findings {
        let path = path.trim_start_matches("./").to_owned();
        found.entry(path).or_default().push(Found { rule, message, line: start.line });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_comments_that_begin_with_the_words() {
        assert_eq!(marks("a // blocked\nb // cause blocked\nc // the cause\n\nd // not blocked\n"), [1, 2]);
    }

    /// A pair without a mark, or without its repair, would count for nothing.
    #[test]
    fn every_pair_has_marks_and_a_repair_without() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("goroutines");
        let pairs = pairs(&folder).expect("the folder");
        assert!(pairs.len() >= 60);
        for pair in pairs {
            let good = std::fs::read_to_string(folder.join(&pair.name).join("good").join(pair.file)).expect(&pair.name);
            assert!(!pair.marks.is_empty(), "{}", pair.name);
            assert!(marks(&good).is_empty(), "{}", pair.name);
        }
    }
}
