//! A progress bar on standard error: on a terminal, for runs that take a while.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rulec_runtime::job::Progress;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shows how far a run is. Drop it before anything else is written to the terminal.
pub struct Bar {
    bar: ProgressBar,
    done: AtomicU64,
    started: Instant,
}

impl Bar {
    /// A bar for a run over this many files, which shows itself after half a second, or never: where `wanted` is false or nobody
    /// watches.
    pub fn new(wanted: bool, files: usize) -> Bar {
        let target = if wanted && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(files as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files, {eta} left") {
            bar.set_style(style);
        }
        Bar { bar, done: AtomicU64::new(0), started: Instant::now() }
    }
}

impl Progress for Bar {
    fn file_done(&self, _path: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.started.elapsed() > PATIENCE {
            self.bar.set_position(done);
        }
    }
}

/// A run that ends sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
