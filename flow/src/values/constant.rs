//! Values that are constants although they were not written as such.
//!
//! Sparse conditional constant propagation: every value starts out as not computed, and every edge as not taken; what is
//! computed from constants is one, and only branches that a constant condition lets through are taken.
//!
//! A condition that is written as a constant is a setting rather than a proof: `switch runtime.GOOS`, `if debug`, a `switch` over a
//! number that somebody edits. What it leaves out is code of another build, and worth a look like all code. So there are two
//! answers: for this build, in which such conditions hold, and for any build, in which each of them goes either way. Code that
//! this build has is asked about in this build; code that it leaves out, in any. That `for true` never ends is no setting.
//!
//! Source: Wegman, Zadeck, *Constant propagation with conditional branches*, 1991.

use super::Values;
use crate::ir::{BlockId, Body, Callee, Op, Value, When};
use rulec_constant::{Kind, Target, Value as Constant};
use rulec_tree::Op as Operator;
use rulec_types::{Basic, Builtin, Ty};
use rustc_hash::FxHashSet;

/// The constants of a body.
#[derive(Debug)]
pub(super) struct Constants {
    /// What is known of each value.
    of: Vec<Known>,
    /// The constants that `of` names by number.
    all: Vec<Constant>,
    /// Edges that may be taken: from a block, by the number of the edge.
    taken: FxHashSet<(BlockId, u32)>,
    /// Whether some path leads to each block.
    entered: Vec<bool>,
}

/// What conditions that are written as constants decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Build {
    /// Where it goes on.
    This,
    /// Nothing.
    Any,
}

/// What is known of a value. It only ever goes from one line to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Not computed, as far as has been found out.
    NotYet,
    /// Always this constant.
    Always(u32),
    /// It varies, or is not known.
    Varies,
}

impl Constants {
    pub(super) fn new(values: &Values<'_>, build: Build) -> Constants {
        let constants = Constants {
            of: vec![Known::NotYet; values.body.insts.len()],
            all: Vec::new(),
            taken: FxHashSet::default(),
            entered: vec![false; values.body.blocks.len()],
        };
        let pass = Pass { values, build, constants, blocks: vec![Body::ENTRY], changed: Vec::new() };
        pass.run()
    }

    pub(super) fn of(&self, value: Value) -> Option<&Constant> {
        match self.of.get(value.0 as usize)? {
            Known::Always(number) => self.all.get(*number as usize),
            Known::NotYet | Known::Varies => None,
        }
    }

    /// Whether some path leads to a block, as far as constants tell.
    fn is_reached(&self, block: BlockId) -> bool {
        self.entered.get(block.0 as usize).copied().unwrap_or(false)
    }

    /// Whether constants leave an edge between two blocks open.
    pub(super) fn may_go(&self, body: &Body, from: BlockId, to: BlockId) -> bool {
        let edges = body.block(from).succs.iter().zip(0u32..);
        edges.filter(|(edge, _)| edge.to == to).any(|(_, number)| self.taken.contains(&(from, number)))
    }
}

impl<'a> Values<'a> {
    /// The value that this one always has: because it was written so, or because it is computed from such values on all
    /// branches that can be taken.
    pub fn constant(&self, value: Value) -> Option<&'a Constant> {
        let of = |constants: &'a Constants| constants.of(value).or_else(|| constants.of(self.root(value)));
        let own = self.constants();
        let is_left_out = || !own.is_reached(self.body.block_of(value));
        of(own).or_else(|| is_left_out().then(|| of(self.constants_of_any_build())).flatten())
    }

    /// Whether constants leave an edge between two blocks open, in this build or, if it has not the second one, in any.
    pub(super) fn may_go(&self, from: BlockId, to: BlockId) -> bool {
        self.constants_in(to).is_some_and(|constants| constants.may_go(self.body, from, to))
    }

    /// The constants that hold where a block is run: of this build if it has the block, else of any. None if no path leads to it.
    pub(super) fn constants_in(&self, block: BlockId) -> Option<&'a Constants> {
        let in_order = [Self::constants, Self::constants_of_any_build];
        in_order.into_iter().map(|constants| constants(self)).find(|constants| constants.is_reached(block))
    }

    /// Whether a branch asks for nothing but what is written as a constant.
    pub(super) fn is_setting(&self, when: When) -> bool {
        let is_written = |value| matches!(self.body.op(value), Op::Const(_));
        match when {
            When::Is { cond, .. } => is_written(cond),
            When::Case { tag, case, .. } => is_written(tag) && is_written(case),
            _ => false,
        }
    }
}

