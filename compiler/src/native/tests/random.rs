//! Random plans that pass the verifier and use every instruction, and random trees for them.

use rulec_plan::Plan;
use rulec_plan::host::{Answer, HostFn, Param};
use rulec_plan::ir::{
    Arg, AtomId, Cond, ConstId, Constant, Guard, GuardTest, Op, Origin, OriginId, Over, Register, RegisterType,
    RulePlan, Start, Step, SymbolIndex, Test, Way,
};
use rulec_plan::manifest::{Capture, CaptureForm, CaptureId, CostClass, Level, ReportMeta, RuleMeta, Severity};
use rulec_tree::{Builder, Kind, KindSet, Op as TreeOp, Span, Text, Texts, Tree, Vocabulary};
use std::sync::Arc;

/// A sequence of numbers that looks random.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014 (SplitMix64).
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A set of kinds: most kinds, or a few.
    pub fn kinds(&mut self) -> KindSet {
        let bits = if self.below(3) > 0 { self.next() | self.next() } else { self.next() & self.next() };
        KindSet(bits).intersect(KindSet::ALL)
    }
}

/// Kinds that trees are made of: few, so that rules meet them.
const TREE_KINDS: &[Kind] = &[
    Kind::List,
    Kind::Ident,
    Kind::Int,
    Kind::Call,
    Kind::Call,
    Kind::Selector,
    Kind::Binary,
    Kind::Paren,
    Kind::Paren,
    Kind::Block,
    Kind::Block,
    Kind::Case,
    Kind::Comm,
    Kind::If,
    Kind::FuncLit,
    Kind::ExprStmt,
    Kind::Assign,
];
const TREE_OPS: &[TreeOp] = &[TreeOp::None, TreeOp::Add, TreeOp::Assign, TreeOp::Spread, TreeOp::Directive];
/// One atom and one symbol stand twice: their numbers in the vocabulary are the same.
const ATOMS: &[&str] = &["a", "b", "c", "d", "a", "e"];
const SYMBOLS: &[(&str, &str)] = &[("p", "F"), ("p", "G"), ("", "nil"), ("p", "F"), ("q", "F"), ("q", "H"), ("r", "F")];

/// A tree whose kinds have the children they must have.
pub fn random_tree(rng: &mut Rng, plan: &Plan, vocabulary: Arc<Vocabulary>) -> Tree {
    let mut texts = Texts::new(vocabulary);
    let own = texts.intern(b"not in any rule");
    let names: Vec<Text> = plan.atoms.iter().map(|atom| texts.intern(atom)).chain([own, Text::NONE]).collect();
    let symbols = SYMBOLS.iter().chain(&[("own", "f")]).map(|(path, name)| {
        let (path, name) = (texts.intern(path.as_bytes()), texts.intern(name.as_bytes()));
        texts.symbol(path, name)
    });
    let symbols: Vec<_> = symbols.collect();
    let mut builder = Builder::default();
    let mut rows = 10 + rng.below(60) as isize;
    add_node(rng, &mut builder, &names, &mut rows, 0);
    let mut tree = builder.finish();
    for node in tree.nodes() {
        if rng.below(3) == 0 {
            tree.set_symbol(node, rng.pick(&symbols));
        }
    }
    tree
}

fn add_node(rng: &mut Rng, builder: &mut Builder, names: &[Text], rows: &mut isize, depth: usize) {
    *rows -= 1;
    let leaf = *rows < 0 || depth > 7;
    let kind = if leaf { rng.pick(&[Kind::Absent, Kind::Ident, Kind::List]) } else { rng.pick(TREE_KINDS) };
    builder.open(kind, rng.pick(TREE_OPS), Span::default(), rng.pick(names));
    let shape = kind.shape();
    for _ in shape.slots {
        add_node(rng, builder, names, rows, depth + 1);
    }
    let tail = if shape.tail.is_some() && !leaf { rng.below(5) } else { 0 };
    for _ in 0..tail {
        add_node(rng, builder, names, rows, depth + 1);
    }
    builder.close();
}

/// A plan of `rules` rules that passes the verifier.
pub fn random_plan(rng: &mut Rng, rules: usize) -> Plan {
    let mut plan = Plan {
        atoms: ATOMS.iter().map(|atom| atom.as_bytes().to_vec()).collect(),
        symbols: SYMBOLS.iter().map(|(path, name)| ((*path).into(), (*name).into())).collect(),
        constants: vec![Constant::Int(3), Constant::Str("s".into()), Constant::Bool(true)],
        rules: Vec::new(),
        models: Vec::new(),
        declarations: Vec::new(),
    };
    plan.rules = (0..rules).map(|index| random_rule(rng, index)).collect();
    plan
}

/// Each rule has this many origins.
pub const ORIGINS: u32 = 10;

