//! Where the time of a run goes: by rule, by fact, and for what all of them share.
//!
//! In: a [`RuleSet`], and from the run what it is busy with. Out: [`Row`]s that add up to the processor time of the run.
//! While a profile is taken, rules run one after the other instead of all at once, which costs more than a run without; what
//! they share is got ready before the first of them, so that it is not laid at that one's door.
//!
//! Times are those of the processor in one thread: waiting for other threads does not count. What is timed within
//! something that is timed counts for the inner one alone.

use crate::finding::RuleRef;
use crate::rules::RuleSet;
use rustix::time::{ClockId, clock_gettime};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a run spends on each rule, and on what rules share.
#[derive(Debug)]
pub struct Profile {
    /// Nanoseconds, by program and rule.
    rules: Vec<Vec<AtomicU64>>,
    shared: [AtomicU64; Shared::ALL.len()],
    /// The processor time of the whole process when the profile was begun.
    begun: u64,
}

/// What all rules of a file share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// From text to tree with names.
    Parsing,
    /// Types of the file, and declarations of the packages that it is about.
    Types,
    /// What functions do, of the file's package and of those that it needs: bodies, calls, goroutines.
    Functions,
    /// From matches to findings.
    Reporting,
}

impl Shared {
    /// All of them, in the order of [`Shared`].
    pub const ALL: [Shared; 4] = [Shared::Parsing, Shared::Types, Shared::Functions, Shared::Reporting];

    fn name(self) -> &'static str {
        match self {
            Shared::Parsing => "parsing",
            Shared::Types => "types",
            Shared::Functions => "functions",
            Shared::Reporting => "reporting",
        }
    }
}

/// What time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A rule, in the files that are checked.
    Rule,
    /// A fact, in these files and in all packages that they need.
    Fact,
    /// What rules share, and what is part of no file.
    Shared,
}

impl Subject {
    /// As reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Subject::Rule => "rule",
            Subject::Fact => "fact",
            Subject::Shared => "shared",
        }
    }
}

/// One line of a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is.
    pub subject: Subject,
    /// The id of the rule or fact, or the name of what is shared.
    pub name: String,
    /// Processor time in ms.
    pub ms: f64,
}

thread_local! {
    /// What was timed within the innermost thing that is being timed, in nanoseconds.
    static INNER: Cell<u64> = const { Cell::new(0) };
}

impl Profile {
    /// An empty one; the time of the process counts from here.
    pub fn new(rules: &RuleSet) -> Profile {
        let of_program = |program: usize| rules.plan(program).rules.iter().map(|_| AtomicU64::new(0)).collect();
        Profile {
            rules: (0..rules.program_count()).map(of_program).collect(),
            shared: Default::default(),
            begun: nanoseconds(ClockId::ProcessCPUTime),
        }
    }

    /// Does something for a rule.
    pub(crate) fn rule<T>(&self, rule: RuleRef, work: impl FnOnce() -> T) -> T {
        let counter = self.rules.get(rule.program).and_then(|rules| rules.get(rule.rule.0 as usize));
        timed(counter, work)
    }

    /// Does something that rules share.
    pub(crate) fn shared<T>(&self, what: Shared, work: impl FnOnce() -> T) -> T {
        timed(self.shared.get(what as usize), work)
    }

    /// What was spent until now, most first. Rules that cost nothing are left out.
    pub fn rows(&self, rules: &RuleSet) -> Vec<Row> {
        let mut rows = Vec::new();
        for (program, counters) in self.rules.iter().enumerate() {
            for (counter, plan) in counters.iter().zip(&rules.plan(program).rules) {
                let subject = if plan.meta.fact.is_some() { Subject::Fact } else { Subject::Rule };
                rows.push((subject, plan.meta.id.clone(), counter.load(Ordering::Relaxed)));
            }
        }
        for (what, counter) in Shared::ALL.iter().zip(&self.shared) {
            rows.push((Subject::Shared, what.name().to_owned(), counter.load(Ordering::Relaxed)));
        }
        let known: u64 = rows.iter().map(|(_, _, spent)| spent).sum();
        let all = nanoseconds(ClockId::ProcessCPUTime).saturating_sub(self.begun);
        rows.push((Subject::Shared, "other".to_owned(), all.saturating_sub(known)));
        rows.retain(|(_, _, spent)| *spent > 0);
        rows.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        rows.into_iter().map(|(subject, name, spent)| Row { subject, name, ms: spent as f64 / 1e6 }).collect()
    }
}

/// The profiles of runs one after the other as one: most first.
pub fn in_sum(profiles: impl IntoIterator<Item = Vec<Row>>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for row in profiles.into_iter().flatten() {
        match rows.iter_mut().find(|known| known.subject == row.subject && known.name == row.name) {
            Some(known) => known.ms += row.ms,
            None => rows.push(row),
        }
    }
    rows.sort_by(|a, b| b.ms.total_cmp(&a.ms).then_with(|| a.name.cmp(&b.name)));
    rows
}

/// Does something, and adds its own time to a counter.
fn timed<T>(counter: Option<&AtomicU64>, work: impl FnOnce() -> T) -> T {
    let outer = INNER.replace(0);
    let start = nanoseconds(ClockId::ThreadCPUTime);
    let result = work();
    let spent = nanoseconds(ClockId::ThreadCPUTime).saturating_sub(start);
    let own = spent.saturating_sub(INNER.replace(outer + spent));
    if let Some(counter) = counter {
        counter.fetch_add(own, Ordering::Relaxed);
    }
    result
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps the processor busy for so many ns.
    fn spin(duration: u64) {
        let start = nanoseconds(ClockId::ThreadCPUTime);
        while nanoseconds(ClockId::ThreadCPUTime) - start < duration {}
    }

    #[test]
    fn rows_of_one_rule_are_added_up() {
        let row = |name: &str, ms| Row { subject: Subject::Rule, name: name.to_owned(), ms };
        let sum = in_sum([vec![row("b", 2.0), row("a", 1.0)], vec![row("a", 2.0), row("c", 2.0)]]);
        assert_eq!(sum, [row("a", 3.0), row("b", 2.0), row("c", 2.0)]);
    }

    #[test]
    fn the_inner_of_two_is_not_counted_twice() {
        let (outer, inner) = (AtomicU64::new(0), AtomicU64::new(0));
        let start = nanoseconds(ClockId::ThreadCPUTime);
        timed(Some(&outer), || {
            spin(1_000_000);
            timed(Some(&inner), || spin(3_000_000));
            timed(Some(&inner), || spin(3_000_000));
        });
        let all = nanoseconds(ClockId::ThreadCPUTime) - start;
        let (outer, inner) = (outer.into_inner(), inner.into_inner());
        assert!(inner >= 6_000_000 && outer >= 1_000_000, "{outer} {inner}");
        assert!(outer + inner <= all, "{outer} and {inner} of {all}");
    }
}
