//! Every stage over a small corpus, so that no benchmark rots. What is asserted here does not hang on the machine's speed.

use rulec_bench::compare::{Size, compare};
use rulec_bench::corpus::{Corpus, entries};
use rulec_bench::stages::run;
use rulec_bench::{record, rules};
use std::collections::BTreeSet;
use std::sync::Arc;

#[test]
fn every_stage_is_measured_and_says_the_same_each_time() {
    let corpus = Corpus::small();
    assert!(corpus.files.len() > 50, "the suite is there");
    let comparison = compare(&corpus, Size { rounds: 2, many_rules: 40 });
    assert!(comparison.stages.len() >= 12);
    for (stage, series) in &comparison.stages {
        assert_eq!(series.len(), 2, "{stage}");
        println!("{}", record::line(stage, (&corpus.name, corpus.files.len(), corpus.bytes()), 1, series, None));
    }
    assert!(comparison.findings > 0, "stock rules find something in the suite");
    assert_eq!(comparison.internal_errors, 0);
    for goal in comparison.goals() {
        assert!(goal.reached.is_finite() && goal.reached > 0.0, "{}: {}", goal.what, goal.reached);
    }
}

#[test]
fn generated_rules_are_all_different_and_compile() {
    let plan = rules::plan(&rules::generated(1000));
    let sources: BTreeSet<_> = plan.rules.iter().map(|rule| rule.meta.source.split_once('{')).collect();
    assert_eq!(sources.len(), 1000);
}

#[test]
fn files_without_the_literals_of_any_rule_are_not_parsed() {
    let corpus = Corpus::small();
    let absent = rules::ready(&Arc::new(rules::plan(&rules::absent(100))));
    let (_, outcome) = run::measure(&corpus, &absent);
    assert_eq!(outcome.summary.files, corpus.files.len());
    assert!(outcome.summary.prefiltered * 10 >= corpus.files.len() * 9, "{:?}", outcome.summary);
}

#[test]
fn the_corpus_is_listed_with_its_sizes() {
    let listed = entries().unwrap_or_else(|fault| panic!("{fault}"));
    assert!(listed.iter().any(|entry| entry.module == "std"));
    assert!(listed.iter().all(|entry| entry.files > 0 && entry.bytes > 0));
}
