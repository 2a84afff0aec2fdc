//! Ctrl-C: the first ends the run after the files in hand, so that what was found is shown; the second ends it at once.

use crate::status::Status;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once Ctrl-C was pressed.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Where the system allows no handler, Ctrl-C ends the process as it does by default.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            process::exit(Status::Interrupted as i32);
        }
    });
}
