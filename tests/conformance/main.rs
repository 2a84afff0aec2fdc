//! Conformance: how the stock rules compare with what established Go linters expect of their own test data.
//!
//! In: `open.jsonl` (facts of the form "line N of this file of this module is to be reported"), the modules it names,
//! fetched by the Go module client, and the rules of `stdlib-rules/`. Out: recall and precision for each rule, their
//! means, and every difference with its line of code.
//!
//! Runs the binary `rulec` as a user would, one suite at a time, on copies of the files that the suite names. What
//! cannot be scored is listed with its reason and never counted. Without the data or without Go the harness says so and ends.
//!
//! Start at [`run`]. [`suites`] reads the data, [`wanted`] the rules that it is about, [`modules`] fetches and checks files, [`translation`] turns the words of
//! `config` into options, [`reviewed`] holds findings that were read and found right, [`score`] counts,
//! [`table`] keeps what was thought of each difference.

mod modules;
mod report;
mod reviewed;
mod score;
mod suites;
mod table;
mod translation;
mod wanted;

use modules::Modules;
use report::Report;
use reviewed::Reviewed;
use score::{Found, Scores};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use suites::Suite;
use translation::{Run, Translation};
use wanted::{Choice, Wanted};

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("{wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(Ending::Scored) => ExitCode::SUCCESS,
        Ok(Ending::Skipped(reason)) => {
            println!("conformance: skipped, since {reason}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

const USAGE: &str =
    "Usage: conformance [--report] [--table FILE] [--rule NAME]… [--suite TEXT]… [--clone MODULE=GITDIR]… [--stock]
  --report      list every difference
  --table FILE  write every difference to this CSV file; reasons and verdicts that it has already are kept
  --rule NAME   only suites that name this rule
  --suite TEXT  only suites whose name contains this text
  --clone MODULE=GITDIR
                the files of a module come from this clone of its repository, as from the module client
  --stock       the rules that the binary brings, which is quicker than those in stdlib-rules/
  --families A,B --power LETTERS --without LETTERS
                only rules of these families, and of this power, in rules.csv; one that we lack has recall 0
The folder of open.jsonl is RULEC_CONFORMANCE, or ../shared/conformance beside the repository; the binary is RULEC, or
built by cargo.";

/// What was asked for on the command line.
#[derive(Default)]
struct Arguments {
    differences: bool,
    table: Option<PathBuf>,
    rules: Vec<String>,
    suites: Vec<String>,
    clones: BTreeMap<String, PathBuf>,
    stock: bool,
    choice: Choice,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
        let mut arguments = Arguments::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--stock" => arguments.stock = true,
                "--report" => arguments.differences = true,
                "--table" => arguments.table = Some(PathBuf::from(value()?)),
                "--rule" => arguments.rules.push(value()?),
                "--suite" => arguments.suites.push(value()?),
                "--clone" => {
                    let value = value()?;
                    let (module, folder) =
                        value.split_once('=').ok_or_else(|| format!("{value} is not MODULE=GITDIR"))?;
                    arguments.clones.insert(module.to_owned(), PathBuf::from(folder));
                }
                "--families" => arguments.choice.families.extend(value()?.split(',').map(str::to_owned)),
                "--power" => arguments.choice.with = value()?,
                "--without" => arguments.choice.without = value()?,
                _ => return Err(format!("{word} is not an option")),
            }
        }
        Ok(arguments)
    }
}

/// The rules of the data that `--families`, `--power` and `--without` choose; none without any of them.
fn chosen(folder: &Path, arguments: &Arguments) -> Result<Vec<Wanted>, String> {
    if arguments.choice.is_all() {
        return Ok(Vec::new());
    }
    let mut rules = wanted::read(&folder.join("rules.csv"))?;
    rules.retain(|rule| arguments.choice.takes(rule));
    if rules.is_empty() { Err("no rule of rules.csv is chosen".to_owned()) } else { Ok(rules) }
}

/// What is scored.
struct Only<'a> {
    /// Last segments of rules; all if empty.
    rules: BTreeSet<String>,
    /// Parts of the names of suites; all if empty.
    suites: &'a [String],
    /// Whether rules that we lack are counted, with nothing found.
    lacking: bool,
}

