//! What compiled code is handed, what it may call and what it answers.
//!
//! Compiled code holds no addresses: everything it needs comes through one [`Frame`], so that the same bytes run wherever
//! they are mapped. [`ABI_HASH`] names this contract; code made for another one is never run.

use rulec_plan::host::{HostFn, Word};
use rulec_plan::ir::{Guard, RulePlan};
use rulec_tree::{Columns, Kind, Op, SymbolId, Text};
use std::ffi::c_void;
use std::mem::offset_of;

/// One file and one program, as compiled code sees them. Valid during one call of [`crate::Program::run`].
#[derive(Debug)]
#[repr(C)]
pub struct Frame {
    /// The tree.
    pub columns: Columns,
    /// The text of each atom of the plan.
    pub atoms: *const Text,
    /// The symbol of each symbol index of the plan.
    pub symbols: *const SymbolId,
    /// For each text up to `atom_of_len`, excluded: one more than the first atom with this text, or 0.
    pub atom_of: *const u32,
    /// For each symbol up to `symbol_of_len`, excluded: one more than the first symbol index with it, or 0.
    pub symbol_of: *const u32,
    /// Length of `atom_of` in items. Texts of one file can be greater.
    pub atom_of_len: u32,
    /// Length of `symbol_of` in items. Symbols of one file can be greater.
    pub symbol_of_len: u32,
    /// Entry point of each rule.
    pub rules: *const RuleFn,
    /// One byte for each rule: [`RULE_OFF`], [`RULE_ON`] or [`RULE_EXHAUSTED`].
    pub states: *mut u8,
    /// Steps left to each rule in this file.
    pub budgets: *mut i64,
    /// What compiled code may call.
    pub helpers: *const Helpers,
    /// Belongs to the helpers.
    pub context: *mut c_void,
}

/// A compiled function: of a rule, called at a candidate root, or of a start kind, called at a row of that kind. Answers
/// a [`Status`].
pub type RuleFn = unsafe extern "C" fn(frame: *mut Frame, row: u32) -> u32;

/// How a compiled function ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// Every solution was found. The function of a start kind answers this also where a rule was exhausted.
    Done = 0,
    /// The rule's budget of steps was used up, and its state says so.
    Exhausted = 1,
    /// A helper failed; the run ends.
    Trapped = 2,
}

/// [`Frame::states`]: the rule is not run.
pub const RULE_OFF: u8 = 0;
/// [`Frame::states`]: the rule is run.
pub const RULE_ON: u8 = 1;
/// [`Frame::states`]: the rule was run until its budget was used up.
pub const RULE_EXHAUSTED: u8 = 2;

/// [`Helpers::ask`] and [`Helpers::emit`]: the helper failed. Other answers of `ask` are those of
/// [`Tri`](rulec_plan::host::Tri), of `emit` 0.
pub const HELPER_TRAPPED: u32 = 3;
/// [`Helpers::value`]: the helper failed. No handle has this number.
pub const VALUE_TRAPPED: Word = Word::MAX;

/// What compiled code may call. No helper lets a panic out.
///
/// Every helper wants the frame it belongs to, and `args` to point at `count` words.
#[derive(Debug)]
#[repr(C)]
pub struct Helpers {
    /// Asks a host function by its number.
    pub ask: unsafe extern "C" fn(frame: *mut Frame, host: u32, args: *const Word, count: u32) -> u32,
    /// Gets a value from a host function by its number.
    pub value: unsafe extern "C" fn(frame: *mut Frame, host: u32, args: *const Word, count: u32) -> Word,
    /// Reports a match of a rule; `doubt` is one more than the origin of the doubt, or 0.
    pub emit: unsafe extern "C" fn(frame: *mut Frame, rule: u32, doubt: u32, args: *const Word, count: u32) -> u32,
    /// Whether two subtrees are equal syntax: 0, 1 or [`HELPER_TRAPPED`].
    pub equal: unsafe extern "C" fn(frame: *mut Frame, a: u32, b: u32) -> u32,
    /// Whether two runs are equal syntax: 0, 1 or [`HELPER_TRAPPED`].
    pub equal_runs: unsafe extern "C" fn(frame: *mut Frame, a: u32, a_end: u32, b: u32, b_end: u32) -> u32,
}

/// How many guards of a rule dispatch looks at; more would only make its code larger. What dispatch tests decides whether
/// a rule is entered, which costs a step, so every engine has to test the same.
const MAX_DISPATCH_GUARDS: usize = 16;

