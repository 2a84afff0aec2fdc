//! Random rules on random programs: native code, the interpreter and the naive matcher say the same.
//!
//! `RULEC_CASES=100000` tries that many programs, `RULEC_SEED=7` starts with another one. A failure names its seed.

use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{SourceFile, compile};
use rulec_gofront::Reader;
use rulec_grammar::ast::{Item, Rule};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_pack::{Engine, Executable, Program};
use rulec_plan::Plan;
use rulec_plan::host::{Handle, Host, HostFn, Trap, Tri, Word, run_of_word};
use rulec_plan::ir::{OriginId, RuleIndex, RulePlan};
use rulec_plan::manifest::CaptureForm;
use rulec_tests::naive::{self, Bindings, Thing};
use rulec_tests::random::{self, Dice};
use rulec_tree::{Node, Op, Tree, Vocabulary};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many rules are tried on one program, merged into one plan.
const RULES: usize = 4;

#[test]
fn engines_and_the_naive_matcher_agree_on_random_rules() {
    let number = |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (first, count): (u64, u64) = (number("RULEC_SEED", 1), number("RULEC_CASES", 500));
    let mut seen = Seen::default();
    for seed in first..first + count {
        case(seed, &mut seen);
    }
    println!("seeds {first} to {}: {seen:?}", first + count - 1);
    assert!(seen.rules * 3 >= seen.written * 2, "most rules are accepted: {seen:?}");
    assert!(seen.with_findings * 3 >= seen.rules, "many rules find something: {seen:?}");
}

#[derive(Debug, Default)]
struct Seen {
    written: usize,
    rules: usize,
    with_findings: usize,
    solutions: usize,
}

fn case(seed: u64, seen: &mut Seen) {
    let mut dice = Dice::new(seed);
    let (program, pieces) = random::program(&mut dice);
    let text: String = (0..RULES).map(|n| random::rule(&mut dice, &format!("r{n}"), &pieces)).collect();
    let context = || format!("seed {seed}\n{program}\n{text}");
    let file = SourceFile { path: "r.rule".into(), family: "f".into(), text: text.clone() };
    let compiled = compile(&[file], "p");
    let parsed = rulec_grammar::parse(&text, FileId(0), &mut Sink::new());
    seen.written += RULES;
    seen.rules += compiled.plan.rules.len();
    let plan = Arc::new(compiled.plan);
    let interpreted = run(&plan, Engine::Interp, &program);
    let code = native::compile(&plan, &NativeOptions::JIT).expect("native code");
    let executable = Executable::map(&code).expect("executable memory");
    let (tree, texts, steps, emits) = run(&plan, Engine::Native(executable), &program);
    assert_eq!(emits, interpreted.3, "native code differs from the interpreter: {}", context());
    assert_eq!(steps, interpreted.2, "native code spends other steps than the interpreter: {}", context());
    let classes = naive::classes(&tree);
    for (index, plan) in (0..).zip(&plan.rules) {
        let rule = rule_named(&parsed.items, plan.meta.name());
        let expected = naive::solutions(rule, &tree, &texts).expect("a rule that is understood");
        let of_rule = emits.iter().filter(|emit| emit.rule == RuleIndex(index));
        let found: BTreeSet<Solution> =
            of_rule.map(|emit| solution(bindings(emit, plan), plan, &tree, &classes)).collect();
        let expected = expected.into_iter().map(|one| solution(one, plan, &tree, &classes)).collect();
        assert_eq!(found, expected, "rule {} differs from the naive matcher: {}", plan.meta.name(), context());
        seen.with_findings += usize::from(!found.is_empty());
        seen.solutions += found.len();
    }
}

fn rule_named<'i>(items: &'i [Item], name: &str) -> &'i Rule {
    let mut rules = items.iter().filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None });
    rules.find(|rule| rule.name.value == name).expect("a rule of the file")
}

/// The rows of what an engine hands out, by name: the match as a whole as it is, all else by the first row of equal syntax.
type Solution = BTreeMap<String, Vec<u32>>;

