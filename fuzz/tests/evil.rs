//! Plans made by hand with bad intent, in packs whose hashes are right: each is refused with the reason.

use rulec_fuzz::seeds;
use rulec_pack::file;
use rulec_plan::Plan;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{
    Arg, AtomId, Cond, ConstId, Constant, Op, OriginId, Over, Register, RegisterType, RuleIndex, Step, SymbolIndex,
    Test, Way,
};
use rulec_plan::type_pattern::{TypeNode, TypeNodeId, TypePattern};
use rulec_tree::{Kind, KindSet};

const ROOT: Register = Register::ROOT;

fn refused(plan: &Plan) -> String {
    file::read(&seeds::pack(plan)).map_or_else(|error| error.to_string(), |_| "accepted".to_owned())
}

/// Why a plan with these steps is refused, but for the words that all reasons start with. There are four registers for
/// rows, and two for values.
fn steps(ops: Vec<Op>) -> String {
    let mut plan = seeds::plans().remove(0);
    let rule = &mut plan.rules[0];
    rule.registers = [vec![RegisterType::Node; 4], vec![RegisterType::Value; 2]].concat();
    let body: Vec<Step> = ops.into_iter().map(step).collect();
    rule.body = body.into();
    let reason = refused(&plan);
    reason.strip_prefix("the pack's plan is refused: rule `p.f.r`: ").unwrap_or(&reason).to_owned()
}

fn step(op: Op) -> Step {
    Step { op, origin: OriginId(0) }
}

fn go(dst: u16, src: u16, way: Way) -> Op {
    Op::Move { dst: Register(dst), src: Register(src), way }
}

#[test]
fn out_of_range() {
    // There are no jumps; slots, registers and tables are where a plan could reach outside.
    assert_eq!(steps(vec![go(1, 0, Way::Slot(200))]), "step 0: slot 200 of a kind with 0");
    assert_eq!(steps(vec![go(900, 0, Way::Same)]), "step 0: register 900 does not exist");
    assert_eq!(steps(vec![go(1, 900, Way::Same)]), "step 0: register 900 does not exist");
    assert_eq!(steps(vec![Op::Test(Test::Text(ROOT, AtomId(u32::MAX)))]), "step 0: atom 4294967295 of 2");
    assert_eq!(steps(vec![Op::Test(Test::Symbols(ROOT, vec![SymbolIndex(2)]))]), "step 0: symbol 2 of 2");
    let constant = vec![Arg::Const(ConstId(2)), Arg::Const(ConstId(0))];
    assert_eq!(steps(vec![Op::Ask(Cond::Host(HostFn::CompareEq, constant))]), "step 0: constant 2 of 2");
    let next = vec![go(1, 0, Way::End), go(2, 1, Way::Next)];
    assert_eq!(steps(next), "step 1: register 1 is used as a node but is Position");
    let mut plan = seeds::plans().remove(0);
    plan.rules[0].body[0].origin = OriginId(7);
    assert_eq!(refused(&plan), "the pack's plan is refused: rule `p.f.r`: step 0: origin 7 of 1");
}

#[test]
fn wrong_types() {
    let rows = Op::Each { dst: Register(1), over: Over::Rows { of: ROOT } };
    assert_eq!(steps(vec![rows]), format!("step 0: register 0 is used as a value but is Node({:?})", starts()));
    let text = Op::Let { dst: Register(1), host: HostFn::Text, args: vec![Arg::Node(ROOT)] };
    assert_eq!(steps(vec![text]), "step 0: register 1 is declared Some(Node) but gets Value");
    let asked = Op::Ask(Cond::Host(HostFn::Text, vec![Arg::Node(ROOT)]));
    assert_eq!(steps(vec![asked]), "step 0: `text` is used as a Truth");
    let value = Op::Ask(Cond::Host(HostFn::Pure, vec![Arg::Const(ConstId(0))]));
    assert_eq!(steps(vec![value]), "step 0: `is pure` wants a Node here");
    assert_eq!(
        steps(vec![Op::Ask(Cond::Host(HostFn::Pure, Vec::new()))]),
        "step 0: `is pure` takes 1 arguments, not 0"
    );
    assert_eq!(steps(vec![Op::Emit(vec![Arg::Const(ConstId(0))])]), "step 0: capture `` has another form");
    assert_eq!(steps(vec![Op::Emit(Vec::new())]), "step 0: 0 captures reported of 1");
}

fn starts() -> KindSet {
    KindSet::of(&[Kind::Block, Kind::Call])
}

#[test]
fn functions_that_are_not_there_or_not_for_plans() {
    let engine = Op::Let { dst: Register(4), host: HostFn::RowsOpen, args: Vec::new() };
    assert_eq!(steps(vec![engine]), "step 0: `rows open` is asked");
    // In the steps of a rule that calls something, the number of the function becomes one that nothing has.
    let plan = seeds::plans().remove(3);
    let pack = seeds::pack(&plan);
    let (known, unknown) = (varint(HostFn::StartsWith as u32), [0xff, 0x03]);
    let sections = rulec_pack::container::Container::of_bytes(pack).unwrap();
    let changed = sections.entries().iter().map(|entry| {
        let mut bytes = sections.bytes(entry).unwrap();
        if entry.tag == rulec_pack::container::Tag::DETAILS {
            let call = [&[5][..], &known, &[2, 2]].concat();
            let at = bytes.windows(call.len()).position(|window| window == call).expect("the call in the steps");
            bytes.splice(at + 1..at + 1 + known.len(), unknown);
            // The lengths of body, origins and source stand in front; the body grew by a byte.
            let body = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) + unknown.len() as u32 - known.len() as u32;
            bytes[4..8].copy_from_slice(&body.to_le_bytes());
        }
        (entry.tag, bytes)
    });
    let changed = rulec_pack::container::assemble(&changed.collect::<Vec<_>>());
    let reason = file::read(&changed).unwrap_err().to_string();
    assert!(reason.contains("it calls host function 511, which there is none of"), "{reason}");
    assert!(reason.contains("at byte "), "{reason}");
}