fn random_rule(rng: &mut Rng, index: usize) -> RulePlan {
    let kinds = KindSet(rng.kinds().0 & !KindSet::of(&[Kind::Absent]).0);
    let start = match rng.below(4) {
        0 => Start::Symbols { symbols: random_symbols(rng), up: rng.below(3) as u8, kinds },
        _ => Start::Kinds(kinds),
    };
    let guards = if rng.below(3) == 0 { random_guards(rng, kinds) } else { Vec::new() };
    let mut writer = Writer { rng, registers: vec![RegisterType::Node], searching: false, shared: 0 };
    let mut state = vec![(Register::ROOT, Known::Node(kinds))];
    let len = 2 + writer.rng.below(10);
    let mut body = writer.steps(len, &mut state, 0);
    body.push(writer.step(Op::Emit(vec![])));
    writer.fill_emit(&mut body, &state);
    let registers = writer.registers;
    let (body, origins) = (body.into(), origins().into());
    RulePlan { meta: meta(index), registers, body, start, guards, needs: Vec::new(), origins }
}

pub fn origins() -> Vec<Origin> {
    (0..ORIGINS).map(|start| Origin { start, end: start, what: String::new() }).collect()
}

/// The rule's captures are a row, a run and a value.
pub fn meta(index: usize) -> RuleMeta {
    let capture = |form| Capture { name: String::new(), form };
    RuleMeta {
        id: format!("test.random.rule-{index}"),
        doc: String::new(),
        severity: Severity::Info,
        level: Level::Recommended,
        tags: Vec::new(),
        since: None,
        options: Vec::new(),
        skip_tests: false,
        only_tests: false,
        skip_generated: false,
        cost: CostClass::Kind,
        needs_types: true,
        needs_flow: true,
        fact: None,
        captures: [CaptureForm::Node, CaptureForm::Run, CaptureForm::Value].map(capture).to_vec(),
        reports: vec![ReportMeta { at: CaptureId::MATCH, message: Vec::new(), trace: None }],
        fix: None,
        file: String::new(),
        source: String::new().into(),
        source_offset: 0,
    }
}

fn random_symbols(rng: &mut Rng) -> Vec<SymbolIndex> {
    (0..1 + rng.below(7)).map(|_| SymbolIndex(rng.below(SYMBOLS.len()) as u32)).collect()
}

/// Guards down a path of slots, each below a row whose kind is settled.
pub fn random_guards(rng: &mut Rng, start: KindSet) -> Vec<Guard> {
    let mut rows: Vec<(Vec<u8>, KindSet)> = vec![(Vec::new(), start)];
    let mut guards: Vec<Guard> = Vec::new();
    for _ in 0..rng.below(8) {
        let (parent, kinds) = rows[rng.below(rows.len())].clone();
        let slots = kinds.iter().map(|kind| kind.shape().slots.len()).min().unwrap_or(0);
        let mut path = parent;
        if slots > 0 && rng.below(4) > 0 {
            path.push(rng.below(slots) as u8);
        }
        let test = match rng.below(3) {
            0 => GuardTest::Ops(rng.next() | rng.next()),
            1 => GuardTest::Texts((0..1 + rng.below(3)).map(|_| AtomId(rng.below(ATOMS.len()) as u32)).collect()),
            _ => {
                let slotted = [Kind::Call, Kind::Selector, Kind::Binary, Kind::If];
                let few: KindSet = (0..1 + rng.below(2)).map(|_| rng.pick(&slotted)).collect();
                let kinds = if rng.below(2) == 0 { few } else { rng.kinds() };
                let before = rows.iter().filter(|(known, _)| *known == path).map(|(_, kinds)| *kinds).next_back();
                rows.push((path.clone(), before.map_or(kinds, |before| before.intersect(kinds))));
                GuardTest::Kinds(kinds)
            }
        };
        guards.push(Guard { path, test });
    }
    guards
}

/// What is known of a register: as the verifier sees it.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Position,
    Node(KindSet),
    Value,
}

type State = Vec<(Register, Known)>;

/// Writes steps. Every register is assigned once on a way.
struct Writer<'r> {
    rng: &'r mut Rng,
    registers: Vec<RegisterType>,
    searching: bool,
    /// How many sets are gathered once for a row.
    shared: u32,
}

