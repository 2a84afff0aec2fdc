//! All examples of some rules.

use crate::bench::Bench;
use crate::example;
use crate::failure::{Failure, Place, Results};
use rulec_compiler::CompiledRule;

/// Compiled rules, with a bench that runs them.
#[derive(Clone, Copy)]
pub struct Suite<'a> {
    /// What runs them.
    pub bench: &'a Bench,
    /// The rules whose examples are run.
    pub rules: &'a [CompiledRule],
}

/// Runs all examples. A rule without a bad or without a good example fails.
pub fn run(suite: Suite<'_>) -> Results {
    let mut results = Results::default();
    for rule in suite.rules {
        for example in &rule.examples {
            results.add(example::run(suite.bench, rule, rule.file, example));
        }
        for (bad, word) in [(true, "bad"), (false, "good")] {
            if !rule.examples.iter().any(|example| example.bad == bad) {
                results.add(vec![missing(suite, rule, word)]);
            }
        }
    }
    results.failures.sort_by_key(|failure| failure.place);
    results
}

fn missing(suite: Suite<'_>, rule: &CompiledRule, word: &str) -> Failure {
    let meta = suite.bench.plan().rules.get(rule.index.0 as usize).map(|rule| &rule.meta);
    Failure {
        rule: meta.map_or_else(String::new, |meta| meta.id.clone()),
        place: Place { file: rule.file, span: rule.name_span },
        message: format!("the rule has no {word} example"),
        notes: vec![match word {
            "bad" => "add `test bad { … }` with code in which it finds something".to_owned(),
            _ => "add `test good { … }` with code that looks alike and is right".to_owned(),
        }],
        missing: true,
    }
}
