//! The comparisons that the project promises to hold, each within one run.
//!
//! | Comparison | Goal |
//! |---|---|
//! | full check with all stock rules, to plain parsing of the same files, by the published grammar and by ours | at most 1.5 |
//! | check with 1,000 generated rules, to check with 10 | at most 1.3 |
//! | compiling to machine code, a rule | less than 200 µs |
//! | check with rules whose literals never occur, to reading the files | little more than 1 |
//! | peak memory of a check, over the Go distribution | less than 400 MB |
//!
//! Stages are measured in turn, round by round, so that a machine that slows down slows all of them.

use crate::corpus::Corpus;
use crate::rules;
use crate::stages::{compile, front, load, parse, read, run};
use crate::table::{Goal, Measured, Table};
use rulec_runtime::finding::Stages;
use std::sync::Arc;

/// How large a comparison is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How often each stage is measured.
    pub rounds: usize,
    /// How many generated rules stand for many; few are ten.
    pub many_rules: usize,
}

/// Every stage over one corpus.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The stages.
    pub table: Table,
    /// How many stock rules there are.
    pub stock_rules: usize,
    /// How many generated rules stand for many.
    pub many_rules: usize,
    /// Where the time of the last full check with all stock rules went, by the runtime's own clock.
    pub breakdown: Stages,
    /// Findings of the stock rules.
    pub findings: usize,
    /// Files that the stock rules' run could parse in part only.
    pub partial: usize,
    /// Internal errors of the stock rules' run.
    pub internal_errors: usize,
}

/// Measures every stage over a corpus.
pub fn compare(corpus: &Corpus, size: Size) -> Comparison {
    let stock_files = rules::stock();
    let many_files = rules::generated(size.many_rules);
    let stock_plan = Arc::new(rules::plan(&stock_files));
    let many_plan = Arc::new(rules::plan(&many_files));
    let stock = rules::ready(&stock_plan);
    let many = rules::ready(&many_plan);
    let few = rules::ready(&Arc::new(rules::plan(&rules::generated(10))));
    let absent = rules::ready(&Arc::new(rules::plan(&rules::absent(100))));
    let measured = Measured { name: corpus.name.clone(), files: corpus.files.len(), bytes: corpus.bytes() };
    let table = Table::new(measured, size.rounds);
    let mut comparison =
        Comparison { table, stock_rules: stock_plan.rules.len(), many_rules: size.many_rules, ..Comparison::default() };
    for _ in 0..size.rounds {
        comparison.table.add("read", read::measure(corpus));
        comparison.table.add("parse-plain", parse::measure_plain(corpus));
        comparison.table.add("parse", parse::measure(corpus));
        comparison.table.add("front", front::measure(corpus));
        let (sample, outcome) = run::measure(corpus, &stock);
        comparison.table.add("run-stock", sample);
        comparison.breakdown = outcome.summary.stages;
        comparison.findings = outcome.findings.len();
        comparison.partial = outcome.summary.parse_errors;
        comparison.internal_errors = outcome.internal_errors.len();
        comparison.table.add("run-10", run::measure(corpus, &few).0);
        comparison.table.add("run-many", run::measure(corpus, &many).0);
        comparison.table.add("run-absent", run::measure(corpus, &absent).0);
        comparison.table.add("plan-stock", compile::measure_plan(&stock_files));
        comparison.table.add("native-stock", compile::measure_native(&stock_plan));
        comparison.table.add("plan-many", compile::measure_plan(&many_files));
        comparison.table.add("native-many", compile::measure_native(&many_plan));
        comparison.table.add("load-stock", load::measure(&stock_plan));
    }
    comparison
}

impl Comparison {
    /// What is promised, how far it is reached, and whether it is: one line each.
    pub fn goals(&self) -> Vec<Goal> {
        let ratio = |stage: &str, to: &str| self.table.ratio(stage, &[], to);
        let each = |stage: &str, count: usize| self.table.median_ms(stage) * 1000.0 / count.max(1) as f64;
        vec![
            Goal {
                what: "full check with all stock rules / parsing by tree-sitter-go as published",
                reached: ratio("run-stock", "parse-plain"),
                limit: 1.5,
            },
            Goal {
                what: "full check with all stock rules / parsing by the amended grammar",
                reached: ratio("run-stock", "parse"),
                limit: 1.5,
            },
            Goal {
                what: "check with many generated rules / with 10",
                reached: ratio("run-many", "run-10"),
                limit: 1.3,
            },
            Goal {
                what: "machine code, µs a stock rule",
                reached: each("native-stock", self.stock_rules),
                limit: 200.0,
            },
            Goal {
                what: "machine code, µs a generated rule",
                reached: each("native-many", self.many_rules),
                limit: 200.0,
            },
            Goal {
                what: "check with literals that never occur / reading",
                reached: ratio("run-absent", "read"),
                limit: 2.0,
            },
        ]
    }
}
