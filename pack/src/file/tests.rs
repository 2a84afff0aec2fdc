//! Packs read back, and every way to damage one.

use super::*;
use crate::code::NO_START;
use crate::container::FORMAT;
use crate::manifest::{Examples, RuleEntry, Version};
use crate::signature::{SecretKey, Signature};
use crate::test_plan;
use rulec_plan::ir::{Cond, Op, Register, Start, Test};
use rulec_plan::numbering::Numbering;
use rulec_tree::{Kind, KindSet};

const CALLS: KindSet = KindSet::of(&[Kind::Call]);

fn plan(ops: Vec<Op>) -> Plan {
    let mut plan = test_plan::plan(Start::Kinds(CALLS), ops);
    plan.rules[0].meta.source = "rule r {}".to_owned().into();
    plan
}

fn code(target: &str) -> Code {
    let mut kinds = [NO_START; 64];
    kinds[Kind::Call as usize] = 3;
    Code { target: target.into(), bytes: vec![0xc3; 8], rules: vec![1], kinds }
}

fn manifest() -> Manifest {
    let rules = plan(Vec::new()).rules.iter().map(|rule| RuleEntry::new(rule, Examples::default())).collect();
    Manifest { rules, ..Manifest::new("team", Version::new(1, 2, 3)) }
}

fn sources() -> Vec<SourceText> {
    vec![SourceText { pack: "team".into(), path: "f/a.rule".into(), family: "f".into(), text: "rule r {}\n".into() }]
}

fn pack(plan: &Plan, codes: &[Code]) -> Vec<u8> {
    write(&Contents { manifest: &manifest(), sources: &sources(), plan, codes })
}

/// A pack of these sections and what else it needs.
fn with(sections: Vec<(Tag, Vec<u8>)>) -> Result<Pack, PackError> {
    let plan = plan(Vec::new());
    let mut all = sections;
    for (tag, bytes) in
        [(Tag::RULES, stored_plan::encode_rules(&plan)), (Tag::DETAILS, stored_plan::encode_details(&plan))]
    {
        if all.iter().all(|(own, _)| *own != tag) {
            all.push((tag, bytes));
        }
    }
    read(&assemble(&all))
}

fn signed(bytes: &[u8]) -> Vec<u8> {
    let container = Container::of_bytes(bytes.to_vec()).unwrap();
    let signature: Signature = SecretKey::of_random([1; 32]).sign(container.content_hash());
    container.with_signatures(&[signature]).unwrap()
}

#[test]
fn a_pack_is_read_as_it_was_written() {
    let plan = plan(vec![Op::Test(Test::Kinds(Register::ROOT, CALLS))]);
    let codes = [code("pdp11-unix"), code(&host_target())];
    let bytes = pack(&plan, &codes);
    assert_eq!(bytes, pack(&plan, &codes), "the same contents make the same bytes");
    let read = read(&bytes).unwrap();
    assert_eq!(read.plan, plan);
    assert_eq!(read.codes, codes);
    assert_eq!(read.host_code(), Some(&codes[1]));
    assert_eq!((read.manifest, read.sources), (Some(manifest()), sources()));
}

#[test]
fn details_are_the_same_read_now_or_later() {
    let plan = plan(vec![Op::Test(Test::Kinds(Register::ROOT, CALLS))]);
    let container = Container::of_bytes(pack(&plan, &[])).unwrap();
    assert_eq!(container.plan().unwrap(), plan);
    assert_eq!(container.trusted_plan().unwrap(), plan);
}

#[test]
fn a_pack_is_read_from_a_file_as_from_memory() {
    let bytes = signed(&pack(&plan(Vec::new()), &[code("pdp11-unix")]));
    let path = std::env::temp_dir().join(format!("rulec-pack-{}.rpack", std::process::id()));
    std::fs::write(&path, &bytes).unwrap();
    let (file, memory) = (Container::open(&path).unwrap(), Container::of_bytes(bytes).unwrap());
    std::fs::remove_file(&path).unwrap();
    assert_eq!(file.content_hash(), memory.content_hash());
    assert_eq!(file.signatures(), memory.signatures());
    assert_eq!(file.plan(), memory.plan());
}

