//! Packs read back, and every way to damage one.

use super::*;
use crate::code::NO_START;
use crate::test_plan;
use rulec_plan::ir::{Cond, Op, Register, Start, Test};
use rulec_tree::{Kind, KindSet};

const CALLS: KindSet = KindSet::of(&[Kind::Call]);

fn plan(ops: Vec<Op>) -> Plan {
    test_plan::plan(Start::Kinds(CALLS), ops)
}

fn code(target: &str) -> Code {
    let mut kinds = [NO_START; 64];
    kinds[Kind::Call as usize] = 3;
    Code { target: target.into(), bytes: vec![0xc3; 8], rules: vec![1], kinds }
}

#[test]
fn a_pack_is_read_as_it_was_written() {
    let plan = plan(vec![Op::Test(Test::Kinds(Register::ROOT, CALLS))]);
    let codes = [code("pdp11-unix"), code(&host_target())];
    let pack = read(&write(&plan, &codes)).unwrap();
    assert_eq!(pack.plan, plan);
    assert_eq!(pack.codes, codes);
    assert_eq!(pack.host_code(), Some(&codes[1]));
}

#[test]
fn every_prefix_and_every_flipped_bit_is_refused() {
    let bytes = write(&plan(Vec::new()), &[code("pdp11-unix")]);
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn plans_with_the_right_hash_are_still_not_trusted() {
    let encoded = postcard::to_stdvec(&plan(vec![Op::Ask(Cond::Test(Test::Kinds(Register::ROOT, CALLS)))])).unwrap();
    let mut accepted = 0;
    for position in 0..encoded.len() {
        for value in [0, 1, 2, 7, 0x7f, 0x80, 0xff] {
            let mut changed = encoded.clone();
            changed[position] = value;
            // What is accepted passed the verifier; nothing panics.
            accepted += usize::from(read(&assemble(&[(PLAN, changed)])).is_ok());
        }
    }
    assert!(accepted > 0, "some changes are harmless, such as those of names");
}

#[test]
fn conditions_nested_without_end_do_not_exhaust_the_stack() {
    let nested = |depth: usize| {
        let leaf = Cond::Test(Test::Kinds(Register::ROOT, CALLS));
        let cond = (0..depth).fold(leaf, |cond, _| Cond::Not(Box::new(cond)));
        postcard::to_stdvec(&plan(vec![Op::Ask(cond)])).unwrap()
    };
    let (one, two) = (nested(1), nested(2));
    let shared = one.iter().zip(&two).take_while(|(a, b)| a == b).count();
    let mut endless = one[..shared].to_vec();
    endless.extend(std::iter::repeat_n(two[shared], 1_000_000));
    endless.extend(&one[shared..]);
    let refused = read(&assemble(&[(PLAN, endless)])).unwrap_err();
    assert!(matches!(refused, PackError::Malformed { section: "plan", .. }), "{refused}");
    assert!(read(&assemble(&[(PLAN, nested(40))])).is_ok(), "sensible nesting is read");
}

#[test]
fn unknown_sections_are_skipped() {
    let encoded = postcard::to_stdvec(&plan(Vec::new())).unwrap();
    let bytes = assemble(&[(77, b"signature".to_vec()), (PLAN, encoded)]);
    assert_eq!(read(&bytes).unwrap().plan, plan(Vec::new()));
}

#[test]
fn other_files_formats_and_interfaces_are_told_apart() {
    let bytes = write(&plan(Vec::new()), &[]);
    let changed = |position: usize| {
        let mut bytes = bytes.clone();
        bytes[position] ^= 0xff;
        read(&bytes).unwrap_err()
    };
    assert_eq!(changed(0), PackError::NotAPack);
    assert_eq!(changed(4), PackError::Version { pack: FORMAT ^ 0xff, runtime: FORMAT });
    assert_eq!(changed(8), PackError::AbiMismatch { pack: ABI_HASH ^ 0xff, runtime: ABI_HASH });
    assert_eq!(changed(bytes.len() - 1), PackError::Corrupt { section: "plan" });
    assert_eq!(read(&bytes[..19]).unwrap_err(), PackError::Truncated { needed: 20, len: 19 });
}

#[test]
fn code_that_does_not_fit_the_plan_is_refused() {
    let refused = |code: Code| {
        let plan = plan(Vec::new());
        let sections = [(PLAN, postcard::to_stdvec(&plan).unwrap()), (CODE, write_code(&code))];
        matches!(read(&assemble(&sections)), Err(PackError::Malformed { section: "code", .. }))
    };
    assert!(!refused(code("pdp11-unix")));
    assert!(refused(Code { rules: vec![0, 0], ..code("pdp11-unix") }), "more rules than the plan");
    assert!(refused(Code { rules: vec![8], ..code("pdp11-unix") }), "an entry point behind the end");
    assert!(refused(code("pdp11-unix+host")), "code for one machine only");
}
