//! The plain interpreter: it defines what a plan means.
//!
//! In: one rule of a verified plan and a candidate root. Out: calls of [`Host::emit`], in the order in which the nest of
//! choices finds the solutions. Native code must make the same calls in the same order and spend the same steps.
//!
//! Written for clarity: each step calls the next one, so recursion is as deep as the rule has steps, which
//! [`crate::verify`] bounds; it does not depend on the Go file.

use crate::host::{Handle, Host, HostFn, Trap, Tri, Word, gathered_word, row_of_set_word, run_word};
use crate::ir::{Arg, AtomId, Cond, Op, OriginId, Over, Plan, Register, RuleIndex, Step, SymbolIndex, Test, Way};
use rulec_tree::{Kind, KindSet, Node, SymbolId, Text, Tree};

/// The numbers that a plan's atoms and symbols have in the vocabulary of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// For each [`AtomId`].
    pub atoms: Vec<Text>,
    /// For each [`SymbolIndex`].
    pub symbols: Vec<SymbolId>,
}

impl Link {
    /// Enters the plan's atoms and symbols into a vocabulary.
    pub fn new(plan: &Plan, vocabulary: &mut rulec_tree::Vocabulary) -> Link {
        Link {
            atoms: plan.atoms.iter().map(|atom| vocabulary.text(atom)).collect(),
            symbols: plan.symbols.iter().map(|(path, name)| vocabulary.symbol(path, name)).collect(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every solution was found.
    Done,
    /// The budget of steps was used up; solutions may be missing.
    Exhausted,
}

/// Hears how far a rule came, for explanations.
pub trait Observer {
    /// The step with this origin failed, after `passed` steps on the same way had not. For a condition with several
    /// parts, `part` is the part that decided.
    fn failed(&mut self, passed: usize, origin: OriginId);

    /// The condition with this origin could not be decided.
    fn unknown(&mut self, passed: usize, origin: OriginId);
}

/// Hears nothing.
#[derive(Debug)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn failed(&mut self, _: usize, _: OriginId) {}
    fn unknown(&mut self, _: usize, _: OriginId) {}
}

/// One rule, ready to be run at candidate roots of one tree.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The plan, verified.
    pub plan: &'a Plan,
    /// The rule.
    pub rule: RuleIndex,
    /// The tree.
    pub tree: &'a Tree,
    /// The plan's names in the tree's texts.
    pub link: &'a Link,
}

/// Runs a rule at a candidate root. Entering costs one step; `budget` is what is left afterwards, below zero if used up.
///
/// # Errors
/// [`Trap`] if a host function fails by a fault of its own.
pub fn run(subject: Subject<'_>, root: Node, budget: &mut i64, host: &mut dyn Host) -> Result<Outcome, Trap> {
    run_observed(subject, root, budget, host, &mut Unobserved)
}

/// Like [`run`]; `observer` hears of every failed step.
///
/// # Errors
/// [`Trap`] if a host function fails by a fault of its own.
pub fn run_observed(
    subject: Subject<'_>,
    root: Node,
    budget: &mut i64,
    host: &mut dyn Host,
    observer: &mut dyn Observer,
) -> Result<Outcome, Trap> {
    let rule = &subject.plan.rules[subject.rule.0 as usize];
    let mut registers = vec![0; rule.registers.len()];
    registers[0] = Word::from(root.0);
    let mut machine = Machine { subject, registers, doubt: None, passed: 0, budget, host, observer };
    match machine.spend().and_then(|()| machine.solve(&rule.body, &mut |_| Ok(Flow::Next))) {
        Ok(_) => Ok(Outcome::Done),
        Err(Halt::Exhausted) => Ok(Outcome::Exhausted),
        Err(Halt::Trap(trap)) => Err(trap),
    }
}

struct Machine<'a, 'h> {
    subject: Subject<'a>,
    registers: Vec<Word>,
    /// Origin of the first unknown answer on the way to here.
    doubt: Option<OriginId>,
    /// Steps on the way to here that did not fail.
    passed: usize,
    budget: &'h mut i64,
    host: &'h mut dyn Host,
    observer: &'h mut dyn Observer,
}

/// What the nearest choice does next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// Takes its next value.
    Next,
    /// Ends: a search has its answer.
    Stop,
}

enum Halt {
    Exhausted,
    Trap(Trap),
}

impl From<Trap> for Halt {
    fn from(trap: Trap) -> Halt {
        Halt::Trap(trap)
    }
}

/// What follows a list of steps.
type Then<'t, 'a, 'h> = &'t mut dyn FnMut(&mut Machine<'a, 'h>) -> Result<Flow, Halt>;

