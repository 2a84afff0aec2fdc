//! The peer: `go vet`, with an empty build cache. It compiles what it needs, reads names and types, and checks.
//!
//! Runs the Go command as a user would. Its processes run in parallel, so both times count: the wall clock tells what a
//! user waits, the processor time what the machine does.

use crate::Sample;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Measures `go vet PATTERN` in a folder.
///
/// # Errors
/// If Go is not installed, `go vet` does not end well, or the system does not tell how long it computed.
pub fn measure(folder: &Path, pattern: &str) -> Result<Sample, String> {
    let cache = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let mut command = Command::new("go");
    command.args(["vet", pattern]).current_dir(folder).env("GOCACHE", cache.path());
    let (cpu_ms, started) = (children_cpu_ms()?, Instant::now());
    let output = command.output().map_err(|error| format!("go: {error}"))?;
    let wall_ms = started.elapsed().as_secs_f64() * 1000.0;
    if !output.status.success() {
        return Err(format!("go vet {pattern}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(Sample { cpu_ms: children_cpu_ms()? - cpu_ms, wall_ms, result: 0 })
}

/// The processor time of all processes that this one started and that have ended, and of those that they started.
///
/// Source: proc_pid_stat(5): fields 16 and 17, `cutime` and `cstime`, in ticks of a hundredth of a second.
fn children_cpu_ms() -> Result<f64, String> {
    let read = || {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The name, which stands second and in parentheses, may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some((ticks(16)? + ticks(17)?) as f64 * 10.0)
    };
    read().ok_or_else(|| "the system does not tell how long other processes computed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_processes_computed_is_counted() {
        let Ok(before) = children_cpu_ms() else { return };
        let ended = Command::new("sh").args(["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"]).status();
        assert!(ended.unwrap().success());
        assert!(children_cpu_ms().unwrap() > before);
    }
}
