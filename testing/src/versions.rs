//! What a rule finds in the example of another version of it.

use crate::bench::{Bench, Folder};
use crate::sample::{go_files, settings};
use rulec_grammar::ast::Example;
use rulec_plan::ir::RuleIndex;
use rulec_tree::Span;

/// Where the rule reports in an example, as places of the rule file in which the example stands, ascending. `uses` are the
/// packages that that file names, and `option` has the name that an option of the example has for this version of the rule.
///
/// None if the example cannot be run with this rule: it sets an option that the rule does not have, or its files cannot stand.
pub fn places(
    bench: &Bench,
    rule: RuleIndex,
    example: &Example,
    uses: &[(String, String)],
    option: impl Fn(&str) -> String,
) -> Option<Vec<Span>> {
    let mut settings = settings(example).ok()?;
    for (name, _) in &mut settings.options {
        *name = option(name);
    }
    let enabled = [rule];
    let files = go_files(&example.files, uses);
    let trial = bench.trial(&enabled, &settings, &files).ok()?;
    let folder = Folder::of(&example.files).ok()?;
    let mut places = Vec::new();
    for go in &files {
        let outcome = bench.check(&trial, folder.path(), go);
        if !outcome.internal_errors.is_empty() {
            return None;
        }
        let of_rule = outcome.findings.iter().filter(|found| found.rule.is_some_and(|found| found.rule == rule));
        places.extend(of_rule.map(|found| go.in_rule_file(found.span())));
    }
    places.sort();
    Some(places)
}
