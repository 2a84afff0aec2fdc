//! One package: from the file that describes it to findings, fixes, and a file for Go's cache.
//!
//! In: a `.cfg` file. Out: the files that it names: findings (`Stdout`), fixed files (`FixArchive`), and what packages that
//! import this one hang on (`VetxOutput`), which is written in every case, since Go keeps nothing without it. Where no file
//! for findings is named, as before Go 1.26, they go to standard output or, as text, to standard error.
//!
//! A package that is only a dependency is not checked: what is said of it is said when it is checked itself.

use super::{Package, archive, diagnostics, identity, vetx};
use crate::console::Console;
use crate::status::{Failure, Status};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The parts of a `.cfg` file that are used here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Config {
    /// `example.com/p`, `example.com/p [example.com/p.test]`
    #[serde(rename = "ID")]
    id: String,
    /// The folder of the package.
    dir: PathBuf,
    /// Absolute paths of its files. Of those that use cgo, what cgo made of them.
    go_files: Option<Vec<PathBuf>>,
    /// Of each package that it imports, the file that stands for it.
    package_vetx: Option<BTreeMap<String, PathBuf>>,
    /// It is only a dependency.
    vetx_only: bool,
    vetx_output: PathBuf,
    stdout: PathBuf,
    fix_archive: PathBuf,
}

impl Config {
    /// The folder of the package.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Absolute paths of its files.
    pub(super) fn go_files(&self) -> &[PathBuf] {
        self.go_files.as_deref().unwrap_or_default()
    }

    /// The files that stand for the packages that it imports.
    pub(super) fn vetx_of_imports(&self) -> Vec<PathBuf> {
        self.package_vetx.iter().flatten().map(|(_, path)| path.clone()).collect()
    }
}

/// Checks it.
///
/// # Errors
/// What cannot be read or written, and what `rulec check` says of broken rules.
pub fn check(package: &Package, console: &Console) -> Result<Status, Failure> {
    let at = |path: &Path, error: &dyn std::fmt::Display| Failure::Message(format!("{}: {error}", path.display()));
    let text = fs::read(&package.config).map_err(|error| at(&package.config, &error))?;
    let config: Config = serde_json::from_slice(&text).map_err(|error| at(&package.config, &error))?;
    write(&config.vetx_output, &vetx::of(package, &config).map_err(Failure::Message)?)?;
    if config.vetx_only {
        return Ok(Status::Clean);
    }
    let unit = Unit { package, files: files(&config), config };
    if package.fix && package.diff {
        let diff = unit.rulec(&["--diff"], &unit.files)?;
        write(&unit.config.stdout, &diff.stdout)?;
        return Ok(Status::Clean);
    }
    let report = unit.report()?;
    if package.fix {
        write(&unit.config.fix_archive, &archive::of(&unit.fixed(&report)?))?;
        return Ok(Status::Clean);
    }
    unit.tell(&report, console)
}

/// The files that are checked: those that people wrote, as `rulec check` takes them.
fn files(config: &Config) -> Vec<PathBuf> {
    let written = |path: &PathBuf| match path.strip_prefix(&config.dir) {
        Ok(_) => Some(path.clone()),
        // What cgo makes of `a.go` is `a.cgo1.go` elsewhere.
        Err(_) => {
            let name = path.file_name()?.to_str()?.strip_suffix(".cgo1.go")?;
            Some(config.dir.join(format!("{name}.go"))).filter(|original| original.is_file())
        }
    };
    let is_generated = |path: &PathBuf| fs::read(path).is_ok_and(|text| rulec_gofront::says_generated(&text));
    let files = config.go_files().iter().filter_map(written);
    files.filter(|path| !is_generated(path)).collect()
}

struct Unit<'a> {
    package: &'a Package,
    config: Config,
    files: Vec<PathBuf>,
}

