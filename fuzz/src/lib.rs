//! Fuzz targets: what has to stay safe whatever bytes come.
//!
//! In: bytes of anybody. Out: a count of what was accepted; whatever goes wrong is a panic. `fuzz/run` has libFuzzer look
//! for bytes that go wrong; `cargo test` replays those that once did (`fuzz/regressions/`) and tries some more.
//!
//! | Target | The bytes are |
//! |---|---|
//! | [`reader`] | a pack file |
//! | [`sections`] | sections of a pack; their hashes are made to fit, which would else stop all but the outermost checks |
//! | [`plan`] | a plan as packs encode it; what the verifier accepts is shown, and run over small trees |
//!
//! **Absent:** machine code and files of Go code; `fuzz/tests/engines.rs` compares machine code with the interpreter.

#![warn(missing_docs)]

pub mod host;
pub mod mutate;
pub mod seeds;
pub mod trees;

use host::Listener;
use rulec_pack::container::{Tag, assemble};
use rulec_pack::{Engine, Program, file};
use rulec_plan::Plan;
use rulec_plan::verify::verify;
use rulec_tree::Vocabulary;
use std::sync::Arc;

/// How many steps a rule may spend in one tree.
const BUDGET: i64 = 200;

/// Reads a pack file. Answers whether it was accepted.
pub fn reader(bytes: &[u8]) -> bool {
    file::read(bytes).is_ok()
}

/// Reads a pack that is made of these sections: for each its tag, two bytes that tell its length, and its content, cut off
/// where the bytes end. The plan's section goes without its heading. Answers whether it was accepted.
pub fn sections(bytes: &[u8]) -> bool {
    let mut sections = Vec::new();
    let mut rest = bytes;
    while let [tag, low, high, behind @ ..] = rest {
        let len = usize::from(u16::from_le_bytes([*low, *high])).min(behind.len());
        let (content, next) = behind.split_at(len);
        let tag = Tag(u32::from(*tag));
        let heading = if tag == Tag::RULES { seeds::heading() } else { Vec::new() };
        sections.push((tag, [&heading, content].concat()));
        rest = next;
    }
    file::read(&assemble(&sections)).is_ok()
}

/// Decodes and verifies a plan. One that is accepted is written as text and run over small trees by the interpreter.
/// Answers whether it was accepted.
pub fn plan(bytes: &[u8]) -> bool {
    let Ok(plan) = postcard::from_bytes::<Plan>(bytes) else { return false };
    if verify(&plan).is_err() {
        return false;
    }
    for rule in &plan.rules {
        // Texts are as long as their rule, and those of a mutated one can be long.
        assert!(!rulec_plan::text::rule(&plan, rule).is_empty());
    }
    let mut vocabulary = Vocabulary::default();
    let program = Program::link(Arc::new(plan), Engine::Interp, &mut vocabulary);
    let vocabulary = Arc::new(vocabulary);
    let enabled = vec![true; program.plan().rules.len()];
    for tree in trees::over(&vocabulary) {
        let mut listener = Listener::new(tree.len());
        // A host that never fails makes no trap.
        let report = program.run_within(BUDGET, &tree, &enabled, &mut listener);
        assert!(report.is_ok(), "{report:?}");
    }
    true
}