impl Only<'_> {
    fn has_rule(&self, rule: &str) -> bool {
        self.rules.is_empty() || self.rules.contains(rule)
    }

    fn has(&self, suite: &Suite) -> bool {
        suite.rules.iter().any(|rule| self.has_rule(rule))
            && (self.suites.is_empty() || self.suites.iter().any(|text| suite.name.contains(text)))
    }
}

/// How a run ends when nothing goes wrong.
enum Ending {
    Scored,
    Skipped(String),
}

fn run(arguments: &Arguments) -> Result<Ending, String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let folder =
        std::env::var_os("RULEC_CONFORMANCE").map_or_else(|| repository.join("../shared/conformance"), PathBuf::from);
    let data = folder.join("open.jsonl");
    if !data.is_file() {
        return Ok(Ending::Skipped(format!("there is no {}", data.display())));
    }
    if !modules::is_go_installed() {
        return Ok(Ending::Skipped("Go is not installed".to_owned()));
    }
    let harness = Harness::new(repository, arguments)?;
    let mut scores = Scores::default();
    let mut report = Report::default();
    let chosen = chosen(&folder, arguments)?;
    let rules = arguments.rules.iter().chain(chosen.iter().map(|rule| &rule.name));
    let only = Only { rules: rules.cloned().collect(), suites: &arguments.suites, lacking: !chosen.is_empty() };
    for suite in suites::read(&data)?.iter().filter(|suite| only.has(suite)) {
        harness.suite(suite, &only, &mut scores, &mut report)?;
    }
    report.print(&scores, arguments.differences);
    if let Some(path) = &arguments.table {
        table::write(path, report.differences())?;
    }
    Ok(Ending::Scored)
}

/// What stays the same from suite to suite.
struct Harness {
    rulec: PathBuf,
    /// Where the rules are that are scored; `None` for those of the binary.
    rules: Option<PathBuf>,
    /// The last segments of the stock rules.
    names: BTreeSet<String>,
    translation: Translation,
    reviewed: Reviewed,
    modules: Modules,
}

impl Harness {
    fn new(repository: &Path, arguments: &Arguments) -> Result<Harness, String> {
        let here = repository.join("tests/conformance");
        let rules = (!arguments.stock).then(|| repository.join("stdlib-rules"));
        let rulec = rulec(repository)?;
        let translation = Translation::read(&here.join("config.toml"))?;
        Ok(Harness {
            names: names(&rulec, rules.as_deref())?,
            rulec,
            rules,
            modules: Modules::new(translation.releases(), arguments.clones.clone()),
            translation,
            reviewed: Reviewed::read(&here.join("reviewed.csv"))?,
        })
    }

    /// Runs one suite and counts. What cannot be scored goes to the report.
    fn suite(&self, suite: &Suite, only: &Only, scores: &mut Scores, report: &mut Report) -> Result<(), String> {
        let rules = suite.rules.iter().filter(|rule| only.has_rule(rule));
        let (rules, lacking): (Vec<&String>, Vec<&String>) = rules.partition(|rule| !self.own(rule).is_empty());
        if rules.is_empty() && (lacking.is_empty() || !only.lacking) {
            return Ok(());
        }
        let run = match self.translation.of(suite) {
            Ok(run) => run,
            Err(reason) => {
                report.left_out(suite, reason);
                return Ok(());
            }
        };
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        if let Err(reason) = self.modules.copy(suite, folder.path()) {
            report.left_out(suite, reason);
            return Ok(());
        }
        for rule in lacking.iter().filter(|_| only.lacking) {
            scores.lacking(rule, &self.translation.expected(suite, rule));
        }
        if rules.is_empty() {
            return Ok(());
        }
        let outcome = self.check(suite, &rules, &run, folder.path())?;
        for skipped in &outcome.skipped {
            report.not_checked(suite, &skipped.path, &skipped.reason);
        }
        for rule in rules {
            let expected = self.translation.expected(suite, rule);
            let found = outcome.found(&self.own(rule));
            let differences =
                scores.count(suite, rule, &expected, &found, &self.translation.ends(suite), &self.reviewed);
            report.note(suite, rule, &differences, folder.path());
        }
        Ok(())
    }

    /// Our rules that say what the data has under one name: the rule of that name, and those that stand beside it.
    fn own<'a>(&'a self, rule: &'a str) -> Vec<&'a str> {
        let beside = self.translation.beside(rule).iter().map(String::as_str);
        std::iter::once(rule).chain(beside).filter(|name| self.names.contains(*name)).collect()
    }