/// The guards of a rule that dispatch by start kind tests.
pub fn dispatch_guards(rule: &RulePlan) -> &[Guard] {
    &rule.guards[..rule.guards.len().min(MAX_DISPATCH_GUARDS)]
}

/// The target of code for this machine that uses no more than every machine of its architecture has.
pub fn host_target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

/// The target of code that may use whatever this machine has. Such code is run where it was made, and never stored.
pub fn host_only_target() -> String {
    host_target() + "+host"
}

/// The version of the plan's encoding; raised when [`rulec_plan::ir`] changes in a way that the hash does not see.
const PLAN_FORMAT: u32 = 4;

/// Names what a stored plan hangs on besides the names of host functions: its encoding, kinds and slots, operators.
pub const PLAN_HASH: u64 = plan_hash().0;

/// The version of how compiled code calls and is called; raised when the compiler changes it in a way that the hash does not
/// see. 2: numbers of 32 bits are extended where the machine's convention asks for it.
const CALL_FORMAT: u32 = 2;

/// Names this contract: layout of [`Frame`], host functions and their numbers, and all that [`PLAN_HASH`] names. Computed,
/// so that it cannot be forgotten.
pub const ABI_HASH: u64 = abi_hash();

const _: () = assert!(Op::ALL.len() <= 64, "a set of operators is one machine word");
const _: () = assert!(size_of::<usize>() == 8, "compiled code reads 8-byte pointers");

const fn plan_hash() -> Fnv {
    let mut hash = Fnv::new().number(PLAN_FORMAT as u64);
    let mut i = 0;
    while i < Kind::ALL.len() {
        hash = hash.text(Kind::ALL[i].name());
        let shape = Kind::ALL[i].shape();
        let mut slot = 0;
        while slot < shape.slots.len() {
            hash = hash.text(shape.slots[slot]);
            slot += 1;
        }
        hash = hash.number(shape.tail.is_some() as u64);
        i += 1;
    }
    i = 0;
    while i < Op::ALL.len() {
        hash = hash.text(Op::ALL[i].text());
        i += 1;
    }
    hash
}

const fn abi_hash() -> u64 {
    let mut hash = plan_hash().number(CALL_FORMAT as u64);
    let mut i = 0;
    while i < HostFn::ALL.len() {
        let signature = HostFn::ALL[i].signature();
        hash = hash.text(signature.name).number(signature.answer as u64);
        let mut param = 0;
        while param < signature.params.len() {
            hash = hash.number(signature.params[param] as u64);
            param += 1;
        }
        i += 1;
    }
    i = 0;
    while i < LAYOUT.len() {
        hash = hash.number(LAYOUT[i] as u64);
        i += 1;
    }
    hash.0
}

const LAYOUT: &[usize] = &[
    offset_of!(Frame, columns.kinds),
    offset_of!(Frame, columns.ops),
    offset_of!(Frame, columns.parents),
    offset_of!(Frame, columns.ends),
    offset_of!(Frame, columns.texts),
    offset_of!(Frame, columns.symbols),
    offset_of!(Frame, columns.hashes),
    offset_of!(Frame, columns.below),
    offset_of!(Frame, columns.bare),
    offset_of!(Frame, atoms),
    offset_of!(Frame, symbols),
    offset_of!(Frame, atom_of),
    offset_of!(Frame, symbol_of),
    offset_of!(Frame, atom_of_len),
    offset_of!(Frame, symbol_of_len),
    offset_of!(Frame, rules),
    offset_of!(Frame, states),
    offset_of!(Frame, budgets),
    offset_of!(Frame, helpers),
    offset_of!(Frame, context),
    offset_of!(Helpers, ask),
    offset_of!(Helpers, value),
    offset_of!(Helpers, emit),
    offset_of!(Helpers, equal),
    offset_of!(Helpers, equal_runs),
    size_of::<Frame>(),
];

/// A hash that can be computed at compile time.
///
/// Source: Fowler, Noll, Vo, FNV-1a with 64 bits.
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Fnv {
    const fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    const fn byte(self, byte: u8) -> Fnv {
        Fnv((self.0 ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
    }

    const fn number(mut self, number: u64) -> Fnv {
        let bytes = number.to_le_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self
    }

    const fn text(mut self, text: &str) -> Fnv {
        let bytes = text.as_bytes();
        self = self.number(bytes.len() as u64);
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        let hash = b"foobar".iter().fold(Fnv::new(), |hash, byte| hash.byte(*byte));
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn neighbouring_texts_do_not_run_together() {
        assert_ne!(Fnv::new().text("ab").text("c").0, Fnv::new().text("a").text("bc").0);
    }
}
