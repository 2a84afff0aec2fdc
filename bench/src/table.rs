//! One corpus, stage by stage: samples as they come in, and the table that is printed and recorded.
//!
//! In: samples by the name of their stage, round by round, and what was measured once in a process of its own. Out: the
//! table for people, what is promised with how far it is reached, and lines for a record.

use crate::once::Once;
use crate::{Sample, Series, record};

/// What is measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// What it is called.
    pub name: String,
    /// How many files it has.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
}

/// The stages of one corpus.
#[derive(Debug, Default)]
pub struct Table {
    of: Measured,
    stages: Vec<(&'static str, Series)>,
    once: Vec<Once>,
}

impl Table {
    /// An empty table, whose heading is printed.
    pub fn new(of: Measured, rounds: usize) -> Table {
        println!("{}: {} files, {:.1} MB, {rounds} rounds", of.name, of.files, mb(of.bytes));
        Table { of, ..Table::default() }
    }

    /// What is measured.
    pub fn of(&self) -> &Measured {
        &self.of
    }

    /// Adds a sample of a stage.
    ///
    /// # Panics
    /// If its result differs from that of an earlier round.
    pub fn add(&mut self, stage: &'static str, sample: Sample) {
        match self.stages.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, series)) => series.add(sample),
            None => {
                let mut series = Series::default();
                series.add(sample);
                self.stages.push((stage, series));
            }
        }
    }

    /// Adds what was measured once; nothing if it could not be.
    pub fn add_once(&mut self, once: Option<Once>) {
        self.once.extend(once);
    }

    /// Stages by name, in the order in which they were first measured.
    pub fn stages(&self) -> &[(&'static str, Series)] {
        &self.stages
    }

    /// The median of a stage in ms; 0 if it was not measured.
    pub fn median_ms(&self, stage: &str) -> f64 {
        self.stages.iter().find(|(name, _)| *name == stage).map_or(0.0, |(_, series)| series.median_ms())
    }

    /// What one stage, less the stages that it contains, takes to another one.
    pub fn ratio(&self, stage: &str, less: &[&str], to: &str) -> f64 {
        let contained: f64 = less.iter().map(|stage| self.median_ms(stage)).sum();
        (self.median_ms(stage) - contained) / self.median_ms(to)
    }

    /// Prints all stages, and then how far goals are reached.
    pub fn print(&self, goals: &[Goal]) {
        for (stage, series) in &self.stages {
            let (min, max) = series.spread_ms();
            println!(
                "{stage:>13} {:>9.2} ms ({min:.2} to {max:.2}), result {:016x}",
                series.median_ms(),
                series.result()
            );
        }
        for goal in goals {
            let verdict = if goal.holds() { "reached" } else { "missed" };
            println!("{:>9.2}  {} (goal {}): {verdict}", goal.reached, goal.what, goal.limit);
        }
        for once in &self.once {
            println!("{once}");
        }
    }

    /// Lines for a record.
    pub fn lines(&self) -> Vec<String> {
        let stages = self.stages.iter().map(|(stage, series)| record::line(stage, &self.of, 1, series, None));
        let once = self.once.iter().map(|once| {
            let mut series = Series::default();
            series.add(Sample { cpu_ms: once.wall_ms, wall_ms: once.wall_ms, result: 0 });
            record::line(&once.stage.row(), &self.of, once.threads, &series, Some(once.peak_kib))
        });
        stages.chain(once).collect()
    }
}

/// Something promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// What is compared.
    pub what: &'static str,
    /// What was measured.
    pub reached: f64,
    /// What it should not exceed.
    pub limit: f64,
}

impl Goal {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.reached <= self.limit
    }
}

/// Bytes in MB.
pub fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
