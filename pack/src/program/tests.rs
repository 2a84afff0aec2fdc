//! Where rules are entered, by the interpreter; that machine code does the same is tested where it is made.

use super::*;
use crate::test_plan;
use rulec_plan::host::{Handle, HostFn, Tri, Word};
use rulec_plan::ir::{OriginId, SymbolIndex};
use rulec_tree::{Builder, Op, Span, Text};

/// Hears of roots.
#[derive(Default)]
struct Roots(Vec<u32>);

impl Host for Roots {
    fn ask(&mut self, _: HostFn, _: &[Word]) -> Result<Tri, Trap> {
        Err(Trap("nothing is asked".into()))
    }

    fn value(&mut self, _: HostFn, _: &[Word]) -> Result<Handle, Trap> {
        Err(Trap("nothing is asked".into()))
    }

    fn emit(&mut self, _: RuleIndex, _: Option<OriginId>, captures: &[Word]) -> Result<(), Trap> {
        self.0.push(captures[0] as u32);
        Ok(())
    }
}

/// `F((F))` as rows 0 to 3: call, callee, parentheses, argument.
fn call() -> Tree {
    let mut builder = Builder::default();
    builder.open(Kind::Call, Op::None, Span::default(), Text::NONE);
    builder.leaf(Kind::Ident, Op::None, Span::default(), Text::NONE);
    builder.open(Kind::Paren, Op::None, Span::default(), Text::NONE);
    builder.leaf(Kind::Ident, Op::None, Span::default(), Text::NONE);
    builder.close();
    builder.close();
    builder.finish()
}

/// The roots that a rule is entered at, where both identifiers are uses of `p.F`.
fn roots(start: Start, budget: i64) -> (Vec<u32>, RunReport) {
    let plan = Arc::new(test_plan::plan(start, Vec::new()));
    let program = Program::link(plan, Engine::Interp, &mut Vocabulary::default());
    let mut tree = call();
    for row in [1, 3] {
        tree.set_symbol(Node(row), program.names().symbols[0]);
    }
    let mut host = Roots::default();
    let report = program.run_within(budget, &tree, &[true], &mut host).unwrap();
    (host.0, report)
}

fn uses(up: u8, kinds: KindSet) -> Start {
    Start::Symbols { symbols: vec![SymbolIndex(0), SymbolIndex(0)], up, kinds }
}

#[test]
fn rules_start_at_every_row_of_a_kind() {
    let (roots, report) = roots(Start::Kinds(KindSet::of(&[Kind::Ident, Kind::Call])), 100);
    assert_eq!(roots, [0, 1, 3]);
    assert_eq!(report, RunReport { exhausted: Vec::new(), steps: 3 });
}

#[test]
fn rules_start_above_uses_once_for_each_row() {
    assert_eq!(roots(uses(0, KindSet::ALL), 100).0, [1, 3]);
    assert_eq!(roots(uses(1, KindSet::ALL), 100).0, [0], "parentheses are not counted, and the call is met twice");
    assert_eq!(roots(uses(1, KindSet::FUNCS), 100).0, [0; 0], "no start kind");
    assert_eq!(roots(uses(2, KindSet::ALL), 100).0, [0; 0], "nothing is above the root");
}

#[test]
fn a_rule_stops_for_the_file_when_its_steps_are_spent() {
    let (roots, report) = roots(Start::Kinds(KindSet::of(&[Kind::Ident, Kind::Call])), 2);
    assert_eq!(roots, [0, 1]);
    assert_eq!(report, RunReport { exhausted: vec![RuleIndex(0)], steps: 3 });
}

#[test]
fn rules_that_are_off_are_not_run() {
    let plan = Arc::new(test_plan::plan(Start::Kinds(KindSet::ALL), Vec::new()));
    let program = Program::link(plan, Engine::Interp, &mut Vocabulary::default());
    for enabled in [&[][..], &[false]] {
        let mut host = Roots::default();
        assert_eq!(program.run(&call(), enabled, &mut host), Ok(RunReport::default()));
        assert!(host.0.is_empty());
    }
}
