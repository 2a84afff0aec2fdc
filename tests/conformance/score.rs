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
    /// Of these, those that were not reported by themselves, but as the end of a path that was reported where it begins.
    pub ends: usize,
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

/// What a rule reports in one suite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The lines of its findings.
    pub lines: BTreeSet<Line>,
    /// Of findings with a path: their line, and the line where the path ends.
    pub paths: BTreeSet<(Line, Line)>,
}

impl Found {
    /// The expected lines without a finding of their own at which a path ends that was rightly reported where it begins, in
    /// the same file. Some linters report one defect at both places; we report it once, and show the path.
    fn ends_of(&self, expected: &BTreeSet<Line>, ends: &BTreeSet<Line>) -> BTreeSet<Line> {
        let is_open = |line: &Line| expected.contains(line) && ends.contains(line) && !self.lines.contains(line);
        let right =
            self.paths.iter().filter(|(begin, end)| expected.contains(begin) && begin.0 == end.0 && is_open(end));
        right.map(|(_, end)| end.clone()).collect()
    }
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
    /// Adds one suite to the count of one rule. `ends` are expected lines that the end of a path may answer: see [`Found`].
    pub fn count(
        &mut self,
        suite: &Suite,
        rule: &str,
        expected: &BTreeSet<Line>,
        found: &Found,
        ends: &BTreeSet<Line>,
        reviewed: &Reviewed,
    ) -> Differences {
        let reason = |(file, line): &Line| reviewed.reason(&suite.name, rule, file, *line).map(str::to_owned);
        let answered = found.ends_of(expected, ends);
        let in_files = found.lines.iter().filter(|(file, _)| suite.files.contains_key(file));
        let differences = Differences {
            missed: expected
                .iter()
                .filter(|line| !found.lines.contains(*line) && !answered.contains(*line))
                .cloned()
                .collect(),
            unexpected: in_files
                .filter(|line| !expected.contains(*line))
                .map(|line| (line.clone(), reason(line)))
                .collect(),
        };
        let score = self.rules.entry(rule.to_owned()).or_default();
        score.suites += 1;
        score.expected += expected.len();
        score.right += expected.intersection(&found.lines).count() + answered.len();
        score.ends += answered.len();
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
            ends: sum.ends + score.ends,
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
        let found = |numbers: &[u32]| Found { lines: lines(numbers), ..Found::default() };
        let (none, reviewed) = (BTreeSet::new(), Reviewed::default());
        let mut scores = Scores::default();
        let differences = scores.count(&suite, "r", &lines(&[1, 2]), &found(&[2, 3, 4]), &none, &reviewed);
        assert_eq!(differences.missed, [("a.go".to_owned(), 1)]);
        assert_eq!(differences.unexpected.len(), 2);
        scores.count(&suite, "q", &lines(&[]), &found(&[]), &none, &reviewed);
        let score = scores.rules["r"];
        assert_eq!(score, Score { suites: 1, expected: 2, right: 1, ends: 0, unexpected: 2, reviewed: 0 });
        assert_eq!(scores.mean(Score::recall), Some(0.5));
        assert_eq!(scores.rules["q"].precision(), None);
        scores.lacking("p", &lines(&[1]));
        assert_eq!(scores.mean(Score::recall), Some(0.25));
    }

    #[test]
    fn the_end_of_a_path_answers_only_where_its_beginning_is_right() {
        let line = |number: u32| ("a.go".to_owned(), number);
        let lines = |numbers: &[u32]| -> BTreeSet<Line> { numbers.iter().copied().map(line).collect() };
        let paths = [(1, 5), (2, 6), (3, 7)].map(|(begin, end)| (line(begin), line(end)));
        let found = Found { lines: lines(&[1, 2, 3]), paths: paths.into() };
        let expected = lines(&[1, 3, 5, 6, 7]);
        // Line 2 is reported wrongly, and the check of line 7 is none that reports ends.
        assert_eq!(found.ends_of(&expected, &lines(&[1, 5, 6])), lines(&[5]));
        assert!(found.ends_of(&expected, &BTreeSet::new()).is_empty());
    }
}
