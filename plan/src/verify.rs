//! The verifier: a plan that passes can be run by any engine without reading outside of a tree's columns.
//!
//! In: any plan, an enemy's too. Out: nothing, or why it was refused. Checked are indices into tables, that registers are
//! assigned before use with the right type, that slots exist for every kind a row can have, the signatures of host
//! functions, captures, and bounds on size and nesting.
//!
//! Registers are tracked by abstract interpretation over [`State`]: what a register is known to hold at a step.

use crate::host::{Answer, HostFn, Param};
use crate::ir::{
    Arg, Cond, Constant, GuardTest, Op, Over, Plan, Register, RegisterType, RulePlan, Start, Step, Test, Way,
};
use crate::manifest::{Capture, CaptureForm, CaptureId, MessagePiece, TemplatePiece};
use rulec_tree::{Kind, KindSet};
use std::collections::HashMap;
use std::fmt;

/// The most steps one rule may have, conditions included. Bounds the interpreter's recursion.
pub const MAX_STEPS: usize = 4096;
/// The deepest nesting of searches, alternatives and conditions.
pub const MAX_NESTING: usize = 64;
/// The most registers of one rule.
pub const MAX_REGISTERS: usize = 4096;

/// Why a plan was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule, if it is one rule's fault.
    pub rule: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "rule `{rule}`: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for Refused {}

/// Checks a whole plan.
///
/// # Errors
/// [`Refused`] for the first fault found.
pub fn verify(plan: &Plan) -> Result<(), Refused> {
    for constant in &plan.constants {
        check_constant(plan, constant, 0).map_err(|reason| Refused { rule: None, reason })?;
    }
    for symbol in &plan.symbols {
        if symbol.1.is_empty() {
            return Err(Refused { rule: None, reason: "a symbol without a name".into() });
        }
    }
    plan.rules.iter().try_for_each(|rule| verify_rule(Sizes::of(plan), rule))
}

/// The sizes of a plan's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Of [`Plan::atoms`].
    pub atoms: usize,
    /// Of [`Plan::symbols`].
    pub symbols: usize,
    /// Of [`Plan::constants`].
    pub constants: usize,
}

impl Sizes {
    /// The sizes of a plan's tables.
    pub fn of(plan: &Plan) -> Sizes {
        Sizes { atoms: plan.atoms.len(), symbols: plan.symbols.len(), constants: plan.constants.len() }
    }
}

/// Checks one rule of a plan whose tables have these sizes.
///
/// # Errors
/// [`Refused`] for the first fault found.
pub fn verify_rule(sizes: Sizes, rule: &RulePlan) -> Result<(), Refused> {
    check_rule(sizes, rule).map_err(|reason| Refused { rule: Some(rule.meta.id.clone()), reason })
}

type Check<T = ()> = Result<T, String>;

fn is_scalar(constant: &Constant) -> bool {
    matches!(constant, Constant::Int(_) | Constant::Str(_) | Constant::Bool(_) | Constant::Duration(_))
}

fn check_constant(plan: &Plan, constant: &Constant, depth: usize) -> Check {
    match constant {
        Constant::List(items) if depth < 2 => items.iter().try_for_each(|item| check_constant(plan, item, depth + 1)),
        Constant::List(_) => Err("a list of lists of lists".into()),
        Constant::Table(entries) => match entries.iter().all(|(_, value)| is_scalar(value)) {
            true => Ok(()),
            false => Err("a table of something else than scalars".into()),
        },
        Constant::Symbols(symbols) => {
            symbols.iter().try_for_each(|symbol| in_table(symbol.0, plan.symbols.len(), "symbol"))
        }
        Constant::Option { rule, option } => {
            let rule = plan.rules.get(rule.0 as usize).ok_or("an option of no rule")?;
            in_table(*option, rule.meta.options.len(), "option")
        }
        Constant::Int(_)
        | Constant::Float(_)
        | Constant::Str(_)
        | Constant::Bool(_)
        | Constant::Duration(_)
        | Constant::Regex(_) => Ok(()),
        Constant::Type(pattern) => pattern.check(),
    }
}

fn check_rule(sizes: Sizes, rule: &RulePlan) -> Check {
    if rule.registers.first() != Some(&RegisterType::Node) {
        return Err("register 0 is the candidate root and must be a node".into());
    }
    if rule.registers.len() > MAX_REGISTERS {
        return Err(format!("{} registers; {MAX_REGISTERS} are the most", rule.registers.len()));
    }
    check_start(sizes, rule)?;
    check_guards(sizes, rule)?;
    check_meta(rule)?;
    if rule.needs.iter().any(Vec::is_empty) {
        return Err("an empty alternative of needed texts".into());
    }
    let mut checker = Checker { sizes, rule, steps: 0, searches: 0, types: false, flow: false };
    let mut state = State(vec![Known::Unset; rule.registers.len()]);
    state.0[0] = Known::Node(start_kinds(&rule.start));
    checker.steps(&rule.body, &mut state, 0)?;
    if checker.types && !rule.meta.needs_types {
        return Err("it asks about types, and does not say so".into());
    }
    if checker.flow && !rule.meta.needs_flow {
        return Err("it asks what happens inside of functions, and does not say so".into());
    }
    Ok(())
}