impl<'a, 'h> Machine<'a, 'h> {
    fn solve(&mut self, steps: &'a [Step], then: Then<'_, 'a, 'h>) -> Result<Flow, Halt> {
        let Some((step, rest)) = steps.split_first() else { return then(self) };
        let (doubt, passed) = (self.doubt, self.passed);
        self.passed += 1;
        let flow = match &step.op {
            Op::Move { dst, src, way } => {
                let row = self.reach(self.node(*src), *way);
                self.set(*dst, row);
                self.solve(rest, then)
            }
            Op::Test(test) => {
                if self.test(test) {
                    self.solve(rest, then)
                } else {
                    self.fail(passed, step)
                }
            }
            Op::Ask(cond) => match self.decide(cond)? {
                Tri::No => self.fail(passed, step),
                Tri::Yes => self.solve(rest, then),
                Tri::Unknown => {
                    self.observer.unknown(passed, step.origin);
                    self.doubt = doubt.or(Some(step.origin));
                    self.solve(rest, then)
                }
            },
            Op::Each { dst, over: Over::Rows { of } } => self.each_of_set(step, *dst, *of, rest, then),
            Op::Each { dst, over: Over::Values { of } } => self.each_of_list(step, *dst, *of, rest, then),
            Op::Each { dst, over } => self.each(step, *dst, over, rest, then),
            Op::Either(branches) => {
                let mut flow = Flow::Next;
                for branch in branches {
                    // A chain of alternatives without this would be a loop that spends nothing.
                    self.spend()?;
                    flow = self.solve(branch, &mut |machine| machine.solve(rest, then))?;
                    if flow == Flow::Stop {
                        break;
                    }
                }
                Ok(flow)
            }
            Op::Let { dst, host, args } => {
                let words = self.words(args)?;
                self.registers[usize::from(dst.0)] = self.host.value(*host, &words)?.0;
                self.solve(rest, then)
            }
            Op::Gather { dst, shared, steps, row } => {
                self.registers[usize::from(dst.0)] = self.gather(*shared, steps, *row)?;
                self.solve(rest, then)
            }
            Op::Emit(captures) => {
                let words = self.words(captures)?;
                self.host.emit(self.subject.rule, self.doubt, &words)?;
                self.solve(rest, then)
            }
        };
        (self.doubt, self.passed) = (doubt, passed);
        flow
    }

    fn fail(&mut self, passed: usize, step: &Step) -> Result<Flow, Halt> {
        self.observer.failed(passed, step.origin);
        Ok(Flow::Next)
    }

