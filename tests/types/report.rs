//! The report: what a comparison came to, against the goals.
//!
//! In: [`Totals`] and [`Causes`]. Out: text for people, and a line of a record.

use crate::causes::{Causes, Group};
use crate::compare::{Counts, Verdict};
use crate::lines::Mistakes;
use std::path::Path;

/// The least share of expressions that has to agree exactly.
const LEAST_AGREEMENT: f64 = 0.998;
/// The largest share of expressions that may have a wrong type.
const MOST_WRONG: f64 = 0.0001;
/// How many names a list shows.
const LISTED: usize = 10;

/// What the comparison of one corpus came to.
#[derive(Debug, Default)]
pub struct Totals {
    /// Lines by verdict.
    pub counts: Counts,
    /// Files compared.
    pub files: u64,
    /// Files of which we have no line.
    pub missing_files: Vec<String>,
    /// Files of which only we have lines.
    pub extra_files: Vec<String>,
    /// Files that import "C".
    pub skipped: u64,
    /// Packages in which go/types found mistakes.
    pub mistakes: Vec<Mistakes>,
    /// How often our paths were not sorted.
    pub disorder: u64,
    /// How long rulec took, if it was run.
    pub rulec_seconds: Option<f64>,
}

/// What is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Groups of differences too.
    pub groups: bool,
    /// Only groups in which we say something that is not so.
    pub only_false: bool,
    /// At most so many groups.
    pub limit: usize,
    /// Whether agreement is a goal: not if dependencies are missing.
    pub agreement: bool,
}

/// Prints the report of one corpus.
pub fn print(name: &str, totals: &Totals, causes: &Causes, shown: Shown) {
    let counts = &totals.counts;
    println!("{name}: {} expressions and names in {} files", counts.scored(), totals.files);
    for verdict in Verdict::ALL {
        println!("{:>11} {:>10}  {:>9.4} %", verdict.name(), counts.of(verdict), 100.0 * counts.share(verdict));
    }
    println!("{:>11} {:>10}  differences that follow from others", "of these", causes.consequences);
    if shown.agreement {
        let agree = counts.share(Verdict::Agree);
        println!("agree exactly: {:.4} % (goal: at least 99.8): {}", 100.0 * agree, word(agree >= LEAST_AGREEMENT));
    }
    let wrong = counts.share(Verdict::Wrong);
    println!("wrong types: {:.3} in 10,000 (goal: at most 1): {}", 10_000.0 * wrong, word(wrong <= MOST_WRONG));
    if let Some(seconds) = totals.rulec_seconds {
        println!("rulec took {seconds:.1} s");
    }
    print_irregular(totals);
    if shown.groups {
        print_groups(causes, shown);
    }
}

/// Whether the goals are reached. Agreement is one unless dependencies are missing.
pub fn reaches_goals(totals: &Totals, agreement: bool) -> bool {
    let counts = &totals.counts;
    counts.share(Verdict::Wrong) <= MOST_WRONG && (!agreement || counts.share(Verdict::Agree) >= LEAST_AGREEMENT)
}

fn word(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}

fn print_irregular(totals: &Totals) {
    print_list("files without a line of ours", &totals.missing_files);
    print_list("files only we have lines of", &totals.extra_files);
    for (what, count) in [
        ("files that import \"C\", left out", totals.skipped),
        ("malformed lines of ours", totals.counts.malformed),
        ("files with our lines out of order", totals.counts.disordered),
        ("paths of ours out of order", totals.disorder),
    ] {
        if count > 0 {
            println!("{count} {what}");
        }
    }
    let mistaken: Vec<String> =
        totals.mistakes.iter().map(|m| format!("{} ({}: {})", m.package, m.errors, m.first)).collect();
    print_list("packages with mistakes by go/types", &mistaken);
}

fn print_list(what: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    println!("{} {what}:", names.len());
    names.iter().take(LISTED).for_each(|name| println!("    {name}"));
    if names.len() > LISTED {
        println!("    and {} more", names.len() - LISTED);
    }
}

fn print_groups(causes: &Causes, shown: Shown) {
    let groups = causes.groups();
    let wanted = groups.iter().filter(|(verdict, _, _)| !shown.only_false || verdict.is_false());
    for (verdict, title, Group { count, examples }) in wanted.take(shown.limit) {
        println!("{count:>8}  {}: {title}", verdict.name());
        for example in examples {
            println!("          {}  {}", example.place, example.text);
            println!("              theirs: {}", example.theirs);
            println!("              ours:   {}", example.ours);
        }
    }
}

/// The first line of a record.
const HEADER: &str = "corpus,version,dependencies,sample,files,expressions,agree,unknown,wrong,mode,value,selection,missing,extra,untold,\
                      consequences,missing_files,rulec_seconds";

/// Adds a line to a record.
///
/// # Errors
/// If the file cannot be written.
pub fn record(path: &Path, what: [&str; 4], totals: &Totals, causes: &Causes) -> Result<(), String> {
    let mut text = std::fs::read_to_string(path).unwrap_or_else(|_| format!("{HEADER}\n"));
    let counts = &totals.counts;
    let shown = Verdict::ALL.map(|verdict| counts.of(verdict).to_string()).join(",");
    let seconds = totals.rulec_seconds.map_or(String::new(), |seconds| format!("{seconds:.1}"));
    text += &format!(
        "{},{},{},{shown},{},{},{seconds}\n",
        what.join(","),
        totals.files,
        counts.scored(),
        causes.consequences,
        totals.missing_files.len()
    );
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_a_field_for_each_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.csv");
        for _ in 0..2 {
            record(&path, ["std", "go1", "there", "1"], &Totals::default(), &Causes::default()).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let fields: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(fields, [18; 3]);
        let verdicts = Verdict::ALL.map(Verdict::name).join(",");
        assert!(HEADER.contains(&verdicts), "verdicts in the order in which they are written");
    }
}
