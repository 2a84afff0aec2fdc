//! Steps: what registers hold wherever they are read.
//!
//! In: the steps of any rule. Out: what they ask about, or what is wrong at which step. Registers are tracked by abstract
//! interpretation over [`State`]: what a register is known to hold at a step.

use super::{Check, MAX_NESTING, MAX_STEPS, Sizes, at_most, in_table};
use crate::host::{Answer, HostFn, Param};
use crate::ir::{Arg, Cond, Op, Over, Register, RegisterType, RulePlan, Step, Test, Way};
use crate::manifest::CaptureForm;
use rulec_tree::{Kind, KindSet};
use std::collections::BTreeSet;

/// What the steps of a rule ask about.
pub(super) struct Asked {
    /// Something that can depend on types.
    pub(super) types: bool,
    /// Something that depends on what happens inside of functions.
    pub(super) flow: bool,
}

/// Checks the steps of a rule whose root is of one of these kinds.
pub(super) fn check(sizes: Sizes, rule: &RulePlan, root: KindSet) -> Check<Asked> {
    let asked = Asked { types: false, flow: false };
    let mut checker = Checker { sizes, rule, steps: 0, searches: 0, shared: BTreeSet::new(), asked };
    let mut state = State(vec![Known::Unset; rule.registers.len()]);
    if let Some(first) = state.0.first_mut() {
        *first = Known::Node(root);
    }
    checker.steps(&rule.body, &mut state, 0)?;
    Ok(checker.asked)
}

/// What is known of a register at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Not assigned on any way to here.
    Unset,
    /// Assigned on some of the ways to here. It can be neither read nor assigned: a choice on one of these ways may be taken
    /// up again, and what it reads must be what it left there.
    Sometimes,
    /// Assigned, and out of reach here: what is gathered once for a row hangs on that row alone.
    Outside,
    /// A row, or the position after the last element of a list; the tree's end row at most.
    Position,
    /// A row of the tree with one of these kinds.
    Node(KindSet),
    /// A value.
    Value,
}

impl Known {
    /// What is known where two ways meet.
    fn join(self, other: Known) -> Known {
        match (self, other) {
            (Known::Node(a), Known::Node(b)) => Known::Node(a.union(b)),
            (Known::Value, Known::Value) => Known::Value,
            (Known::Node(_) | Known::Position, Known::Node(_) | Known::Position) => Known::Position,
            (Known::Unset, Known::Unset) => Known::Unset,
            (Known::Outside, Known::Outside) => Known::Outside,
            _ => Known::Sometimes,
        }
    }
}

/// What is known of every register.
#[derive(Clone)]
struct State(Vec<Known>);

struct Checker<'a> {
    sizes: Sizes,
    rule: &'a RulePlan,
    steps: usize,
    searches: usize,
    /// The numbers of sets that are gathered once for a row.
    shared: BTreeSet<u32>,
    asked: Asked,
}

