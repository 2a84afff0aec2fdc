//! How many findings there are of each rule, family and severity.

use rulec_plan::manifest::family;
use rulec_runtime::finding::Finding;
use serde::Serialize;
use std::collections::BTreeMap;

/// A row of the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count<'a> {
    /// What is counted: `rule`, `family` or `severity`.
    pub kind: &'static str,
    /// Which one.
    pub name: &'a str,
    /// How many findings.
    pub count: usize,
    /// How many of them have a fix.
    pub fixable: usize,
}

/// Rules first, then families, then severities; most first within each, equals by name, severities with the worst first.
pub fn statistics(findings: &[Finding]) -> Vec<Count<'_>> {
    let rules = counted("rule", findings, |finding| &finding.rule_id);
    let families = counted("family", findings, |finding| family(&finding.rule_id));
    let mut severities = counted("severity", findings, |finding| finding.severity.text());
    let rank = |name: &str| ["error", "warning", "info"].iter().position(|one| *one == name);
    severities.sort_by_key(|row| rank(row.name));
    [rules, families, severities].concat()
}

fn counted<'a>(kind: &'static str, findings: &'a [Finding], of: impl Fn(&'a Finding) -> &'a str) -> Vec<Count<'a>> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for finding in findings {
        let count = counts.entry(of(finding)).or_default();
        count.0 += 1;
        count.1 += usize::from(finding.fix.is_some());
    }
    let row = |(name, (count, fixable))| Count { kind, name, count, fixable };
    let mut rows: Vec<Count<'a>> = counts.into_iter().map(row).collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.count), row.name));
    rows
}
