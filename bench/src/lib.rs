//! Benchmarks, stage by stage, and the comparisons that the project promises to hold.
//!
//! In: a [`corpus`] of Go files and sets of rules. Out: [`Sample`]s: times of each stage over the whole corpus, with a hash
//! of the result, so that a faster wrong answer shows. [`compare`] puts stages beside each other within one run, since
//! only then the numbers of two stages can be divided; [`once`] runs a stage in a process of its own; [`table`] prints, and
//! [`record`] writes them down.
//!
//! Read [`stages`] first: one file for each stage.
//!
//! **Absent:** no stage is measured in parallel with another, and nothing here is used by the product.

#![warn(missing_docs)]

pub mod stages;

pub mod corpus;
pub mod programs;
pub mod rules;

pub mod compare;
pub mod once;
pub mod record;
pub mod table;

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// What one stage took, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Processor time of all threads, in ms: what ratios are made of, since other programs do not change it much.
    pub cpu_ms: f64,
    /// Wall-clock time, in ms.
    pub wall_ms: f64,
    /// A hash of the result.
    pub result: u64,
}

/// Measures one run; what it returns is hashed.
pub fn sample(run: impl FnOnce() -> Vec<u8>) -> Sample {
    let (cpu, wall) = (cpu_time(), Instant::now());
    let result = run();
    let (cpu, wall) = (cpu_time() - cpu, wall.elapsed());
    let hash = blake3::hash(&result);
    let first = hash.as_bytes().first_chunk().expect("a hash has 32 bytes");
    Sample { cpu_ms: ms(cpu), wall_ms: ms(wall), result: u64::from_le_bytes(*first) }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Several samples of one stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    samples: Vec<Sample>,
}

impl Series {
    /// Adds a sample.
    ///
    /// # Panics
    /// If its result is another one than before: the stage is not deterministic, so its times mean nothing.
    pub fn add(&mut self, sample: Sample) {
        if let Some(first) = self.samples.first() {
            assert_eq!(first.result, sample.result, "each run has the same result");
        }
        self.samples.push(sample);
    }

    /// The median of the processor times, in ms; 0 without samples.
    pub fn median_ms(&self) -> f64 {
        let times = self.sorted();
        match times.len() {
            0 => 0.0,
            count if count % 2 == 1 => times[count / 2],
            count => (times[count / 2 - 1] + times[count / 2]) / 2.0,
        }
    }

    /// Shortest and longest processor time, in ms.
    pub fn spread_ms(&self) -> (f64, f64) {
        let times = self.sorted();
        (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(0.0))
    }

    /// The hash of the result; 0 without samples.
    pub fn result(&self) -> u64 {
        self.samples.first().map_or(0, |sample| sample.result)
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    fn sorted(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.samples.iter().map(|sample| sample.cpu_ms).collect();
        times.sort_by(f64::total_cmp);
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(times: &[f64]) -> Series {
        let mut series = Series::default();
        times.iter().for_each(|&cpu_ms| series.add(Sample { cpu_ms, wall_ms: cpu_ms, result: 1 }));
        series
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        assert_eq!(series(&[3.0, 1.0, 2.0]).median_ms(), 2.0);
        assert_eq!(series(&[4.0, 1.0, 2.0, 3.0]).median_ms(), 2.5);
        assert_eq!(series(&[]).median_ms(), 0.0);
    }

    #[test]
    #[should_panic(expected = "each run has the same result")]
    fn results_that_differ_are_refused() {
        let mut series = series(&[1.0]);
        series.add(Sample { cpu_ms: 1.0, wall_ms: 1.0, result: 2 });
    }
}
