//! Whether fixes of the stock rules hold on real code what they promise.
//!
//! `cargo run --release -p rulec-tests --bin fixes -- MODULE…`: each module is copied, and in the copy the fixes of each rule
//! that has some are applied by themselves. Then all files that changed have to parse, gofmt has to leave alone what it left
//! alone before, and no finding may be left whose fix was offered. At the end the fixes of all rules are applied together, and every package
//! whose types `go vet` accepted before has to be accepted still. Prints a table in CSV, and exits with 1 if
//! anything fell short.
//!
//! `RULEC` names the binary; `rulec` if it is not set. Needs Go.

mod copy;
mod go;
mod rulec;

use copy::Scratch;
use rulec::{Findings, Rulec};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let modules: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if modules.is_empty() {
        eprintln!("expected folders of Go modules");
        return ExitCode::from(2);
    }
    match judge(&modules) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("{faults} faults");
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::from(2)
        }
    }
}

/// Judges all modules; the number of faults.
fn judge(modules: &[PathBuf]) -> Result<usize, String> {
    let rulec = Rulec::of_environment();
    println!("module,rule,findings,with a fix,files changed,left,not parsed,not formatted");
    let mut faults = 0;
    for module in modules {
        faults += judge_module(&rulec, module)?;
    }
    Ok(faults)
}

fn judge_module(rulec: &Rulec, module: &Path) -> Result<usize, String> {
    let name = module.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let scratch = Scratch::of(module)?;
    let vetted_before = go::packages_with_sound_types(scratch.path())?;
    let found = rulec.check(scratch.path(), "recommended,strict,pedantic")?;
    let mut faults = 0;
    for rule in found.rules_with_fixes() {
        let row = judge_rule(rulec, &scratch, &found, &rule)?;
        println!("{name},{rule},{row}");
        faults += row.faults();
        scratch.restore()?;
    }
    let all = found.rules_with_fixes().join(",");
    if !all.is_empty() {
        rulec.fix(scratch.path(), &all)?;
    }
    let vetted_after = go::packages_with_sound_types(scratch.path())?;
    let broken: Vec<_> = vetted_before.difference(&vetted_after).collect();
    println!("{name},all,,,,,,{} of {} packages lost their types", broken.len(), vetted_before.len());
    broken.iter().for_each(|package| eprintln!("{name}: {package} no longer compiles"));
    Ok(faults + broken.len())
}

/// What came of the fixes of one rule.
struct Row {
    findings: usize,
    with_fix: usize,
    changed: usize,
    left: usize,
    unparsed: usize,
    unformatted: usize,
}

impl Row {
    fn faults(&self) -> usize {
        self.left + self.unparsed + self.unformatted + usize::from(self.with_fix > 0 && self.changed == 0)
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Row { findings, with_fix, changed, left, unparsed, unformatted } = self;
        write!(f, "{findings},{with_fix},{changed},{left},{unparsed},{unformatted}")
    }
}

fn judge_rule(rulec: &Rulec, scratch: &Scratch, found: &Findings, rule: &str) -> Result<Row, String> {
    rulec.fix(scratch.path(), rule)?;
    let left = rulec.check(scratch.path(), rule)?;
    let changed = scratch.changed()?;
    let was_formatted: Vec<_> = changed.iter().filter(|file| scratch.was_formatted(file)).cloned().collect();
    for one in left.with_fix(rule) {
        eprintln!("{rule}: still offers a fix at {one}");
    }
    let unparsed = go::not_parsed(scratch.path(), &changed)?;
    let unformatted = go::not_formatted(scratch.path(), &was_formatted)?;
    unparsed.iter().for_each(|file| eprintln!("{rule}: {file} no longer parses"));
    unformatted.iter().for_each(|file| eprintln!("{rule}: {file} is not formatted any more"));
    Ok(Row {
        findings: found.of(rule),
        with_fix: found.with_fix(rule).len(),
        changed: changed.len(),
        left: left.with_fix(rule).len(),
        unparsed: unparsed.len(),
        unformatted: unformatted.len(),
    })
}