impl Checker<'_> {
    fn steps(&mut self, steps: &[Step], state: &mut State, nesting: usize) -> Check {
        if nesting > MAX_NESTING {
            return Err(format!("nested deeper than {MAX_NESTING}"));
        }
        for (number, step) in steps.iter().enumerate() {
            self.one(step, state, nesting).map_err(|reason| format!("step {number}: {reason}"))?;
        }
        Ok(())
    }

    fn one(&mut self, step: &Step, state: &mut State, nesting: usize) -> Check {
        self.count()?;
        in_table(step.origin.0, self.rule.origins.len(), "origin")?;
        self.step(&step.op, state, nesting)
    }

    fn count(&mut self) -> Check {
        self.steps += 1;
        if self.steps > MAX_STEPS { Err(format!("more than {MAX_STEPS} steps")) } else { Ok(()) }
    }

    fn step(&mut self, op: &Op, state: &mut State, nesting: usize) -> Check {
        match op {
            Op::Move { dst, src, way } => {
                let known = self.reach(state, *src, *way)?;
                self.assign(state, *dst, known)
            }
            Op::Test(test) => {
                self.test(test, state)?;
                refine(test, state);
                Ok(())
            }
            Op::Ask(cond) => self.cond(cond, state, nesting),
            Op::Each { dst, over } => {
                let known = self.over(over, state)?;
                self.assign(state, *dst, known)
            }
            Op::Either(branches) => self.either(branches, state, nesting),
            Op::Let { dst, host, args } => {
                self.host(*host, args, Answer::Value, state, nesting)?;
                self.assign(state, *dst, Known::Value)
            }
            Op::Gather { dst, shared, steps, row } => {
                let mut inner = match shared {
                    Some((number, at)) => self.shared(*number, *at, state)?,
                    None => state.clone(),
                };
                self.searches += 1;
                self.steps(steps, &mut inner, nesting + 1)?;
                self.searches -= 1;
                self.node(&inner, *row)?;
                self.assign(state, *dst, Known::Value)
            }
            Op::Emit(args) => self.emit(args, state, nesting),
        }
    }

    /// What the steps of a set can read that is gathered once for a row.
    fn shared(&mut self, number: u32, at: Register, state: &State) -> Check<State> {
        let kinds = self.node(state, at)?;
        if number == 0 {
            return Err("a shared set with the number 0".into());
        }
        if !self.shared.insert(number) {
            return Err(format!("two shared sets with the number {number}"));
        }
        let hidden = |known: &Known| if *known == Known::Unset { Known::Unset } else { Known::Outside };
        let mut inner = State(state.0.iter().map(hidden).collect());
        inner.0[usize::from(at.0)] = Known::Node(kinds);
        Ok(inner)
    }

    fn either(&mut self, branches: &[Vec<Step>], state: &mut State, nesting: usize) -> Check {
        if branches.is_empty() {
            return Err("a choice among no alternatives".into());
        }
        let mut joined: Option<State> = None;
        for (number, branch) in branches.iter().enumerate() {
            self.count()?;
            let mut own = state.clone();
            self.steps(branch, &mut own, nesting + 1).map_err(|reason| format!("alternative {number}: {reason}"))?;
            joined = Some(match joined {
                None => own,
                Some(others) => State(others.0.iter().zip(&own.0).map(|(a, b)| a.join(*b)).collect()),
            });
        }
        if let Some(joined) = joined {
            *state = joined;
        }
        Ok(())
    }

    fn emit(&mut self, args: &[Arg], state: &State, nesting: usize) -> Check {
        if self.searches > 0 {
            return Err("a report within a search".into());
        }
        let captures = &self.rule.meta.captures;
        if args.len() != captures.len() {
            return Err(format!("{} captures reported of {}", args.len(), captures.len()));
        }
        for (arg, capture) in args.iter().zip(captures) {
            self.arg(arg, state, nesting)?;
            let fits = match capture.form {
                CaptureForm::Node => matches!(arg, Arg::Node(_)),
                CaptureForm::Run => matches!(arg, Arg::Run(..)),
                CaptureForm::Value => matches!(arg, Arg::Value(_) | Arg::Const(_) | Arg::Call(..)),
            };
            if !fits {
                return Err(format!("capture `{}` has another form", capture.name));
            }
        }
        Ok(())
    }

    fn reach(&self, state: &State, src: Register, way: Way) -> Check<Known> {
        match way {
            Way::Same => self.position(state, src),
            Way::Slot(slot) => {
                let kinds = self.node(state, src)?;
                let fewest = kinds.iter().map(|kind| kind.shape().slots.len()).min().unwrap_or(usize::MAX);
                match usize::from(slot) {
                    slot if slot < fewest => Ok(Known::Node(KindSet::ALL)),
                    slot if slot == fewest => Ok(Known::Position),
                    slot => Err(format!("slot {slot} of a kind with {fewest}")),
                }
            }
            Way::Next | Way::End => self.node(state, src).map(|_| Known::Position),
            Way::Parent | Way::Unparen | Way::Root => self.node(state, src).map(|_| Known::Node(KindSet::ALL)),
        }
    }

    fn over(&self, over: &Over, state: &State) -> Check<Known> {
        match over {
            Over::Positions { from, end } => {
                self.position(state, *from)?;
                self.position(state, *end).map(|_| Known::Position)
            }
            Over::Elements { from, end } => {
                self.position(state, *from)?;
                self.position(state, *end).map(|_| Known::Node(KindSet::ALL))
            }
            Over::Ancestors { of, .. } | Over::Statement { of } => {
                self.node(state, *of).map(|_| Known::Node(KindSet::ALL))
            }
            Over::Descendants { of, want, .. } => {
                self.node(state, *of).map(|_| Known::Node(want.intersect(KindSet::ALL)))
            }
            Over::Rows { of } => self.value(state, *of).map(|()| Known::Node(KindSet::ALL)),
            Over::Values { of } => self.value(state, *of).map(|()| Known::Value),
        }
    }

    fn test(&self, test: &Test, state: &State) -> Check {
        match test {
            Test::Kinds(register, _) | Test::Ops(register, _) => self.position(state, *register).map(drop),
            Test::Text(register, atom) => {
                in_table(atom.0, self.sizes.atoms, "atom")?;
                self.position(state, *register).map(drop)
            }
            Test::Symbols(register, symbols) => {
                at_most(super::MAX_TABLE, symbols.len(), "symbols in a test")?;
                symbols.iter().try_for_each(|symbol| in_table(symbol.0, self.sizes.symbols, "symbol"))?;
                self.position(state, *register).map(drop)
            }
            Test::Same(a, b) | Test::Before(a, b) => {
                self.position(state, *a)?;
                self.position(state, *b).map(drop)
            }
            Test::Equal(a, b) => {
                self.node(state, *a)?;
                self.node(state, *b).map(drop)
            }
            Test::EqualRuns(a, b) => {
                a.iter().chain(b).try_for_each(|register| self.position(state, *register).map(drop))
            }
        }
    }

    fn cond(&mut self, cond: &Cond, state: &State, nesting: usize) -> Check {
        self.count()?;
        if nesting > MAX_NESTING {
            return Err(format!("nested deeper than {MAX_NESTING}"));
        }
        match cond {
            Cond::And(parts) | Cond::Or(parts) => parts.iter().try_for_each(|part| self.cond(part, state, nesting + 1)),
            Cond::Not(part) => self.cond(part, state, nesting + 1),
            Cond::Test(test) => self.test(test, state),
            Cond::Search(steps) => {
                self.searches += 1;
                let checked = self.steps(steps, &mut state.clone(), nesting + 1);
                self.searches -= 1;
                checked
            }
            Cond::Host(host, args) => self.host(*host, args, Answer::Truth, state, nesting),
        }
    }

    fn host(&mut self, host: HostFn, args: &[Arg], answer: Answer, state: &State, nesting: usize) -> Check {
        let signature = host.signature();
        self.asked.types |= signature.types;
        self.asked.flow |= signature.flow;
        if host.is_of_engines() {
            return Err(format!("`{}` is asked", signature.name));
        }
        if signature.answer != answer {
            return Err(format!("`{}` is used as a {answer:?}", signature.name));
        }
        if signature.params.len() != args.len() {
            return Err(format!("`{}` takes {} arguments, not {}", signature.name, signature.params.len(), args.len()));
        }
        for (param, arg) in signature.params.iter().zip(args) {
            self.arg(arg, state, nesting)?;
            let fits = match param {
                Param::Node => matches!(arg, Arg::Node(_)),
                Param::Nodes => matches!(arg, Arg::Node(_) | Arg::Run(..)),
                Param::Value | Param::Type => matches!(arg, Arg::Value(_) | Arg::Const(_) | Arg::Call(..)),
            };
            if !fits {
                return Err(format!("`{}` wants a {param:?} here", signature.name));
            }
        }
        Ok(())
    }

    fn arg(&mut self, arg: &Arg, state: &State, nesting: usize) -> Check {
        self.count()?;
        match arg {
            Arg::Node(register) => self.node(state, *register).map(drop),
            Arg::Run(from, end) => {
                self.position(state, *from)?;
                self.position(state, *end).map(drop)
            }
            Arg::Value(register) => self.value(state, *register),
            Arg::Const(id) => in_table(id.0, self.sizes.constants, "constant"),
            Arg::Call(host, args) if nesting < MAX_NESTING => self.host(*host, args, Answer::Value, state, nesting + 1),
            Arg::Call(..) => Err(format!("nested deeper than {MAX_NESTING}")),
        }
    }

    fn known(&self, state: &State, register: Register) -> Check<Known> {
        state.0.get(usize::from(register.0)).copied().ok_or_else(|| format!("register {} does not exist", register.0))
    }

    fn position(&self, state: &State, register: Register) -> Check<Known> {
        match self.known(state, register)? {
            known @ (Known::Position | Known::Node(_)) => Ok(known),
            other => Err(format!("register {} is used as a row but is {other:?}", register.0)),
        }
    }

    fn node(&self, state: &State, register: Register) -> Check<KindSet> {
        match self.known(state, register)? {
            Known::Node(kinds) => Ok(kinds),
            other => Err(format!("register {} is used as a node but is {other:?}", register.0)),
        }
    }

    fn value(&self, state: &State, register: Register) -> Check {
        match self.known(state, register)? {
            Known::Value => Ok(()),
            other => Err(format!("register {} is used as a value but is {other:?}", register.0)),
        }
    }

    fn assign(&self, state: &mut State, register: Register, known: Known) -> Check {
        let declared = self.rule.registers.get(usize::from(register.0));
        let fits = match declared {
            Some(RegisterType::Node) => known != Known::Value,
            Some(RegisterType::Value) => known == Known::Value,
            None => return Err(format!("register {} does not exist", register.0)),
        };
        if !fits {
            return Err(format!("register {} is declared {declared:?} but gets {known:?}", register.0));
        }
        let now = &mut state.0[usize::from(register.0)];
        // What was assigned is not undone when a choice before it takes its next value. So a register is assigned once on
        // each way, and what is known of it holds wherever it can be read.
        if *now != Known::Unset {
            return Err(format!("register {} is assigned twice", register.0));
        }
        *now = known;
        Ok(())
    }
}

/// What a test that held tells of its registers. The end row is of kind absent, so a test for other kinds tells that a
/// position is a row; so does standing before another position.
fn refine(test: &Test, state: &mut State) {
    match test {
        Test::Kinds(register, kinds) => {
            let known = &mut state.0[usize::from(register.0)];
            match *known {
                Known::Node(before) => *known = Known::Node(before.intersect(*kinds)),
                Known::Position if !kinds.contains(Kind::Absent) => *known = Known::Node(kinds.intersect(KindSet::ALL)),
                _ => {}
            }
        }
        Test::Before(register, _) => {
            let known = &mut state.0[usize::from(register.0)];
            if *known == Known::Position {
                *known = Known::Node(KindSet::ALL);
            }
        }
        _ => {}
    }
}
