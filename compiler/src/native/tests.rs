//! Machine code against the interpreter, which defines the meaning, over random plans, trees and answers.

mod cost;
pub mod random;

use super::{Machine, NativeOptions, Opt, Target, asm, clif, compile};
use random::{Rng, random_plan, random_tree};
use rulec_pack::file::{self, Contents};
use rulec_pack::manifest::Manifest;
use rulec_pack::{Engine, Executable, Program, RunReport};
use rulec_plan::Plan;
use rulec_plan::host::{Handle, Host, HostFn, Trap, Tri, Word, set_word};
use rulec_plan::ir::{OriginId, RuleIndex};
use rulec_plan::verify::verify;
use rulec_tree::{Node, Tree, Vocabulary};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a host heard, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Heard {
    Ask(HostFn, Vec<Word>),
    Value(HostFn, Vec<Word>),
    Emit(RuleIndex, Option<OriginId>, Vec<Word>),
}

/// Answers by a hash of the question, and fails at a certain one.
struct Recorder {
    heard: Vec<Heard>,
    seed: u64,
    fails_at: usize,
    panics: bool,
    /// The sets of rows being made: rows, and whether they are doubtful.
    sets: Vec<BTreeMap<Word, bool>>,
    /// The sets that are finished, by their handles.
    finished: BTreeMap<Word, BTreeMap<Word, bool>>,
    /// Those that can be taken again.
    shared: BTreeMap<[Word; 2], Word>,
}

/// Handles of finished sets of rows start here; equal sets have the same.
const SETS: Word = 1 << 40;

impl Recorder {
    fn new(seed: u64) -> Recorder {
        Recorder {
            heard: Vec::new(),
            seed,
            fails_at: usize::MAX,
            panics: false,
            sets: Vec::new(),
            finished: BTreeMap::new(),
            shared: BTreeMap::new(),
        }
    }

    fn answer(&mut self, heard: Heard, question: impl Hash) -> Result<u64, Trap> {
        if self.heard.len() == self.fails_at {
            assert!(!self.panics, "asked too much");
            return Err(Trap("asked too much".into()));
        }
        self.heard.push(heard);
        let mut hasher = rustc_hash::FxHasher::default();
        (self.seed, question).hash(&mut hasher);
        Ok(hasher.finish() >> 7)
    }
}

impl Host for Recorder {
    fn ask(&mut self, host: HostFn, args: &[Word]) -> Result<Tri, Trap> {
        let hash = self.answer(Heard::Ask(host, args.to_vec()), (host, args))?;
        if let (HostFn::RowsAdd, [set, row, doubtful]) = (host, args) {
            let rows = &mut self.sets[*set as usize];
            *rows.entry(*row).or_insert(true) &= *doubtful == 1;
            return Ok(Tri::Yes);
        }
        Ok([Tri::No, Tri::Yes, Tri::Unknown, Tri::Yes][hash as usize % 4])
    }

    fn value(&mut self, host: HostFn, args: &[Word]) -> Result<Handle, Trap> {
        let hash = self.answer(Heard::Value(host, args.to_vec()), (host, args))?;
        Ok(Handle(match (host, args) {
            (HostFn::RowsKnown, key) => {
                self.shared.iter().find(|(known, _)| *known == key).map(|(_, set)| *set).unwrap_or_default()
            }
            (HostFn::RowsOpen, _) => {
                self.sets.push(BTreeMap::new());
                self.sets.len() as Word - 1
            }
            (HostFn::RowsClose, [set, key @ ..]) => {
                let rows = self.sets[*set as usize].clone();
                let mut hasher = rustc_hash::FxHasher::default();
                rows.hash(&mut hasher);
                let finished = SETS + (hasher.finish() >> 30);
                self.finished.insert(finished, rows);
                if let [number, at] = key
                    && *number > 0
                {
                    self.shared.insert([*number, *at], finished);
                }
                finished
            }
            (HostFn::RowAfter, [set, last]) => {
                let next = self.finished.get(set).and_then(|rows| rows.range(last + 1..).next());
                set_word(next.map(|(row, doubtful)| (Node(*row as u32), *doubtful)))
            }
            // Lists hold three values at most.
            (HostFn::ElementAt, [list, number]) => {
                if *number < list % 4 {
                    1 + hash % 1000
                } else {
                    0
                }
            }
            _ => hash % 1000,
        }))
    }