impl Writer<'_> {
    fn step(&mut self, op: Op) -> Step {
        Step { op, origin: OriginId(self.rng.below(ORIGINS as usize) as u32) }
    }

    fn register(&mut self, ty: RegisterType) -> Register {
        self.registers.push(ty);
        Register(self.registers.len() as u16 - 1)
    }

    fn steps(&mut self, len: usize, state: &mut State, depth: usize) -> Vec<Step> {
        (0..len)
            .map(|_| {
                let op = self.op(state, depth);
                self.step(op)
            })
            .collect()
    }

    fn op(&mut self, state: &mut State, depth: usize) -> Op {
        match self.rng.below(if depth < 3 { 14 } else { 9 }) {
            0..3 => self.move_op(state),
            3 | 4 => {
                let test = self.test(state);
                refine(&test, state);
                Op::Test(test)
            }
            5 | 6 => self.each(state),
            7 => {
                let dst = self.register(RegisterType::Value);
                let (host, args) = self.host(Answer::Value, state, depth);
                state.push((dst, Known::Value));
                Op::Let { dst, host, args }
            }
            8 if !self.searching => Op::Emit(self.captures(state)),
            8..11 => Op::Ask(self.cond(state, depth + 1)),
            11 => self.gather(state, depth + 1),
            _ => self.either(state, depth + 1),
        }
    }

    fn gather(&mut self, state: &mut State, depth: usize) -> Op {
        let (at, kinds) = self.node(state);
        let searching = std::mem::replace(&mut self.searching, true);
        let shared = (self.rng.below(4) > 0).then(|| {
            self.shared += 1;
            (self.shared, at)
        });
        // What is gathered once for a row hangs on that row alone.
        let mut own = if shared.is_some() { vec![(at, Known::Node(kinds))] } else { state.clone() };
        let len = 1 + self.rng.below(4);
        let steps = self.steps(len, &mut own, depth);
        self.searching = searching;
        let (row, _) = self.node(&own);
        let dst = self.register(RegisterType::Value);
        state.push((dst, Known::Value));
        Op::Gather { dst, shared, steps, row }
    }

    fn move_op(&mut self, state: &mut State) -> Op {
        let (src, kinds) = self.node(state);
        let fewest = kinds.iter().map(|kind| kind.shape().slots.len()).min().unwrap_or(0);
        let (src, way, known) = match self.rng.below(9) {
            0 => {
                let src = self.position(state);
                let known =
                    state.iter().find(|(register, _)| *register == src).map_or(Known::Position, |known| known.1);
                (src, Way::Same, known)
            }
            1 => (src, Way::Next, Known::Position),
            2 => (src, Way::End, Known::Position),
            3 => (src, Way::Parent, Known::Node(KindSet::ALL)),
            4 => (src, Way::Unparen, Known::Node(KindSet::ALL)),
            5 => (src, Way::Root, Known::Node(KindSet::ALL)),
            _ => {
                let slot = self.rng.below(fewest + 1);
                let known = if slot < fewest { Known::Node(KindSet::ALL) } else { Known::Position };
                (src, Way::Slot(slot as u8), known)
            }
        };
        let dst = self.register(RegisterType::Node);
        state.push((dst, known));
        Op::Move { dst, src, way }
    }

    fn each(&mut self, state: &mut State) -> Op {
        let (of, _) = self.node(state);
        let (from, end) = (self.position(state), self.position(state));
        let (want, stop) = (self.rng.kinds(), self.rng.kinds());
        let values = values_of(state);
        if !values.is_empty() && self.rng.below(4) == 0 {
            let of = self.rng.pick(&values);
            if self.rng.below(2) == 0 {
                let dst = self.register(RegisterType::Value);
                state.push((dst, Known::Value));
                return Op::Each { dst, over: Over::Values { of } };
            }
            let dst = self.register(RegisterType::Node);
            state.push((dst, Known::Node(KindSet::ALL)));
            return Op::Each { dst, over: Over::Rows { of } };
        }
        let (over, known) = match self.rng.below(6) {
            0 => (Over::Positions { from, end }, Known::Position),
            1 => (Over::Elements { from, end }, Known::Node(KindSet::ALL)),
            2 => (Over::Ancestors { of, stop }, Known::Node(KindSet::ALL)),
            3 => (Over::Statement { of }, Known::Node(KindSet::ALL)),
            _ => (Over::Descendants { of, want, stop }, Known::Node(want)),
        };
        let dst = self.register(RegisterType::Node);
        state.push((dst, known));
        Op::Each { dst, over }
    }

    /// Alternatives that all assign one register.
    fn either(&mut self, state: &mut State, depth: usize) -> Op {
        let dst = self.register(RegisterType::Node);
        let branches = (0..1 + self.rng.below(3)).map(|_| {
            let mut own = state.clone();
            let len = self.rng.below(4);
            let mut steps = self.steps(len, &mut own, depth);
            let src = self.position(&own);
            steps.push(self.step(Op::Move { dst, src, way: Way::Same }));
            steps
        });
        let branches = branches.collect();
        state.push((dst, Known::Position));
        Op::Either(branches)
    }

    fn test(&mut self, state: &State) -> Test {
        let position = self.position(state);
        match self.rng.below(9) {
            0 | 1 => Test::Kinds(position, self.rng.kinds()),
            2 => Test::Ops(position, self.rng.next() | self.rng.next()),
            3 => Test::Text(position, AtomId(self.rng.below(ATOMS.len()) as u32)),
            4 => Test::Symbols(position, random_symbols(self.rng)),
            5 => Test::Same(position, self.position(state)),
            6 => Test::Before(position, self.position(state)),
            7 => Test::Equal(self.node(state).0, self.node(state).0),
            _ => {
                let mut run = || [self.position(state), self.position(state)];
                Test::EqualRuns(run(), run())
            }
        }
    }

    fn cond(&mut self, state: &State, depth: usize) -> Cond {
        match self.rng.below(if depth < 4 { 8 } else { 3 }) {
            0 => Cond::Test(self.test(state)),
            1 | 2 => {
                let (host, args) = self.host(Answer::Truth, state, depth);
                Cond::Host(host, args)
            }
            3 => Cond::And((0..self.rng.below(4)).map(|_| self.cond(state, depth + 1)).collect()),
            4 => Cond::Or((0..self.rng.below(4)).map(|_| self.cond(state, depth + 1)).collect()),
            5 => Cond::Not(Box::new(self.cond(state, depth + 1))),
            _ => {
                let outer = std::mem::replace(&mut self.searching, true);
                let len = self.rng.below(4);
                let steps = self.steps(len, &mut state.clone(), depth + 1);
                self.searching = outer;
                Cond::Search(steps)
            }
        }
    }

    fn host(&mut self, answer: Answer, state: &State, depth: usize) -> (HostFn, Vec<Arg>) {
        let host = loop {
            let host = self.rng.pick(HostFn::ALL);
            if host.signature().answer == answer && !host.is_of_engines() {
                break host;
            }
        };
        let args = host.signature().params.iter().map(|param| match param {
            Param::Node => Arg::Node(self.node(state).0),
            Param::Nodes if self.rng.below(2) == 0 => Arg::Node(self.node(state).0),
            Param::Nodes => Arg::Run(self.position(state), self.position(state)),
            Param::Value | Param::Type => self.value(state, depth),
        });
        (host, args.collect())
    }

    fn value(&mut self, state: &State, depth: usize) -> Arg {
        let values = values_of(state);
        match self.rng.below(3) {
            0 if !values.is_empty() => Arg::Value(self.rng.pick(&values)),
            1 if depth < 6 => {
                let (host, args) = self.host(Answer::Value, state, depth + 2);
                Arg::Call(host, args)
            }
            _ => Arg::Const(ConstId(self.rng.below(3) as u32)),
        }
    }

    fn captures(&mut self, state: &State) -> Vec<Arg> {
        let run = Arg::Run(self.position(state), self.position(state));
        vec![Arg::Node(self.node(state).0), run, self.value(state, 0)]
    }

    /// Gives the last emit its captures.
    fn fill_emit(&mut self, body: &mut [Step], state: &State) {
        let captures = self.captures(state);
        if let Some(Step { op: Op::Emit(args), .. }) = body.last_mut() {
            *args = captures;
        }
    }

    /// A register that holds a row: recent ones more often.
    fn node(&mut self, state: &State) -> (Register, KindSet) {
        let nodes = state.iter().filter_map(|(register, known)| match known {
            Known::Node(kinds) => Some((*register, *kinds)),
            Known::Position | Known::Value => None,
        });
        let nodes: Vec<_> = nodes.collect();
        let skipped = self.rng.below(nodes.len()) * self.rng.below(2);
        nodes[nodes.len() - 1 - skipped]
    }

    fn position(&mut self, state: &State) -> Register {
        let rows: Vec<Register> =
            state.iter().filter(|(_, known)| *known != Known::Value).map(|(register, _)| *register).collect();
        self.rng.pick(&rows)
    }
}

/// What a test that held tells.
fn refine(test: &Test, state: &mut State) {
    let (Test::Kinds(register, _) | Test::Before(register, _)) = test else { return };
    let Some((_, known)) = state.iter_mut().find(|(other, _)| other == register) else { return };
    *known = match (test, *known) {
        (Test::Kinds(_, kinds), Known::Node(before)) => Known::Node(before.intersect(*kinds)),
        (Test::Kinds(_, kinds), Known::Position) if !kinds.contains(Kind::Absent) => Known::Node(*kinds),
        (Test::Before(..), Known::Position) => Known::Node(KindSet::ALL),
        (_, unchanged) => unchanged,
    };
}

/// The registers that hold values.
fn values_of(state: &State) -> Vec<Register> {
    state.iter().filter(|(_, known)| *known == Known::Value).map(|(register, _)| *register).collect()
}
