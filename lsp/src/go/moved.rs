//! Findings in a text that has changed since.
//!
//! While somebody types, some answers are not known until packages are loaded again ([`rulec_runtime::session`]): rules are
//! undecided where they reported before. So that findings do not vanish and come back with every letter, a finding of the last
//! complete check stays as long as its rule is undecided at the same place. And as long as only the declarations that changed
//! were looked at, those of all others move with their code.

use rulec_runtime::finding::{Finding, FixEdits, Outcome};
use rulec_tree::Span;

/// How places of one text are found in a later one: all that changed lies between an equal start and an equal end.
pub(crate) struct Change {
    /// The length of the equal start.
    start: u32,
    /// Where the equal end starts, then and now.
    end_then: u32,
    end_now: u32,
}

impl Change {
    /// Both ends are those of characters.
    pub(crate) fn between(then: &str, now: &str) -> Change {
        let same = then.bytes().zip(now.bytes()).take_while(|(then, now)| then == now).count();
        let start = (0..=same).rev().find(|at| then.is_char_boundary(*at) && now.is_char_boundary(*at)).unwrap_or(0);
        let left = then.len().min(now.len()) - start;
        let ends = then.bytes().rev().zip(now.bytes().rev()).take(left);
        let same = ends.take_while(|(then, now)| then == now).count();
        let is_end = |end: &usize| then.is_char_boundary(then.len() - end) && now.is_char_boundary(now.len() - end);
        let end = (0..=same).rev().find(is_end).unwrap_or(0);
        Change { start: start as u32, end_then: (then.len() - end) as u32, end_now: (now.len() - end) as u32 }
    }

    /// What differs, then and now.
    pub(crate) fn differing(&self) -> (Span, Span) {
        (Span::new(self.start, self.end_then), Span::new(self.start, self.end_now))
    }

    /// Where an offset is now; none if it lies in what changed.
    fn offset(&self, offset: u32) -> Option<u32> {
        match offset {
            _ if offset <= self.start => Some(offset),
            _ if offset >= self.end_then => Some(offset - self.end_then + self.end_now),
            _ => None,
        }
    }

    fn moves(&self, start: &mut u32, end: &mut u32) -> Option<()> {
        *start = self.offset(*start)?;
        *end = self.offset(*end)?;
        Some(())
    }

    /// The finding where its code is now; none if the code changed. Lines and columns are not kept up to date.
    fn finding(&self, finding: &Finding) -> Option<Finding> {
        let mut moved = finding.clone();
        self.moves(&mut moved.start.offset, &mut moved.end.offset)?;
        moved.related.retain_mut(|related| self.moves(&mut related.start.offset, &mut related.end.offset).is_some());
        moved.fix = moved.fix.and_then(|fix| self.fix(fix));
        Some(moved)
    }

    fn fix(&self, mut fix: FixEdits) -> Option<FixEdits> {
        for edit in &mut fix.edits {
            self.moves(&mut edit.start, &mut edit.end)?;
        }
        Some(fix)
    }
}

/// The findings of a check that is not complete, with those of the last complete one that may still hold.
pub(crate) fn with_kept(outcome: Outcome, kept: &[Finding], change: &Change) -> Vec<Finding> {
    let mut findings = outcome.findings;
    for finding in kept {
        let Some(moved) = change.finding(finding) else { continue };
        let is_open = |rule, start, end| {
            Some(rule) == moved.rule && start <= moved.start.offset && moved.start.offset < u32::max(end, start + 1)
        };
        let may_hold = outcome.undecided.iter().any(|one| is_open(one.rule, one.start.offset, one.end.offset));
        let is_there = findings.iter().any(|own| own.rule == moved.rule && own.start.offset == moved.start.offset);
        if may_hold && !is_there {
            findings.push(moved);
        }
    }
    findings.sort_by_key(|finding| (finding.start.offset, finding.end.offset));
    findings
}

/// The findings in declarations that changed, with those that were told of all others, which are outside of `then`.
pub(crate) fn with_part(fresh: Vec<Finding>, then: Span, told: &[Finding], change: &Change) -> Vec<Finding> {
    let is_elsewhere = |finding: &&Finding| finding.start.offset < then.start || then.end <= finding.start.offset;
    let moved = told.iter().filter(is_elsewhere).filter_map(|finding| change.finding(finding));
    let mut findings: Vec<Finding> = moved.chain(fresh).collect();
    findings.sort_by_key(|finding| (finding.start.offset, finding.end.offset));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_code() {
        let change = Change::between("func a() {}\nfunc b() {}\n", "func a() { x() }\nfunc b() {}\n");
        assert_eq!(change.offset(5), Some(5));
        assert_eq!(change.offset(17), Some(22));
        let change = Change::between("abcdef", "aXf");
        assert_eq!((change.offset(1), change.offset(3), change.offset(5)), (Some(1), None, Some(2)));
        let change = Change::between("aa", "aaa");
        assert_eq!((change.offset(0), change.offset(2)), (Some(0), Some(2)), "an edit among equal letters");
        let (then, now) = Change::between("x é", "x è").differing();
        assert_eq!((then, now), (Span::new(2, 4), Span::new(2, 4)), "whole characters");
    }
}
