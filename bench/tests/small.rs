//! Every stage over a small corpus, so that no benchmark rots. What is asserted here does not hang on the machine's speed.

use rulec_bench::compare::{Size, compare};
use rulec_bench::corpus::{Corpus, entries};
use rulec_bench::once::{self, Stage};
use rulec_bench::stages::types::Project;
use rulec_bench::stages::{flow, run};
use rulec_bench::{programs, record, rules};
use std::collections::BTreeSet;
use std::sync::Arc;

#[test]
fn every_stage_is_measured_and_says_the_same_each_time() {
    let corpus = Corpus::small();
    assert!(corpus.files.len() > 50, "the suite is there");
    let comparison = compare(&corpus, Size { rounds: 2, many_rules: 40 });
    assert!(comparison.table.stages().len() >= 12);
    for (stage, series) in comparison.table.stages() {
        assert_eq!(series.len(), 2, "{stage}");
        println!("{}", record::line(stage, comparison.table.of(), 1, series, None));
    }
    assert!(comparison.findings > 0, "stock rules find something in the suite");
    assert_eq!(comparison.internal_errors, 0);
    for goal in comparison.goals() {
        assert!(goal.reached.is_finite() && goal.reached > 0.0, "{}: {}", goal.what, goal.reached);
    }
}

#[test]
fn a_stage_runs_once_in_a_process_that_holds_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    programs::write(folder.path(), 60).expect("a program");
    for stage in [Stage::Parse, Stage::Types, Stage::Functions, Stage::Check] {
        let ran = once::run(stage, folder.path(), 2).unwrap_or_else(|fault| panic!("{stage:?}: {fault}"));
        assert!(ran.wall_ms > 0.0, "{stage:?}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    assert!(once::run(Stage::Functions, empty.path(), 1).is_err());
}

#[test]
fn growth_is_measured_on_programs_with_as_many_functions_as_are_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    programs::write(folder.path(), 60).expect("a program");
    let round = flow::measure(&Project::below(folder.path()));
    // Each package has the initialiser of its variable, and every fifth function a literal or two.
    assert!((60..120).contains(&round.count), "{} functions", round.count);
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