fn varint(number: u32) -> Vec<u8> {
    postcard::to_stdvec(&number).unwrap()
}

#[test]
fn loops_without_end() {
    // Forty choices among two have 2^40 ways. Each costs a step, so a run ends when its budget is spent.
    let forty = vec![Op::Either(vec![Vec::new(), Vec::new()]); 40];
    assert_eq!(steps(forty), "accepted");
    let empty = Op::Either(vec![Vec::new(); 1_000_000]);
    assert_eq!(steps(vec![empty]), "step 0: more than 4096 steps");
    assert_eq!(steps(vec![Op::Either(Vec::new())]), "step 0: a choice among no alternatives");
    // What one alternative assigned, and a choice within it reads again, is not assigned anew behind them.
    let below = Over::Descendants { of: ROOT, want: KindSet::ALL, stop: KindSet::EMPTY };
    let first = [go(1, 0, Way::Same), Op::Each { dst: Register(2), over: below }, go(3, 1, Way::Next)];
    let either = Op::Either(vec![first.map(step).to_vec(), Vec::new()]);
    assert_eq!(steps(vec![either, go(1, 0, Way::End)]), "step 1: register 1 is assigned twice");
}

#[test]
fn huge_counts() {
    let many = vec![Op::Test(Test::Same(ROOT, ROOT)); 5000];
    assert_eq!(steps(many), "step 4096: more than 4096 steps");
    let mut plan = seeds::plans().remove(0);
    plan.rules[0].registers = vec![RegisterType::Node; 60_000];
    assert_eq!(refused(&plan), "the pack's plan is refused: rule `p.f.r`: 60000 registers; 4096 are the most");
    plan.rules[0].registers = Vec::new();
    let reason = "the pack's plan is refused: rule `p.f.r`: register 0 is the candidate root and must be a node";
    assert_eq!(refused(&plan), reason);
    let mut plan = seeds::plans().remove(0);
    plan.constants.push(Constant::List(vec![Constant::Int(0); 20_000]));
    assert_eq!(refused(&plan), "the pack's plan is refused: constant 2: 20000 elements; 16384 are the most");
    let mut plan = seeds::plans().remove(0);
    plan.rules[0].needs = vec![vec!["x".repeat(5000)]];
    assert_eq!(
        refused(&plan),
        "the pack's plan is refused: rule `p.f.r`: 5000 bytes of a needed text; 4096 are the most"
    );
    // A length of 2^63 elements in front of nothing: no memory is taken for them.
    let sections = [&[5u8, 12, 0][..], &[0xff; 8], &[0x7f, 0, 0, 0]].concat();
    assert!(!rulec_fuzz::sections(&sections));
}

#[test]
fn deep_nesting() {
    let deep = |depth: usize| {
        let leaf = Cond::Test(Test::Same(ROOT, ROOT));
        vec![Op::Ask((0..depth).fold(leaf, |cond, _| Cond::Not(Box::new(cond))))]
    };
    assert_eq!(steps(deep(60)), "accepted");
    assert_eq!(steps(deep(70)), "step 0: nested deeper than 64");
    let far = steps(deep(5000));
    assert!(far == "step 0: nested deeper than 64" || far.starts_with("the pack's details makes no sense"), "{far}");
    let list = |depth: usize| (0..depth).fold(Constant::Int(0), |inner, _| Constant::List(vec![inner]));
    let mut plan = seeds::plans().remove(0);
    plan.constants.push(list(3));
    assert_eq!(refused(&plan), "the pack's plan is refused: constant 2: a list of lists of lists");
}

#[test]
fn circles() {
    let with = |nodes| {
        let mut plan = seeds::plans().remove(0);
        plan.constants.push(Constant::Type(TypePattern { underlying: false, maybe_pointer: false, nodes }));
        refused(&plan)
    };
    let itself = with(vec![TypeNode::Pointer(TypeNodeId(0))]);
    let at = "the pack's plan is refused: constant 2: ";
    assert_eq!(itself, format!("{at}part 0 of a type in front of the whole, or behind the last"));
    // Each node is the next one twice: 2^100 ways to go through a hundred nodes.
    let twice = |number: u16| TypeNode::AnyOf(vec![TypeNodeId(number + 1), TypeNodeId(number + 1)]);
    let shared = with((0..99).map(twice).chain([TypeNode::Any]).collect());
    assert_eq!(shared, format!("{at}part 1 of a type in two places"));
    let mut plan = seeds::plans().remove(4);
    plan.rules[0].meta.options[0].default = Constant::Option { rule: RuleIndex(0), option: 0 };
    let reason = refused(&plan);
    assert_eq!(reason, "the pack's plan is refused: rule `p.f.r`: default of option 0: an option within a value");
    let mut twins = seeds::plans().remove(0);
    twins.rules.push(twins.rules[0].clone());
    assert_eq!(refused(&twins), "the pack's plan is refused: rule `p.f.r`: its id is that of another");
}

#[test]
fn texts_that_terminals_obey() {
    let mut plan = seeds::plans().remove(0);
    plan.rules[0].meta.id = "p.\u{1b}]0;x\u{7}".into();
    let reason = refused(&plan);
    assert!(reason.ends_with("its id is not made of names with dots between them"), "{reason}");
    assert!(!reason.contains('\u{1b}'), "what an enemy wrote is shown escaped");
}
