//! Loading: from the bytes of a pack to rules that can run.

use crate::{Sample, sample};
use rulec_compiler::native::{self, NativeOptions};
use rulec_pack::file::{self, Contents};
use rulec_pack::manifest::Manifest;
use rulec_pack::{Engine, Executable};
use rulec_plan::Plan;
use rulec_runtime::RuleSet;
use std::sync::Arc;

/// Reads and verifies a pack of this plan, maps its code and links it.
///
/// # Panics
/// If there is no machine code for the plan, or no executable memory.
pub fn measure(plan: &Plan) -> Sample {
    let code = native::compile(plan, &NativeOptions::PACK).expect("machine code");
    let manifest = Manifest::of_plan("bench", plan);
    let bytes = file::write(&Contents { manifest: &manifest, sources: &[], plan, codes: &[code] });
    sample(|| {
        let pack = file::read(&bytes).expect("a pack just written");
        let code = pack.host_code().expect("code for this machine");
        let engine = Engine::Native(Executable::map(code).expect("executable memory"));
        let rules = RuleSet::new(vec![(Arc::new(pack.plan), engine)], &[]).expect("a plan of the compiler");
        (rules.rules().count() as u64).to_le_bytes().to_vec()
    })
}
