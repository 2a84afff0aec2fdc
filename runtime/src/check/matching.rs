//! Running the rules of one program over rows of a file.
//!
//! In: which rules are on, and what is known of the file. Out: their matches, sorted, and which rules used up their steps.
//!
//! **Absent:** findings, and which rules are on.

use super::Run;
use crate::conditions::Facts;
use crate::evaluate::{self, Match};
use rulec_pack::RunReport;
use rulec_plan::host::Trap;
use std::ops::Range;

impl Run<'_> {
    /// The matches of these rules of a program.
    pub(super) fn run_rules(
        &self,
        program: usize,
        rows: Range<u32>,
        facts: &Facts,
        active: &[bool],
    ) -> Result<(Vec<Match>, RunReport), Trap> {
        let rules = &self.job.rules.plan(program).rules;
        let needs_types = || rules.iter().zip(active).any(|(rule, active)| *active && rule.meta.needs_types);
        match self.job.packages.is_some() && needs_types() && facts.types().is_err() {
            true => self.run_untyped(program, rows, facts, active),
            false => self.run_together(program, rows, facts, active),
        }
    }

    /// The same in a file of which no types are known: rules that decide nothing there go no further than to their first match,
    /// as [`Run::analyse`] says no more of them.
    fn run_untyped(
        &self,
        program: usize,
        rows: Range<u32>,
        facts: &Facts,
        active: &[bool],
    ) -> Result<(Vec<Match>, RunReport), Trap> {
        let undecided = self.job.rules.prepared()[program].undecided_untyped();
        let (mut all, mut report, mut active) = (Vec::new(), RunReport::default(), active.to_vec());
        for part in evaluate::parts(facts.tree(), rows) {
            let (matches, spent) = self.run_together(program, part, facts, &active)?;
            for rule in matches.iter().map(|one| one.rule.0 as usize) {
                active[rule] &= !undecided[rule];
            }
            all.extend(matches);
            report.steps += spent.steps;
            report.exhausted.extend(spent.exhausted);
        }
        all.sort();
        report.exhausted.sort_unstable();
        report.exhausted.dedup();
        Ok((all, report))
    }

    fn run_together(
        &self,
        program: usize,
        rows: Range<u32>,
        facts: &Facts,
        active: &[bool],
    ) -> Result<(Vec<Match>, RunReport), Trap> {
        let prepared = &self.job.rules.prepared()[program];
        let run = |active: &[bool]| evaluate::run_from(rows.clone(), prepared, facts, &prepared.program.select(active));
        evaluate::noted(self.job.profile, program, active, run)
    }
}