struct Pass<'v, 'a> {
    values: &'v Values<'a>,
    build: Build,
    constants: Constants,
    /// Blocks whose instructions are to be looked at.
    blocks: Vec<BlockId>,
    /// Values whose users are to be looked at.
    changed: Vec<Value>,
}

impl Pass<'_, '_> {
    fn run(mut self) -> Constants {
        loop {
            if let Some(block) = self.blocks.pop() {
                self.enter(block);
            } else if let Some(value) = self.changed.pop() {
                for user in self.values.uses_of(value) {
                    let block = self.values.body.block_of(*user);
                    if self.constants.entered[block.0 as usize] {
                        self.look_at(*user);
                        self.leave(block);
                    }
                }
            } else {
                return self.constants;
            }
        }
    }

    fn enter(&mut self, block: BlockId) {
        let first = !std::mem::replace(&mut self.constants.entered[block.0 as usize], true);
        for value in self.values.body.insts_of(block) {
            // When another way into it opens, only phis can change.
            if first || matches!(self.values.body.op(value), Op::Phi(..) | Op::Join(_)) {
                self.look_at(value);
            }
        }
        self.leave(block);
    }

    /// Takes the edges out of a block that can be taken.
    fn leave(&mut self, block: BlockId) {
        for (edge, number) in self.values.body.block(block).succs.iter().zip(0u32..) {
            if self.may_take(block, edge.when) && self.constants.taken.insert((block, number)) {
                self.blocks.push(edge.to);
            }
        }
    }

    fn known(&self, value: Value) -> Known {
        self.constants.of[value.0 as usize]
    }

    fn may_take(&self, block: BlockId, when: When) -> bool {
        if self.build == Build::Any && self.values.is_setting(when) && !self.is_loop_head(block) {
            return true;
        }
        let (is, truth) = match when {
            When::Is { cond, truth } => match self.known(cond) {
                Known::NotYet => return false,
                Known::Varies => return true,
                Known::Always(number) => (self.constants.all[number as usize].as_bool(), truth),
            },
            When::Case { tag, case, equal } => match (self.known(tag), self.known(case)) {
                (Known::NotYet, _) | (_, Known::NotYet) => return false,
                (Known::Always(tag), Known::Always(case)) => {
                    let all = &self.constants.all;
                    (all[tag as usize].compare(Operator::Eq, &all[case as usize]), equal)
                }
                _ => return true,
            },
            _ => return true,
        };
        is.is_none_or(|is| is == truth)
    }

    fn is_loop_head(&self, block: BlockId) -> bool {
        let dominators = self.values.graph().dominators();
        self.values.body.block(block).preds.iter().any(|pred| dominators.dominates(block, *pred))
    }

    fn look_at(&mut self, value: Value) {
        let before = self.known(value);
        if before == Known::Varies {
            return;
        }
        let now = match self.result(value) {
            Outcome::NotYet => return,
            Outcome::Is(constant) => match before {
                Known::Always(number) if self.constants.all[number as usize] == constant => return,
                Known::Always(_) => Known::Varies,
                _ => {
                    self.constants.all.push(constant);
                    Known::Always(self.constants.all.len() as u32 - 1)
                }
            },
            Outcome::Varies => Known::Varies,
        };
        self.constants.of[value.0 as usize] = now;
        self.changed.push(value);
    }