    fn emit(&mut self, rule: RuleIndex, doubt: Option<OriginId>, captures: &[Word]) -> Result<(), Trap> {
        self.answer(Heard::Emit(rule, doubt, captures.to_vec()), 0).map(drop)
    }
}

/// The engines to compare: the interpreter first.
fn engines(plan: &Plan) -> Vec<Engine> {
    let code =
        [NativeOptions::JIT, NativeOptions::PACK, NativeOptions { opt: Opt::None, machine: Machine::LikeThisOne }];
    let native = code.iter().map(|options| {
        let code = compile(plan, options).unwrap();
        Engine::Native(Executable::map(&code).unwrap())
    });
    std::iter::once(Engine::Interp).chain(native).collect()
}

/// One run of a program: what was heard, by rule and then in order, and how it ended.
fn observe(program: &Program, tree: &Tree, budget: i64, mut host: Recorder) -> (Vec<Heard>, Result<RunReport, Trap>) {
    let enabled = vec![true; program.plan().rules.len()];
    let report = program.run_within(budget, tree, &enabled, &mut host);
    (host.heard, report)
}

/// How many random plans; `RULEC_TEST_CASES` asks for more, when code generation was changed.
fn cases() -> u64 {
    std::env::var("RULEC_TEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100)
}

#[test]
fn native_code_does_what_the_interpreter_does() {
    let mut emitted = 0;
    let mut exhausted = 0;
    for seed in 0..cases() {
        let mut rng = Rng::new(seed);
        let plan = Arc::new(random_plan(&mut rng, 1));
        verify(&plan).unwrap_or_else(|refused| panic!("seed {seed}: {refused}\n{plan:?}"));
        let mut vocabulary = Vocabulary::default();
        let programs: Vec<Program> =
            engines(&plan).into_iter().map(|engine| Program::link(plan.clone(), engine, &mut vocabulary)).collect();
        let vocabulary = Arc::new(vocabulary);
        for round in 0..6 {
            let tree = random_tree(&mut rng, &plan, vocabulary.clone());
            let budget = if round % 2 == 0 { 1 << 14 } else { 1 + rng.below(300) as i64 };
            let expected = observe(&programs[0], &tree, budget, Recorder::new(seed));
            emitted += expected.0.iter().filter(|heard| matches!(heard, Heard::Emit(..))).count();
            exhausted += expected.1.as_ref().map_or(0, |report| report.exhausted.len());
            for program in &programs[1..] {
                let native = observe(program, &tree, budget, Recorder::new(seed));
                assert!(native == expected, "seed {seed}\n{native:?}\n{expected:?}\n{plan:#?}\n{tree:?}");
            }
        }
    }
    assert!(emitted > 1000 && exhausted > 10, "the plans do something: {emitted} emits, {exhausted} exhausted");
}

#[test]
fn failing_hosts_stop_both_engines_at_the_same_call() {
    let mut traps = 0;
    for seed in 0..cases() / 5 {
        let mut rng = Rng::new(seed);
        let plan = Arc::new(random_plan(&mut rng, 1));
        let mut vocabulary = Vocabulary::default();
        let programs: Vec<Program> =
            engines(&plan).into_iter().map(|engine| Program::link(plan.clone(), engine, &mut vocabulary)).collect();
        let tree = random_tree(&mut rng, &plan, Arc::new(vocabulary));
        for fails_at in [0, 1, 5, 20] {
            let host = || Recorder { fails_at, ..Recorder::new(seed) };
            let expected = observe(&programs[0], &tree, 1 << 14, host());
            traps += usize::from(expected.1.is_err());
            for program in &programs[1..] {
                assert_eq!(observe(program, &tree, 1 << 14, host()), expected, "seed {seed}");
                let (heard, report) = observe(program, &tree, 1 << 14, Recorder { panics: true, ..host() });
                assert_eq!(heard, expected.0);
                assert_eq!(report.is_err(), expected.1.is_err(), "a panic becomes a trap");
            }
        }
    }
    assert!(traps > 20, "{traps}");
}

/// What is heard for each rule, for programs that enter rules in different orders.
fn by_rule(mut heard: Vec<Heard>) -> Vec<Heard> {
    heard.retain(|heard| matches!(heard, Heard::Emit(..)));
    heard.sort_by_key(|heard| match heard {
        Heard::Emit(rule, ..) => *rule,
        Heard::Ask(..) | Heard::Value(..) => RuleIndex(0),
    });
    heard
}

#[test]
fn many_rules_do_what_each_does_alone() {
    for seed in 0..cases() / 5 {
        let mut rng = Rng::new(1000 + seed);
        let plan = Arc::new(random_plan(&mut rng, 40));
        verify(&plan).unwrap_or_else(|refused| panic!("seed {seed}: {refused}"));
        let mut vocabulary = Vocabulary::default();
        let programs: Vec<Program> =
            engines(&plan).into_iter().map(|engine| Program::link(plan.clone(), engine, &mut vocabulary)).collect();
        let tree = random_tree(&mut rng, &plan, Arc::new(vocabulary));
        let enabled: Vec<bool> = plan.rules.iter().map(|_| rng.below(4) > 0).collect();
        let run = |program: &Program, enabled: &[bool]| {
            let mut host = Recorder::new(seed);
            let report = program.run_within(2000, &tree, enabled, &mut host).unwrap();
            (by_rule(host.heard), report)
        };
        let expected = run(&programs[0], &enabled);
        for program in &programs[1..] {
            assert_eq!(run(program, &enabled), expected, "seed {seed}");
        }
        let alone = (0..plan.rules.len()).filter(|rule| enabled[*rule]).flat_map(|rule| {
            let only: Vec<bool> = (0..plan.rules.len()).map(|other| other == rule).collect();
            run(&programs[1], &only).0
        });
        assert_eq!(alone.collect::<Vec<_>>(), expected.0, "seed {seed}");
    }
}

#[test]
fn code_from_a_pack_is_the_code_that_was_stored() {
    let plan = random_plan(&mut Rng::new(7), 20);
    let code = compile(&plan, &NativeOptions::PACK).unwrap();
    assert_eq!(code, compile(&plan, &NativeOptions::PACK).unwrap(), "the same plan makes the same bytes");
    let manifest = Manifest::of_plan("random", &plan);
    let contents = Contents { manifest: &manifest, sources: &[], plan: &plan, codes: std::slice::from_ref(&code) };
    let pack = file::read(&file::write(&contents)).unwrap();
    assert_eq!((&pack.plan, pack.host_code()), (&plan, Some(&code)));
}

#[test]
fn all_targets_have_code_without_relocations() {
    let plan = random_plan(&mut Rng::new(11), 40);
    for target in Target::ALL {
        let options = NativeOptions::pack_for(*target);
        // That there are no relocations is asserted for each function.
        let code = compile(&plan, &options).unwrap();
        assert_eq!(code.target, target.name());
        assert!(code.offsets_are_inside());
        assert_eq!(code, compile(&plan, &options).unwrap(), "the same plan makes the same bytes");
        assert_eq!(code.target == rulec_pack::abi::host_target(), Some(*target) == Target::of_this_machine());
    }
    let here = Target::of_this_machine().expect("tests run on a target");
    assert_eq!(compile(&plan, &NativeOptions::pack_for(here)), compile(&plan, &NativeOptions::PACK));
}

#[test]
fn a_rule_can_be_read_as_clif_and_as_assembly() {
    let plan = random_plan(&mut Rng::new(7), 1);
    assert!(clif(&plan, RuleIndex(0)).unwrap().starts_with("function "));
    for (target, end) in
        [("x86_64-linux", "ret"), ("aarch64-linux", "ret"), ("riscv64-linux", "ret"), ("s390x-linux", "br %r14")]
    {
        let target = Target::by_name(target).unwrap();
        let text = asm(&plan, RuleIndex(0), &NativeOptions::pack_for(target)).unwrap();
        assert!(text.contains(end), "{}: {text}", target.name());
    }
}
