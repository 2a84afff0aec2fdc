//! What is printed: the differences, what was left out, the table of rules and the means.

use crate::score::{Differences, Score, Scores};
use crate::suites::Suite;
use std::path::Path;

/// One expected line without a finding, or one finding that nobody asks for.
pub struct Difference {
    /// `missing`, `unexpected`, or `reviewed`: unexpected, but read and found right.
    pub what: &'static str,
    /// The rule's last segment.
    pub rule: String,
    /// The suite's name.
    pub suite: String,
    /// File and line, from 1.
    pub place: String,
    /// The line of code, trimmed.
    pub code: String,
    /// Why a reviewed one is right; empty for others.
    pub reason: String,
}

/// What was heard on the way, in the order of the data.
#[derive(Default)]
pub struct Report {
    differences: Vec<Difference>,
    left_out: Vec<String>,
}

impl Report {
    /// Notes a suite that cannot be scored.
    pub fn left_out(&mut self, suite: &Suite, reason: String) {
        self.left_out.push(format!("{}: {reason}", suite.name));
    }

    /// Notes a file that `rulec` did not check, or not in full.
    pub fn not_checked(&mut self, suite: &Suite, path: &str, reason: &str) {
        self.left_out.push(format!("{}: {path}: {reason}", suite.name));
    }

    /// Notes the differences of one rule in one suite; `folder` holds the files.
    pub fn note(&mut self, suite: &Suite, rule: &str, differences: &Differences, folder: &Path) {
        let mut note = |what, file: &str, line: u32, reason: &str| {
            self.differences.push(Difference {
                what,
                rule: rule.to_owned(),
                suite: suite.name.clone(),
                place: format!("{file}:{line}"),
                code: line_of(&folder.join(file), line),
                reason: reason.to_owned(),
            });
        };
        for (file, line) in &differences.missed {
            note("missing", file, *line, "");
        }
        for ((file, line), reason) in &differences.unexpected {
            match reason {
                Some(reason) => note("reviewed", file, *line, reason),
                None => note("unexpected", file, *line, ""),
            }
        }
    }

    /// All differences, in the order of the data.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Prints it all; `differences` says whether with each of them.
    pub fn print(&self, scores: &Scores, differences: bool) {
        if differences {
            for Difference { what, rule, suite, place, code, reason } in &self.differences {
                let reason = if reason.is_empty() { String::new() } else { format!("  ({reason})") };
                println!("{what:<10} {rule:<24} {suite} {place}: {code}{reason}");
            }
            println!();
        }
        for line in &self.left_out {
            println!("left out: {line}");
        }
        println!(
            "\n{:<28} {:>6} {:>8} {:>6} {:>10} {:>8} {:>7} {:>10} {:>9}",
            "rule", "suites", "expected", "right", "unexpected", "reviewed", "recall", "precision", "reviewed"
        );
        for (rule, score) in &scores.rules {
            println!("{}", row(rule, score));
        }
        println!("{}", row("all lines", &scores.total()));
        println!(
            "\nmeans over {} rules: recall {}, precision {}, with reviewed findings {}",
            scores.rules.len(),
            percent(scores.mean(Score::recall)).trim(),
            percent(scores.mean(Score::precision)).trim(),
            percent(scores.mean(Score::reviewed_precision)).trim(),
        );
        let total = scores.total();
        if total.ends > 0 {
            println!("of the right lines {} are ends of paths that are reported where they begin", total.ends);
        }
        let most = (total.right + total.unexpected) / 20;
        if total.reviewed > most {
            println!("the reviewed list counts {} findings; at most 5 %, {most}, may be on it", total.reviewed);
        }
    }
}

fn row(name: &str, score: &Score) -> String {
    format!(
        "{name:<28} {:>6} {:>8} {:>6} {:>10} {:>8} {:>7} {:>10} {:>9}",
        score.suites,
        score.expected,
        score.right,
        score.unexpected,
        score.reviewed,
        percent(score.recall()),
        percent(score.precision()),
        percent(score.reviewed_precision()),
    )
}

fn percent(part: Option<f64>) -> String {
    part.map_or_else(|| "-".to_owned(), |part| format!("{:.1} %", part * 100.0))
}

/// A line of a file, trimmed; empty if it cannot be read.
fn line_of(path: &Path, line: u32) -> String {
    let text = std::fs::read(path).unwrap_or_default();
    let index = (line as usize).saturating_sub(1);
    text.split(|byte| *byte == b'\n')
        .nth(index)
        .map(|line| String::from_utf8_lossy(line).trim().to_owned())
        .unwrap_or_default()
}