    fn result(&self, value: Value) -> Outcome {
        let body = self.values.body;
        let ty = body.inst(value).ty;
        match body.op(value) {
            Op::Const(Some(number)) => body.consts.get(number as usize).map_or(Outcome::Varies, Outcome::of),
            Op::Zero => self.zero(ty),
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) => self.outcome(x),
            Op::Phi(_, list) | Op::Join(list) => self.joined(value, body.list(list)),
            Op::Convert(x) => self.outcome(x).then(|x| self.converted(x, body.inst(value).ty)),
            Op::Unary(op, x) => self.outcome(x).then(|x| self.fitting(x.unary(op, self.unsigned_bits(ty)), ty)),
            Op::Binary(op, x, y) => match (self.outcome(x), self.outcome(y)) {
                (Outcome::NotYet, _) | (_, Outcome::NotYet) => Outcome::NotYet,
                (Outcome::Is(a), Outcome::Is(b)) => self.computed(op, &a, &b, ty),
                _ => Outcome::Varies,
            },
            Op::Call(call) => {
                let call = body.call(call);
                match (call.callee, body.list(call.args)) {
                    (Callee::Builtin(Builtin::Len), [x]) => self.outcome(*x).then(|x| match x {
                        Constant::String(text) => number(text.len()),
                        _ => Constant::Unknown,
                    }),
                    _ => Outcome::Varies,
                }
            }
            _ => Outcome::Varies,
        }
    }

    fn outcome(&self, value: Value) -> Outcome {
        match self.known(value) {
            Known::NotYet => Outcome::NotYet,
            Known::Always(number) => Outcome::of(&self.constants.all[number as usize]),
            Known::Varies => Outcome::Varies,
        }
    }

    fn joined(&self, phi: Value, operands: &[Value]) -> Outcome {
        let body = self.values.body;
        let block = body.block_of(phi);
        let mut joined = Outcome::NotYet;
        for (operand, pred) in operands.iter().zip(&body.block(block).preds) {
            if !self.constants.may_go(body, *pred, block) {
                continue;
            }
            joined = match (joined, self.outcome(*operand)) {
                (joined, Outcome::NotYet) => joined,
                (Outcome::NotYet, outcome) => outcome,
                (Outcome::Is(a), Outcome::Is(b)) if a == b => Outcome::Is(a),
                _ => return Outcome::Varies,
            };
        }
        joined
    }

    fn target(&self, ty: Ty) -> Option<Target> {
        let types = self.values.typed.0?;
        // What a type parameter stands for is not known.
        let basic = types.basic(ty).filter(|_| !types.is_type_param(ty))?;
        Target::of_name(basic.name().as_bytes(), u32::from(types.word_bytes) * 8)
    }

    fn unsigned_bits(&self, ty: Ty) -> Option<u32> {
        match self.target(ty)? {
            Target::Int { bits, signed: false } => Some(bits),
            _ => None,
        }
    }

    /// A result, if its type can hold it: integers that overflow wrap, and are not followed.
    fn fitting(&self, result: Constant, ty: Ty) -> Constant {
        match (self.target(ty), &result) {
            (_, Constant::Bool(_)) => result,
            (Some(target), _) => result.represented(target).unwrap_or_default(),
            (None, _) => Constant::Unknown,
        }
    }

    fn computed(&self, op: Operator, a: &Constant, b: &Constant, ty: Ty) -> Outcome {
        let whole = matches!(self.target(ty), Some(Target::Int { .. }));
        let result = if op == Operator::Div && whole { a.whole_quotient(b) } else { a.binary(op, b) };
        Outcome::of(&self.fitting(result, ty))
    }

    /// A conversion between numbers that keeps the value, or between strings.
    fn converted(&self, x: &Constant, ty: Ty) -> Constant {
        let Some(target) = self.target(ty) else { return Constant::Unknown };
        match (x.kind(), target) {
            (Kind::Int, Target::String) => Constant::Unknown,
            _ => x.represented(target).unwrap_or_default(),
        }
    }

    fn zero(&self, ty: Ty) -> Outcome {
        let basic = self.values.typed.0.filter(|types| !types.is_type_param(ty)).and_then(|types| types.basic(ty));
        match basic {
            Some(Basic::Bool) => Outcome::Is(Constant::Bool(false)),
            Some(Basic::String) => Outcome::Is(Constant::string(b"")),
            Some(basic) if basic.is_integer() => Outcome::Is(number(0)),
            _ => Outcome::Varies,
        }
    }
}

/// What looking at an instruction comes to.
enum Outcome {
    NotYet,
    Is(Constant),
    Varies,
}

impl Outcome {
    fn of(constant: &Constant) -> Outcome {
        if constant.is_unknown() { Outcome::Varies } else { Outcome::Is(constant.clone()) }
    }

    fn then(self, then: impl FnOnce(&Constant) -> Constant) -> Outcome {
        match self {
            Outcome::Is(constant) => Outcome::of(&then(&constant)),
            other => other,
        }
    }
}

fn number(number: usize) -> Constant {
    i64::try_from(number).map_or(Constant::Unknown, Constant::from)
}
