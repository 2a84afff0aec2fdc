//! Counting: right, missed and unexpected lines, for each rule.

use crate::reviewed::Reviewed;
use crate::suites::Suite;
use std::collections::{BTreeMap, BTreeSet};

/// A file and a line, from 1.
pub type Line = (String, u32);

/// What was counted, by rule.
#[derive(Debug, Default)]
pub struct Scores {
    /// By the rule's last segment.
    pub rules: BTreeMap<String, Score>,
}

/// What was counted for one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Suites scored.
    pub suites: usize,
    /// Lines to be reported.
    pub expected: usize,
    /// Of these, those that were.
    pub right: usize,
    /// Lines reported that nobody asks for, reviewed ones included.
    pub unexpected: usize,
    /// Of these, those that were read and found right.
    pub reviewed: usize,
}

impl Score {
    /// The part of the expected lines that was reported; `None` if nothing was expected.
    pub fn recall(&self) -> Option<f64> {
        part(self.right, self.expected)
    }

    /// The part of the reported lines that was asked for; `None` if nothing was reported.
    pub fn precision(&self) -> Option<f64> {
        part(self.right, self.right + self.unexpected)
    }

    /// The same, with reviewed lines counted as right.
    pub fn reviewed_precision(&self) -> Option<f64> {
        part(self.right + self.reviewed, self.right + self.unexpected)
    }
}

fn part(some: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}

/// Where what was found differs from what was expected.
#[derive(Debug, Default)]
pub struct Differences {
    /// Expected lines without a finding.
    pub missed: Vec<Line>,
    /// Findings that nobody asks for, with the reason of those that were reviewed.
    pub unexpected: Vec<(Line, Option<String>)>,
}

impl Scores {
    /// Adds one suite to the count of one rule.
    pub fn count(
        &mut self,
        suite: &Suite,
        rule: &str,
        expected: &BTreeSet<Line>,
        found: &BTreeSet<Line>,
        reviewed: &Reviewed,
    ) -> Differences {
        let reason = |(file, line): &Line| reviewed.reason(&suite.name, rule, file, *line).map(str::to_owned);
        let in_files = found.iter().filter(|(file, _)| suite.files.contains_key(file));
        let differences = Differences {
            missed: expected.difference(found).cloned().collect(),
            unexpected: in_files
                .filter(|line| !expected.contains(*line))
                .map(|line| (line.clone(), reason(line)))
                .collect(),
        };
        let score = self.rules.entry(rule.to_owned()).or_default();
        score.suites += 1;
        score.expected += expected.len();
        score.right += expected.intersection(found).count();
        score.unexpected += differences.unexpected.len();
        score.reviewed += differences.unexpected.iter().filter(|(_, reason)| reason.is_some()).count();
        differences
    }

    /// Adds one suite to the count of a rule that there is not: nothing is found.
    pub fn lacking(&mut self, rule: &str, expected: &BTreeSet<Line>) {
        let score = self.rules.entry(rule.to_owned()).or_default();
        score.suites += 1;
        score.expected += expected.len();
    }

    /// The mean over rules of a measure, over those rules that have one.
    pub fn mean(&self, measure: impl Fn(&Score) -> Option<f64>) -> Option<f64> {
        let measured: Vec<f64> = self.rules.values().filter_map(measure).collect();
        (!measured.is_empty()).then(|| measured.iter().sum::<f64>() / measured.len() as f64)
    }

    /// Sums over all rules.
    pub fn total(&self) -> Score {
        self.rules.values().fold(Score::default(), |sum, score| Score {
            suites: sum.suites + score.suites,
            expected: sum.expected + score.expected,
            right: sum.right + score.right,
            unexpected: sum.unexpected + score.unexpected,
            reviewed: sum.reviewed + score.reviewed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_means_are_over_rules() {
        let suite: Suite = serde_json::from_str(
            r#"{"suite":"s","linter":"l","checks":[],"rules":[],"module":"m","commit":"c","files":{"a.go":"00"},
                "fixtures":{},"config":"","expect":[]}"#,
        )
        .expect("a suite");
        let lines = |numbers: &[u32]| numbers.iter().map(|line| ("a.go".to_owned(), *line)).collect();
        let mut scores = Scores::default();
        let differences = scores.count(&suite, "r", &lines(&[1, 2]), &lines(&[2, 3, 4]), &Reviewed::default());
        assert_eq!(differences.missed, [("a.go".to_owned(), 1)]);
        assert_eq!(differences.unexpected.len(), 2);
        scores.count(&suite, "q", &lines(&[]), &lines(&[]), &Reviewed::default());
        let score = scores.rules["r"];
        assert_eq!(score, Score { suites: 1, expected: 2, right: 1, unexpected: 2, reviewed: 0 });
        assert_eq!(scores.mean(Score::recall), Some(0.5));
        assert_eq!(scores.rules["q"].precision(), None);
        scores.lacking("p", &lines(&[1]));
        assert_eq!(scores.mean(Score::recall), Some(0.25));
    }
}
