//! Running the rules of one program over rows of a file.
//!
//! In: which rules are on, and what is known of the file. Out: their matches, sorted, and which rules used up their steps.
//!
//! **Absent:** findings, and which rules are on.

use super::Run;
use crate::conditions::Facts;
use crate::evaluate::{self, Ran};
use rulec_pack::RunReport;
use std::ops::Range;

impl Run<'_> {
    /// The matches of these rules of a program.
    pub(super) fn run_rules(&self, program: usize, rows: Range<u32>, facts: &Facts, active: &[bool]) -> Ran {
        let prepared = &self.job.rules.prepared()[program];
        let run = |rows: Range<u32>, active: &[bool]| {
            let run =
                |active: &[bool]| evaluate::run_from(rows.clone(), prepared, facts, &prepared.program.select(active));
            evaluate::noted(self.job.profile, program, active, run)
        };
        let rules = &self.job.rules.plan(program).rules;
        let needs_types = || rules.iter().zip(active).any(|(rule, active)| *active && rule.meta.needs_types);
        match self.job.packages.is_some() && needs_types() && facts.types().is_err() {
            true => to_first_match(prepared.undecided_untyped(), evaluate::parts(facts.tree(), rows), active, run),
            false => run(rows, active),
        }
    }
}

/// Runs rules over a file of which no types are known, part by part: those that decide nothing there go no further than to
/// their first match, as [`Run::analyse`] says no more of them.
fn to_first_match(
    undecided: &[bool],
    parts: Vec<Range<u32>>,
    active: &[bool],
    run: impl Fn(Range<u32>, &[bool]) -> Ran,
) -> Ran {
    let (mut all, mut report, mut active) = (Vec::new(), RunReport::default(), active.to_vec());
    for part in parts {
        let (matches, spent) = run(part, &active)?;
        for rule in matches.iter().map(|one| one.rule.0 as usize) {
            active[rule] &= !undecided[rule];
        }
        all.extend(matches);
        report.add(spent);
    }
    all.sort();
    Ok((all, report))
}