impl Unit<'_> {
    /// The outcome of `rulec check` as JSON.
    fn report(&self) -> Result<Value, Failure> {
        if self.files.is_empty() {
            return Ok(Value::Null);
        }
        let output = self.rulec(&["--format=json", "--no-timings", "--quiet"], &self.files)?;
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
            let told = String::from_utf8_lossy(&output.stderr);
            Failure::Message(format!("`rulec check` gave no report: {error}\n{told}"))
        })?;
        match diagnostics::faults(&report) {
            faults if faults.is_empty() => Ok(report),
            faults => Err(Failure::Message(faults.join("\n"))),
        }
    }

    /// Runs `rulec check` in the folder of the package, with the configuration of its module.
    fn rulec(&self, options: &[&str], files: &[PathBuf]) -> Result<Output, Failure> {
        let mut command = self.command(options)?;
        command.arg("--").args(files).stdin(Stdio::null());
        command.output().map_err(|error| Failure::Message(format!("rulec cannot be run: {error}")))
    }

    fn command(&self, options: &[&str]) -> Result<Command, Failure> {
        let program = std::env::current_exe();
        let program = program.map_err(|error| Failure::Message(format!("the executable is not known: {error}")))?;
        let mut command = Command::new(program);
        command.arg("check").args(options).current_dir(&self.config.dir);
        command.args(self.package.select.iter().map(|list| format!("--select={list}")));
        command.args(self.package.ignore.iter().map(|list| format!("--ignore={list}")));
        command.args(self.config.vetx_of_imports().iter().map(|path| join("--vetx=", path.as_os_str())));
        // Go runs the tool for several packages at a time.
        command.arg("--jobs=1").stdout(Stdio::piped()).stderr(Stdio::piped());
        match identity::configuration_of(&self.config.dir) {
            Some(path) => command.arg(join("--config=", path.as_os_str())),
            None => command.arg("--no-config"),
        };
        Ok(command)
    }

    /// The files that safe fixes change, with their new content.
    fn fixed(&self, report: &Value) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
        let mut fixed = Vec::new();
        for path in diagnostics::fixable(report, &self.config.dir) {
            let source = fs::read(&path).map_err(|error| Failure::Message(format!("{}: {error}", path.display())))?;
            let mut command = self.command(&["--fix", "--quiet"])?;
            command.arg(join("--stdin-filename=", path.as_os_str())).stdin(Stdio::piped());
            let text = fed(&mut command, &source)
                .map_err(|error| Failure::Message(format!("{} cannot be fixed: {error}", path.display())))?;
            if text != source && !text.is_empty() {
                fixed.push((path, text));
            }
        }
        Ok(fixed)
    }

    /// Writes the findings where they are wanted.
    fn tell(&self, report: &Value, console: &Console) -> Result<Status, Failure> {
        if self.package.json {
            let text = format!("{:#}\n", diagnostics::json(report, &self.config.id, &self.config.dir));
            if !self.config.stdout.as_os_str().is_empty() {
                write(&self.config.stdout, text.as_bytes())?;
            } else {
                let mut out = console.out();
                write!(out, "{text}")?;
                out.flush()?;
            }
            return Ok(Status::Clean);
        }
        let lines = diagnostics::lines(report, &self.config.dir);
        lines.iter().for_each(|line| eprintln!("{line}"));
        Ok(if lines.is_empty() { Status::Clean } else { Status::Findings })
    }
}

fn join(option: &str, value: &OsStr) -> std::ffi::OsString {
    let mut joined = std::ffi::OsString::from(option);
    joined.push(value);
    joined
}

/// What a command prints that gets this on standard input.
fn fed(command: &mut Command, input: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take();
    let (written, output) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input)));
        let output = child.wait_with_output();
        (writer.join(), output)
    });
    written.map_err(|_| std::io::Error::other("writing to rulec failed"))??;
    Ok(output?.stdout)
}

/// Writes a file; nothing if it has no name. Go gives each call a folder of its own, and reads nothing before its end.
fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    fs::write(path, content).map_err(|error| Failure::Message(format!("{}: {error}", path.display())))
}
