//! Records: what was measured, one line for each stage, in files that are added to and never edited.

use crate::Series;
use crate::table::Measured;
use std::fmt::Write;
use std::path::Path;

/// The first line of every record.
pub const HEADER: &str = "stage,corpus,files,bytes,threads,rounds,median_ms,min_ms,max_ms,peak_kib,result";

/// The line of one stage. Times are processor times.
pub fn line(stage: &str, of: &Measured, threads: usize, series: &Series, peak_kib: Option<u64>) -> String {
    let Measured { name, files, bytes } = of;
    let (min, max) = series.spread_ms();
    let mut line = format!("{stage},{name},{files},{bytes},{threads},{},", series.len());
    let _ = write!(line, "{:.3},{min:.3},{max:.3},", series.median_ms());
    let _ = write!(line, "{},{:016x}", peak_kib.map_or(String::new(), |kib| kib.to_string()), series.result());
    line
}

/// The most memory that this process ever held, in KiB; `None` where the system does not tell.
pub fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Adds lines to a record, with its heading if it is new.
///
/// # Errors
/// If it cannot be written.
pub fn add(path: &Path, lines: &[String]) -> Result<(), String> {
    let mut text = std::fs::read_to_string(path).unwrap_or_else(|_| format!("{HEADER}\n"));
    for line in lines {
        text += line;
        text.push('\n');
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