fn start_kinds(start: &Start) -> KindSet {
    let (Start::Kinds(kinds) | Start::Symbols { kinds, .. }) = start;
    *kinds
}

fn check_start(sizes: Sizes, rule: &RulePlan) -> Check {
    let kinds = start_kinds(&rule.start);
    if kinds.0 & !KindSet::ALL.0 != 0 {
        return Err("a kind that does not exist".into());
    }
    if kinds.contains(Kind::Absent) {
        return Err("starts at empty slots".into());
    }
    if let Start::Symbols { symbols, .. } = &rule.start {
        symbols.iter().try_for_each(|symbol| in_table(symbol.0, sizes.symbols, "symbol"))?;
    }
    Ok(())
}

fn check_guards(sizes: Sizes, rule: &RulePlan) -> Check {
    let mut known: HashMap<&[u8], KindSet> = HashMap::from([(&[][..], start_kinds(&rule.start))]);
    for guard in &rule.guards {
        if let Some((slot, parent)) = guard.path.split_last() {
            let kinds = known.get(parent).ok_or("a guard below a row whose kind is not known")?;
            if kinds.iter().any(|kind| kind.shape().slots.len() <= usize::from(*slot)) {
                return Err("a guard on a slot that does not exist".into());
            }
        }
        match &guard.test {
            GuardTest::Kinds(kinds) => {
                let now = known.get(&guard.path[..]).map_or(*kinds, |before| before.intersect(*kinds));
                known.insert(&guard.path, now.intersect(KindSet::ALL));
            }
            GuardTest::Ops(_) => {}
            GuardTest::Texts(atoms) => atoms.iter().try_for_each(|atom| in_table(atom.0, sizes.atoms, "atom"))?,
        }
    }
    Ok(())
}

fn check_meta(rule: &RulePlan) -> Check {
    let meta = &rule.meta;
    let capture = |id: CaptureId| in_table(id.0, meta.captures.len(), "capture");
    let place = |id: CaptureId| {
        capture(id)?;
        match meta.captures[id.0 as usize].form {
            CaptureForm::Value => Err("a value is used as a place".to_owned()),
            CaptureForm::Node | CaptureForm::Run => Ok(()),
        }
    };
    capture(CaptureId::MATCH)?;
    match (&meta.fact, meta.captures.first()) {
        (None, _) if meta.reports.is_empty() => return Err("nothing to report".into()),
        (Some(_), Some(Capture { form: CaptureForm::Run | CaptureForm::Value, .. })) => {
            return Err("a fact holds for a node".into());
        }
        _ => {}
    }
    for report in &meta.reports {
        place(report.at)?;
        if let Some(trace) = report.trace {
            capture(trace)?;
            if meta.captures[trace.0 as usize].form != CaptureForm::Value {
                return Err("a place is used as a trace".into());
            }
        }
        for piece in &report.message {
            if let MessagePiece::Capture(id) = piece {
                capture(*id)?;
            }
        }
    }
    for edit in meta.fix.iter().flat_map(|fix| &fix.edits) {
        place(edit.target)?;
        for piece in edit.template.iter().flat_map(|template| &template.pieces) {
            if let TemplatePiece::Capture { capture: id, .. } = piece {
                capture(*id)?;
            }
        }
    }
    Ok(())
}

fn in_table(index: u32, len: usize, what: &str) -> Check {
    if (index as usize) < len { Ok(()) } else { Err(format!("{what} {index} of {len}")) }
}

/// What is known of a register at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Not assigned on every way to here.
    Unset,
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
            _ => Known::Unset,
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
    /// Whether something was asked that can depend on types.
    types: bool,
    /// Whether something was asked that depends on what happens inside of functions.
    flow: bool,
}

impl Checker<'_> {
    fn steps(&mut self, steps: &[Step], state: &mut State, nesting: usize) -> Check {
        if nesting > MAX_NESTING {
            return Err(format!("nested deeper than {MAX_NESTING}"));
        }
        for step in steps {
            self.count()?;
            in_table(step.origin.0, self.rule.origins.len(), "origin")?;
            self.step(&step.op, state, nesting)?;
        }
        Ok(())
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
                if let Some((number, at)) = shared {
                    self.node(state, *at)?;
                    if *number == 0 {
                        return Err("a shared set with the number 0".into());
                    }
                }
                let mut inner = state.clone();
                self.searches += 1;
                self.steps(steps, &mut inner, nesting + 1)?;
                self.searches -= 1;
                self.node(&inner, *row)?;
                self.assign(state, *dst, Known::Value)
            }
            Op::Emit(args) => self.emit(args, state, nesting),
        }
    }

    fn either(&mut self, branches: &[Vec<Step>], state: &mut State, nesting: usize) -> Check {
        if branches.is_empty() {
            return Err("a choice among no alternatives".into());
        }
        let mut joined: Option<State> = None;
        for branch in branches {
            let mut own = state.clone();
            self.steps(branch, &mut own, nesting + 1)?;
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
        self.types |= signature.types;
        self.flow |= signature.flow;
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

#[cfg(test)]
mod tests;