#[test]
fn every_prefix_and_a_flipped_bit_in_every_byte_is_refused() {
    let unsigned = pack(&plan(Vec::new()), &[code("pdp11-unix")]);
    let bytes = signed(&unsigned);
    for len in (0..bytes.len()).filter(|len| *len != unsigned.len()) {
        assert!(read(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(read(&flipped).is_err(), "byte {at}");
    }
}

#[test]
fn plans_with_the_right_hash_are_still_not_trusted() {
    let plan = plan(vec![Op::Ask(Cond::Test(Test::Kinds(Register::ROOT, CALLS)))]);
    let mut accepted = 0;
    for (tag, encoded) in
        [(Tag::RULES, stored_plan::encode_rules(&plan)), (Tag::DETAILS, stored_plan::encode_details(&plan))]
    {
        // The names of host functions say nothing that could be wrong.
        let start = if tag == Tag::RULES { encoded.len() - 200 } else { 0 };
        for position in start..encoded.len() {
            for value in [0, 1, 2, 7, 0x7f, 0x80, 0xff] {
                let mut changed = encoded.clone();
                changed[position] = value;
                // What is accepted passed the verifier; nothing panics.
                accepted += usize::from(with(vec![(tag, changed)]).is_ok());
            }
        }
    }
    assert!(accepted > 0, "some changes are harmless, such as those of names");
}

#[test]
fn conditions_nested_without_end_do_not_exhaust_the_stack() {
    let nested = |depth: usize| {
        let leaf = Cond::Test(Test::Kinds(Register::ROOT, CALLS));
        let cond = (0..depth).fold(leaf, |cond, _| Cond::Not(Box::new(cond)));
        postcard::to_stdvec(&plan(vec![Op::Ask(cond)]).rules[0].body).unwrap()
    };
    let (one, two) = (nested(1), nested(2));
    let shared = one.iter().zip(&two).take_while(|(a, b)| a == b).count();
    let mut endless = one[..shared].to_vec();
    endless.extend(std::iter::repeat_n(two[shared], 1_000_000));
    endless.extend(&one[shared..]);
    let body = stored_plan::decode::<Vec<rulec_plan::ir::Step>>;
    assert!(matches!(body("details", &endless), Err(PackError::Malformed { section: "details", .. })));
    assert!(body("details", &nested(40)).is_ok(), "sensible nesting is read");
}

#[test]
fn unknown_sections_are_skipped() {
    assert_eq!(with(vec![(Tag(77), b"later".to_vec())]).unwrap().plan, plan(Vec::new()));
}

#[test]
fn a_manifest_that_tells_of_other_rules_is_refused() {
    let mut manifest = manifest();
    manifest.rules[0].severity = rulec_plan::manifest::Severity::Error;
    let refused = with(vec![(Tag::MANIFEST, manifest.to_bytes())]).unwrap().check_manifest().unwrap_err();
    assert_eq!(refused.to_string(), "the pack's manifest makes no sense: its rules are not those of the plan");
}

#[test]
fn a_plan_with_a_function_that_is_gone_is_told_apart() {
    let text = |name: &str| [&(name.len() as u32).to_le_bytes(), name.as_bytes()].concat();
    let asks = Op::Ask(Cond::Host(rulec_plan::host::HostFn::Pure, vec![rulec_plan::ir::Arg::Node(Register::ROOT)]));
    let plan = plan(vec![asks]);
    let mut rules = stored_plan::encode_rules(&plan);
    let at = rules.windows(11).position(|window| window == text("is pure")).unwrap();
    rules[at + 4] = b'x';
    let sections = vec![(Tag::RULES, rules), (Tag::DETAILS, stored_plan::encode_details(&plan))];
    assert_eq!(with(sections).unwrap_err(), PackError::OtherHosts);
}

#[test]
fn sections_there_is_one_of_are_not_there_twice() {
    let manifest = || (Tag::MANIFEST, manifest().to_bytes());
    assert!(with(vec![manifest()]).is_ok());
    let refused = with(vec![manifest(), manifest()]).unwrap_err();
    assert_eq!(refused.to_string(), "the pack's manifest makes no sense: there are two");
}

#[test]
fn other_files_and_formats_are_told_apart() {
    let bytes = pack(&plan(Vec::new()), &[]);
    let changed = |position: usize| {
        let mut bytes = bytes.clone();
        bytes[position] ^= 0xff;
        read(&bytes).unwrap_err()
    };
    assert_eq!(changed(0), PackError::NotAPack);
    let later = changed(4);
    assert_eq!(later, PackError::Version { pack: FORMAT ^ 0xff, runtime: FORMAT });
    assert!(later.to_string().ends_with("update rulec, or build the pack again from its source"), "{later}");
    assert_eq!(changed(bytes.len() - 1), PackError::Corrupt { section: "details" });
    assert_eq!(read(&bytes[..19]).unwrap_err(), PackError::Truncated { needed: 24, len: 19 });
}

#[test]
fn plans_stored_otherwise_are_told_apart() {
    let mut rules = stored_plan::encode_rules(&plan(Vec::new()));
    rules[0] ^= 1;
    assert!(matches!(with(vec![(Tag::RULES, rules)]), Err(PackError::AbiMismatch { .. })));
}

#[test]
fn a_plan_outlives_host_functions_that_are_added() {
    let asks = Op::Ask(Cond::Host(rulec_plan::host::HostFn::Pure, vec![rulec_plan::ir::Arg::Node(Register::ROOT)]));
    let plan = plan(vec![asks]);
    let (rules, details) = (stored_plan::encode_rules(&plan), stored_plan::encode_details(&plan));
    // As a build wrote it that had two functions the other way round.
    let swapped = |bytes: &[u8], a: &str, b: &str| {
        let part = |text: &str| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
        let (a, b) = (part(a), part(b));
        let at = |wanted: &[u8]| bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
        let mut swapped = bytes[..at(&a)].to_vec();
        swapped.extend(&b);
        swapped.extend(&bytes[at(&a) + a.len()..at(&b)]);
        swapped.extend(&a);
        swapped.extend(&bytes[at(&b) + b.len()..]);
        swapped
    };
    let other = swapped(&rules, "is pure", "is literal");
    assert_eq!(Numbering::own_names().len(), rulec_plan::host::HostFn::ALL.len());
    let read = with(vec![(Tag::RULES, other), (Tag::DETAILS, details)]).unwrap().plan;
    let text = rulec_plan::text::rule(&read, &read.rules[0]);
    assert!(text.contains("is literal") && !text.contains("is pure"), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn code_is_mapped_from_a_pack_and_only_if_it_is_what_was_stored() {
    use crate::code::{Executable, ExecutableError, LoadError};
    let bytes = pack(&plan(Vec::new()), &[code("pdp11-unix"), code(&host_target())]);
    let of = |bytes: &[u8], rules| Executable::of_pack(&Container::of_bytes(bytes.to_vec()).unwrap(), rules);
    assert!(of(&bytes, 1).unwrap().is_some());
    assert!(matches!(of(&bytes, 2), Err(LoadError::Executable(ExecutableError::Offsets))));
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(matches!(of(&changed, 1), Err(LoadError::Pack(PackError::Corrupt { section: "code" }))));
    assert!(of(&pack(&plan(Vec::new()), &[code("pdp11-unix")]), 1).unwrap().is_none());
}

#[test]
fn code_for_another_interface_is_left_out() {
    let mut section = write_code(&code("pdp11-unix"));
    assert_eq!(with(vec![(Tag::CODE, section.clone())]).unwrap().codes, [code("pdp11-unix")]);
    section[0] ^= 1;
    assert_eq!(with(vec![(Tag::CODE, section)]).unwrap().codes, []);
}

#[test]
fn code_that_does_not_fit_the_plan_is_refused() {
    let refused = |code: Code| {
        matches!(with(vec![(Tag::CODE, write_code(&code))]), Err(PackError::Malformed { section: "code", .. }))
    };
    assert!(!refused(code("pdp11-unix")));
    assert!(refused(Code { rules: vec![0, 0], ..code("pdp11-unix") }), "more rules than the plan");
    assert!(refused(Code { rules: vec![8], ..code("pdp11-unix") }), "an entry point behind the end");
    assert!(refused(code("pdp11-unix+host")), "code for one machine only");
}

/// Written by the last rulec that wrote format 1, from `tests/packs/format-1/`.
#[test]
fn a_pack_of_format_1_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/packs/format-1.rpack");
    let pack = read(&std::fs::read(path).unwrap()).unwrap();
    let ids: Vec<_> = pack.plan.rules.iter().map(|rule| rule.meta.id.as_str()).collect();
    assert_eq!(ids, ["old.http.nil-body", "old.http.no-panic"]);
    assert_eq!((pack.manifest, pack.sources), (None, Vec::new()));
}
