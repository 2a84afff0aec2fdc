//! Compiling: from rule text to a plan, and from a plan to machine code.

use crate::{Sample, sample};
use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{SourceFile, compile};
use rulec_plan::Plan;

/// From text to a verified plan.
pub fn measure_plan(files: &[SourceFile]) -> Sample {
    sample(|| (compile(files, "bench").plan.rules.len() as u64).to_le_bytes().to_vec())
}

/// From a plan to code for this run.
///
/// # Panics
/// If there is no machine code for the plan.
pub fn measure_native(plan: &Plan) -> Sample {
    sample(|| native::compile(plan, &NativeOptions::JIT).expect("machine code").bytes)
}
