//! The format `jsonl`: one finding to a line, for programs that read as the lines come.

use crate::json::FindingRow;
use crate::{Format, Report};
use std::io;

/// See the module.
pub struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        for finding in &report.outcome.findings {
            serde_json::to_writer(&mut *out, &FindingRow::new(finding))?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn findings_only(&self) -> bool {
        true
    }
}