    /// Runs `rulec check` with only these rules on the copies in `folder`.
    fn check(&self, suite: &Suite, rules: &[&String], run: &Run, folder: &Path) -> Result<Outcome, String> {
        let config = folder.join("rulec.toml");
        std::fs::write(&config, &run.config).map_err(|error| format!("{}: {error}", config.display()))?;
        let selected: Vec<&str> = rules.iter().flat_map(|rule| self.own(rule)).collect();
        let mut command = Command::new(&self.rulec);
        command.current_dir(folder).args(["check", "--format", "json", "--no-timings", "--fail-on", "never"]);
        choose(&mut command, self.rules.as_deref());
        command.args(["--select", &selected.join(",")]);
        command.arg("--config").arg(&config);
        if let Some(path) = suite.gopath() {
            command.arg("--gopath").arg(path);
        }
        if let Some(version) = &run.go {
            command.args(["--go-version", version]);
        }
        command.args(suite.files.keys().filter(|file| file.ends_with(".go")));
        let output = command.output().map_err(|error| format!("{}: {error}", self.rulec.display()))?;
        serde_json::from_slice(&output.stdout).map_err(|error| {
            format!("{}: not the JSON of a check: {error}\n{}", suite.name, String::from_utf8_lossy(&output.stderr))
        })
    }
}

/// The parts of `rulec check --format json` that matter here.
#[derive(Deserialize)]
struct Outcome {
    findings: Vec<Finding>,
    skipped: Vec<Skipped>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    #[serde(flatten)]
    at: At,
    related: Vec<At>,
}

#[derive(Deserialize)]
struct At {
    path: String,
    start: Start,
}

#[derive(Deserialize)]
struct Start {
    line: u32,
}

#[derive(Deserialize)]
struct Skipped {
    path: String,
    reason: String,
}

impl Outcome {
    /// What some rules report; they are named by their last segments.
    fn found(&self, rules: &[&str]) -> Found {
        let mut found = Found::default();
        let is_asked_for =
            |finding: &&Finding| finding.rule.rsplit('.').next().is_some_and(|rule| rules.contains(&rule));
        for finding in self.findings.iter().filter(is_asked_for) {
            found.lines.insert(finding.at.line());
            if let Some(end) = finding.related.last() {
                found.paths.insert((finding.at.line(), end.line()));
            }
        }
        found
    }
}

impl At {
    fn line(&self) -> score::Line {
        (self.path.clone(), self.start.line)
    }
}

/// The binary: `RULEC`, or the one that cargo builds beside this harness.
fn rulec(repository: &Path) -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("RULEC") {
        return Ok(PathBuf::from(path));
    }
    let this = std::env::current_exe().map_err(|error| format!("where this program is cannot be told: {error}"))?;
    let folder = this.parent().unwrap_or(Path::new("."));
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.current_dir(repository).args(["build", "--quiet", "-p", "rulec-cli"]);
    if folder.ends_with("release") {
        build.arg("--release");
    }
    match build.status() {
        Ok(status) if status.success() => Ok(folder.join("rulec")),
        Ok(status) => Err(format!("building rulec ended with {status}")),
        Err(error) => Err(format!("cargo cannot be run: {error}")),
    }
}

/// The rules in a folder instead of the binary's own.
fn choose(command: &mut Command, rules: Option<&Path>) {
    if let Some(rules) = rules {
        command.args(["--no-stock", "--rules"]).arg(rules);
    }
}

/// The last segments of the rules in a folder, or of the binary, instances of generic rules included, as `rulec list` tells their ids.
fn names(rulec: &Path, rules: Option<&Path>) -> Result<BTreeSet<String>, String> {
    let mut command = Command::new(rulec);
    command.args(["list", "--no-config", "--color", "never"]);
    choose(&mut command, rules);
    let output = command.output().map_err(|error| format!("{}: {error}", rulec.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let id = |line: &str| line.split_whitespace().find(|word| word.contains('.')).map(str::to_owned);
    let names: BTreeSet<String> =
        text.lines().filter_map(id).filter_map(|id| id.rsplit('.').next().map(str::to_owned)).collect();
    if names.is_empty() {
        return Err(format!("rulec lists no rules: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(names)
}