    /// Goes on once for each row.
    fn each(
        &mut self,
        step: &Step,
        dst: Register,
        over: &Over,
        rest: &'a [Step],
        then: Then<'_, 'a, 'h>,
    ) -> Result<Flow, Halt> {
        let mut walk = Walk::start(self, over);
        let mut any = false;
        while let Some((row, taken)) = walk.next(self.subject.tree, over) {
            self.spend()?;
            if !taken {
                continue;
            }
            any = true;
            self.set(dst, row);
            if self.solve(rest, then)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        if any { Ok(Flow::Next) } else { self.fail(self.passed - 1, step) }
    }

    /// Goes on once for each row of a set.
    fn each_of_set(
        &mut self,
        step: &Step,
        dst: Register,
        of: Register,
        rest: &'a [Step],
        then: Then<'_, 'a, 'h>,
    ) -> Result<Flow, Halt> {
        let (set, doubt, passed) = (self.registers[usize::from(of.0)], self.doubt, self.passed - 1);
        let mut last = Node::ROOT;
        while let Some((row, doubtful)) =
            row_of_set_word(self.host.value(HostFn::RowAfter, &[set, Word::from(last.0)])?.0)
        {
            self.spend()?;
            self.doubt = doubt;
            if doubtful {
                self.observer.unknown(passed, step.origin);
                self.doubt = doubt.or(Some(step.origin));
            }
            last = row;
            self.set(dst, row);
            if self.solve(rest, then)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        if last == Node::ROOT { self.fail(passed, step) } else { Ok(Flow::Next) }
    }

    /// Goes on once for each value of a list.
    fn each_of_list(
        &mut self,
        step: &Step,
        dst: Register,
        of: Register,
        rest: &'a [Step],
        then: Then<'_, 'a, 'h>,
    ) -> Result<Flow, Halt> {
        let (list, passed) = (self.registers[usize::from(of.0)], self.passed - 1);
        for index in 0.. {
            let element = self.host.value(HostFn::ElementAt, &[list, index])?;
            if element == Handle::UNKNOWN {
                if index == 0 {
                    return self.fail(passed, step);
                }
                break;
            }
            self.spend()?;
            self.registers[usize::from(dst.0)] = element.0;
            if self.solve(rest, then)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Next)
    }

    /// The set of the rows that the steps find.
    fn gather(&mut self, shared: Option<(u32, Register)>, steps: &'a [Step], row: Register) -> Result<Word, Halt> {
        let key = shared.map_or([0, 0], |(number, at)| {
            [gathered_word(self.subject.rule, number), self.registers[usize::from(at.0)]]
        });
        if shared.is_some() {
            let known = self.host.value(HostFn::RowsKnown, &key)?;
            if known != Handle::UNKNOWN {
                return Ok(known.0);
            }
        }
        let set = self.host.value(HostFn::RowsOpen, &[])?.0;
        let outer = self.doubt.take();
        self.solve(steps, &mut |machine| {
            let found = machine.registers[usize::from(row.0)];
            machine.host.ask(HostFn::RowsAdd, &[set, found, Word::from(machine.doubt.is_some())])?;
            Ok(Flow::Next)
        })?;
        self.doubt = outer;
        Ok(self.host.value(HostFn::RowsClose, &[set, key[0], key[1]])?.0)
    }

    fn reach(&self, node: Node, way: Way) -> Node {
        let tree = self.subject.tree;
        match way {
            Way::Same => node,
            Way::Slot(slot) => (0..slot).fold(Node(node.0 + 1), |child, _| tree.end(child)),
            Way::Next | Way::End => tree.end(node),
            Way::Parent => tree.parent(node),
            Way::Unparen => tree.unparen(node),
            Way::Root => Node::ROOT,
        }
    }

    fn test(&self, test: &Test) -> bool {
        let tree = self.subject.tree;
        match test {
            Test::Kinds(register, kinds) => kinds.contains(tree.kind(self.node(*register))),
            Test::Ops(register, ops) => ops >> (tree.op(self.node(*register)) as u8) & 1 == 1,
            Test::Text(register, atom) => tree.text(self.node(*register)) == self.atom(*atom),
            Test::Symbols(register, symbols) => {
                let symbol = tree.symbol(self.node(*register));
                symbols.iter().any(|index| self.symbol(*index) == symbol)
            }
            Test::Same(a, b) => self.node(*a) == self.node(*b),
            Test::Before(a, b) => self.node(*a) < self.node(*b),
            Test::Equal(a, b) => tree.same(self.node(*a), self.node(*b)),
            Test::EqualRuns(a, b) => self.equal_runs(*a, *b),
        }
    }

    fn equal_runs(&self, [a, a_end]: [Register; 2], [b, b_end]: [Register; 2]) -> bool {
        equal_runs(self.subject.tree, (self.node(a), self.node(a_end)), (self.node(b), self.node(b_end)))
    }

    fn decide(&mut self, cond: &'a Cond) -> Result<Tri, Halt> {
        match cond {
            Cond::And(parts) => self.decide_all(parts, Tri::No, Tri::Yes),
            Cond::Or(parts) => self.decide_all(parts, Tri::Yes, Tri::No),
            Cond::Not(part) => Ok(self.decide(part)?.not()),
            Cond::Test(test) => Ok(Tri::of(self.test(test))),
            Cond::Search(steps) => self.search(steps),
            Cond::Host(host, args) => {
                let words = self.words(args)?;
                Ok(self.host.ask(*host, &words)?)
            }
        }
    }

    /// Kleene's conjunction (`settles` = no) or disjunction (`settles` = yes).
    fn decide_all(&mut self, parts: &'a [Cond], settles: Tri, otherwise: Tri) -> Result<Tri, Halt> {
        let mut answer = otherwise;
        for part in parts {
            match self.decide(part)? {
                settled if settled == settles => return Ok(settled),
                Tri::Unknown => answer = Tri::Unknown,
                _ => {}
            }
        }
        Ok(answer)
    }

    fn search(&mut self, steps: &'a [Step]) -> Result<Tri, Halt> {
        let outer = self.doubt.take();
        let mut doubtful = false;
        let flow = self.solve(steps, &mut |machine| {
            if machine.doubt.is_none() {
                return Ok(Flow::Stop);
            }
            doubtful = true;
            Ok(Flow::Next)
        })?;
        self.doubt = outer;
        Ok(match (flow, doubtful) {
            (Flow::Stop, _) => Tri::Yes,
            (Flow::Next, true) => Tri::Unknown,
            (Flow::Next, false) => Tri::No,
        })
    }

    fn words(&mut self, args: &'a [Arg]) -> Result<Vec<Word>, Halt> {
        args.iter().map(|arg| self.word(arg)).collect()
    }

    fn word(&mut self, arg: &'a Arg) -> Result<Word, Halt> {
        Ok(match arg {
            Arg::Node(register) | Arg::Value(register) => self.registers[usize::from(register.0)],
            Arg::Run(from, end) => run_word(self.node(*from), self.node(*end)),
            Arg::Const(id) => Handle::constant(*id).0,
            Arg::Call(host, args) => self.call(*host, args)?,
        })
    }

    fn call(&mut self, host: HostFn, args: &'a [Arg]) -> Result<Word, Halt> {
        let words = self.words(args)?;
        Ok(self.host.value(host, &words)?.0)
    }

    fn spend(&mut self) -> Result<(), Halt> {
        *self.budget -= 1;
        if *self.budget < 0 { Err(Halt::Exhausted) } else { Ok(()) }
    }

    fn node(&self, register: Register) -> Node {
        Node(self.registers[usize::from(register.0)] as u32)
    }

    fn set(&mut self, register: Register, node: Node) {
        self.registers[usize::from(register.0)] = Word::from(node.0);
    }

    fn atom(&self, atom: AtomId) -> Text {
        self.subject.link.atoms[atom.0 as usize]
    }

    fn symbol(&self, symbol: SymbolIndex) -> SymbolId {
        self.subject.link.symbols[symbol.0 as usize]
    }
}

/// Whether two runs, each from a first element to the position after its last, are equal syntax element by element.
pub fn equal_runs(tree: &Tree, (mut a, a_end): (Node, Node), (mut b, b_end): (Node, Node)) -> bool {
    while a < a_end && b < b_end {
        if !tree.same(a, b) {
            return false;
        }
        (a, b) = (tree.end(a), tree.end(b));
    }
    a >= a_end && b >= b_end
}

/// The rows of an [`Over`], one after the other.
struct Walk {
    next: Option<Node>,
    end: Node,
}

impl Walk {
    fn start(machine: &Machine<'_, '_>, over: &Over) -> Walk {
        let tree = machine.subject.tree;
        match over {
            Over::Positions { from, end } => Walk { next: Some(machine.node(*from)), end: machine.node(*end) },
            Over::Elements { from, end } => {
                let (from, end) = (machine.node(*from), machine.node(*end));
                Walk { next: (from < end).then_some(from), end }
            }
            Over::Ancestors { of, .. } => Walk { next: above(tree, machine.node(*of)), end: Node::ROOT },
            Over::Descendants { of, .. } => {
                let of = machine.node(*of);
                let end = tree.end(of);
                let first = Node(of.0 + 1);
                Walk { next: (first < end).then_some(first), end }
            }
            Over::Statement { of } => Walk { next: Some(machine.node(*of)), end: Node::ROOT },
            // The host walks sets and lists.
            Over::Rows { .. } | Over::Values { .. } => Walk { next: None, end: Node::ROOT },
        }
    }

    /// The next row visited and whether it is taken.
    fn next(&mut self, tree: &Tree, over: &Over) -> Option<(Node, bool)> {
        let row = self.next?;
        let (following, taken) = match over {
            Over::Positions { .. } => ((row < self.end).then(|| tree.end(row)), true),
            Over::Elements { .. } => (Some(tree.end(row)).filter(|next| *next < self.end), true),
            Over::Ancestors { stop, .. } => (above(tree, row).filter(|_| !stop.contains(tree.kind(row))), true),
            Over::Descendants { want, stop, .. } => {
                let kind = tree.kind(row);
                let enter = !stop.contains(kind) && !tree.below(row).intersect(*want).is_empty();
                let next = if enter { Node(row.0 + 1) } else { tree.end(row) };
                (Some(next).filter(|next| *next < self.end), want.contains(kind))
            }
            Over::Statement { .. } => {
                let found = is_listed_statement(tree, row);
                (above(tree, row).filter(|_| !found), found)
            }
            Over::Rows { .. } | Over::Values { .. } => (None, false),
        };
        self.next = following;
        Some((row, taken))
    }
}

fn above(tree: &Tree, row: Node) -> Option<Node> {
    Some(tree.parent(row)).filter(|parent| *parent != row)
}

/// The kinds whose tail is a list of statements.
pub const STATEMENT_LISTS: KindSet = KindSet::of(&[Kind::Block, Kind::Case, Kind::Comm]);

/// Whether `row` is an element of a list of statements. The first child of a case is not: it is what the case tests.
pub fn is_listed_statement(tree: &Tree, row: Node) -> bool {
    let parent = tree.parent(row);
    match tree.kind(parent) {
        Kind::Block => parent != row,
        Kind::Case | Kind::Comm => row.0 != parent.0 + 1,
        _ => false,
    }
}
