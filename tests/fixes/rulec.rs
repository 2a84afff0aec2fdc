//! The binary, and what it reports.

use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// The binary.
pub struct Rulec {
    program: OsString,
}

/// What it reported.
pub struct Findings {
    rows: Vec<Value>,
}

impl Rulec {
    /// The one that `RULEC` names.
    pub fn of_environment() -> Rulec {
        Rulec { program: std::env::var_os("RULEC").unwrap_or_else(|| "rulec".into()) }
    }

    /// All findings of some rules in a folder.
    pub fn check(&self, folder: &Path, select: &str) -> Result<Findings, String> {
        let out = self.run(folder, &["--select", select, "--format", "json"])?;
        let mut report: Value = serde_json::from_slice(&out).map_err(|error| format!("no report in JSON: {error}"))?;
        match report["findings"].take() {
            Value::Array(rows) => Ok(Findings { rows }),
            _ => Err("the report has no findings".to_owned()),
        }
    }

    /// Applies all fixes of some rules in a folder.
    pub fn fix(&self, folder: &Path, select: &str) -> Result<(), String> {
        self.run(folder, &["--select", select, "--fix-unsafe", "--quiet"]).map(drop)
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new(&self.program);
        command.args(["check", "--no-config", "--fail-on", "never", "--no-timings"]).args(arguments);
        let output = command.current_dir(folder).output().map_err(|error| format!("{command:?}: {error}"))?;
        match output.status.code() {
            Some(0) => Ok(output.stdout),
            _ => Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))),
        }
    }
}

impl Findings {
    /// The last segments of the rules that offer fixes, sorted.
    pub fn rules_with_fixes(&self) -> Vec<String> {
        let names = self.rows.iter().filter(|row| !row["fix"].is_null()).map(name);
        names.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
    }

    /// How many there are of a rule.
    pub fn of(&self, rule: &str) -> usize {
        self.rows.iter().filter(|row| name(row) == rule).count()
    }

    /// Where those of a rule are that offer a fix.
    pub fn with_fix(&self, rule: &str) -> Vec<String> {
        let rows = self.rows.iter().filter(|row| name(row) == rule && !row["fix"].is_null());
        rows.map(|row| format!("{}:{}", row["path"].as_str().unwrap_or("?"), row["start"]["line"])).collect()
    }
}

/// The last segment of the rule of a finding.
fn name(row: &Value) -> &str {
    let id = row["rule"].as_str().unwrap_or_default();
    id.rsplit('.').next().unwrap_or(id)
}