fn solution(bindings: Bindings, plan: &RulePlan, tree: &Tree, classes: &[u32]) -> Solution {
    let captured = |name: &String| plan.meta.captures.iter().any(|capture| key(&capture.name) == *name);
    let captured = bindings.into_iter().filter(|(name, _)| captured(name));
    let rows = captured.map(|(name, thing)| {
        let class = |row: u32| if name.is_empty() { row } else { classes[row as usize] };
        let rows = match thing {
            Thing::Node(row) => vec![class(row)],
            Thing::Op(op) => vec![op.into()],
            Thing::Run(from, end) => {
                let next = |row: &u32| Some(tree.end(Node(*row)).0).filter(|row| *row < end);
                std::iter::successors(Some(from).filter(|row| *row < end), next).map(class).collect()
            }
        };
        (name, rows)
    });
    rows.collect()
}

/// The name of a capture as the naive matcher writes it.
fn key(name: &str) -> String {
    name.replacen("$*", "$", 1)
}

type Ran = (Tree, rulec_tree::Texts, u64, Vec<Emit>);

fn run(plan: &Arc<Plan>, engine: Engine, program: &str) -> Ran {
    let mut vocabulary = Vocabulary::default();
    let linked = Program::link(Arc::clone(plan), engine, &mut vocabulary);
    let file = Reader::new().read(program.as_bytes(), &Arc::new(vocabulary)).expect("Go");
    assert!(file.coverage.is_full(), "{program}");
    let mut recorder = Recorder { tree: &file.tree, emits: Vec::new() };
    let enabled = vec![true; plan.rules.len()];
    let report = linked.run(&file.tree, &enabled, &mut recorder).expect("no trap");
    assert!(report.exhausted.is_empty(), "{program}");
    let mut emits = recorder.emits;
    // The order of rules among each other is open; that of one rule's matches is not.
    emits.sort_by_key(|emit| emit.rule);
    (file.tree, file.texts, report.steps, emits)
}

#[derive(Debug, PartialEq, Eq)]
struct Emit {
    rule: RuleIndex,
    doubt: Option<OriginId>,
    captures: Vec<Word>,
}

fn bindings(emit: &Emit, plan: &RulePlan) -> Bindings {
    let each = plan.meta.captures.iter().zip(&emit.captures).map(|(capture, word)| {
        let thing = match capture.form {
            CaptureForm::Node => Thing::Node(*word as u32),
            CaptureForm::Run => {
                let (from, end) = run_of_word(*word);
                Thing::Run(from.0, end.0)
            }
            CaptureForm::Value => Thing::Op((*word - OPERATORS) as u8),
        };
        (key(&capture.name), thing)
    });
    each.collect()
}

/// Handles of operators start here.
const OPERATORS: Word = 1 << 20;

/// Hears of matches, and knows operators.
struct Recorder<'t> {
    tree: &'t Tree,
    emits: Vec<Emit>,
}

impl Host for Recorder<'_> {
    fn ask(&mut self, host: HostFn, args: &[Word]) -> Result<Tri, Trap> {
        match (host, args) {
            (HostFn::CompareEq, [a, b]) => Ok(Tri::of(a == b)),
            _ => Err(Trap(format!("nobody should ask {host:?}"))),
        }
    }

    fn value(&mut self, host: HostFn, args: &[Word]) -> Result<Handle, Trap> {
        match (host, args) {
            (HostFn::Operator, [row]) => {
                let op: Op = self.tree.op(Node(*row as u32));
                Ok(Handle(OPERATORS + op as Word))
            }
            _ => Err(Trap(format!("nobody should ask for {host:?}"))),
        }
    }

    fn emit(&mut self, rule: RuleIndex, doubt: Option<OriginId>, captures: &[Word]) -> Result<(), Trap> {
        self.emits.push(Emit { rule, doubt, captures: captures.to_vec() });
        Ok(())
    }
}
