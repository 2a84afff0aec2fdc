//! Whether a value that is returned can be nil, as far as the way to it shows.
//!
//! In: a value and the block in which it is used. Out: a [`Nilness`], from what made the value, and from the branches that
//! every way to the block has taken last.
//!
//! **Absent:** what assertions, dereferences and loops show: `rulec_flow` looks into those.

use super::callee::{Callees, Known};
use super::results::join;
use rulec_flow::ir::{BlockId, Body, Op, Value, When};
use rulec_flow::summary::{Nilness, ResultSummary};
use rulec_types::{Builtin, Ty, Types};

/// Answers for one body.
pub(super) struct NilAt<'a> {
    pub(super) body: &'a Body,
    pub(super) callees: &'a Callees<'a>,
    pub(super) types: &'a Types<'a>,
}

/// How many blocks back branches are looked at, and how many values deep.
const MAX_BLOCKS: usize = 32;
const MAX_VALUES: usize = 64;

impl NilAt<'_> {
    /// Of a value in a block.
    pub(super) fn of(&self, value: Value, block: BlockId) -> Nilness {
        let shown = self.shown(value, block);
        if shown != Nilness::Unknown { shown } else { self.made(value) }
    }

    /// Of a value in a block that is handed on as a value of this type.
    pub(super) fn of_as(&self, value: Value, ty: Option<Ty>, block: BlockId) -> Nilness {
        let is_boxed = ty.is_some_and(|ty| self.is_boxed(ty, self.body.inst(value).ty));
        if is_boxed { Nilness::Never } else { self.of(value, block) }
    }

    /// Of a value where the error that comes with it is nil.
    pub(super) fn of_pair(&self, value: Value, ty: Option<Ty>, error: Value, block: BlockId) -> Nilness {
        let (value_source, error_source) = (self.body.source_of(value), self.body.source_of(error));
        let own = self.of_as(value, ty, block);
        if let (Op::Extract(call, number), Op::Extract(other, _)) =
            (self.body.op(value_source), self.body.op(error_source))
            && call == other
            && own == Nilness::Unknown
        {
            let result = self.result(call, number);
            return result.map_or(Nilness::Unknown, |result| result.nil_without_error);
        }
        own
    }

    /// A boolean that is a constant.
    pub(super) fn boolean(&self, value: Value) -> Option<bool> {
        match self.body.op(self.body.source_of(value)) {
            Op::Const(Some(number)) => self.body.consts.get(number as usize)?.as_bool(),
            _ => None,
        }
    }

    /// What the branches show that every way to the block has taken.
    fn shown(&self, value: Value, block: BlockId) -> Nilness {
        let value = self.body.source_of(value);
        let mut block = block;
        for _ in 0..MAX_BLOCKS {
            let [before] = self.body.block(block).preds[..] else { return Nilness::Unknown };
            let edges = self.body.block(before).succs.iter().filter(|edge| edge.to == block);
            for edge in edges {
                let shown = self.shown_by(value, edge.when);
                if shown != Nilness::Unknown {
                    return shown;
                }
            }
            block = before;
        }
        Nilness::Unknown
    }

    fn shown_by(&self, value: Value, when: When) -> Nilness {
        let (x, y, equal) = match when {
            When::Is { cond, truth } => match self.body.op(self.body.source_of(cond)) {
                Op::Binary(rulec_tree::Op::Eq, x, y) => (x, y, truth),
                Op::Binary(rulec_tree::Op::Ne, x, y) => (x, y, !truth),
                _ => return Nilness::Unknown,
            },
            When::Case { tag, case, equal } => (tag, case, equal),
            _ => return Nilness::Unknown,
        };
        let [x, y] = [x, y].map(|value| self.body.source_of(value));
        let is_nil = |value: Value| matches!(self.body.op(value), Op::Nil);
        let is_about = (x == value && is_nil(y)) || (y == value && is_nil(x));
        match (is_about, equal) {
            (false, _) => Nilness::Unknown,
            (true, true) => Nilness::Always,
            (true, false) => Nilness::Never,
        }
    }

    /// From what made the value; phis are looked through.
    fn made(&self, value: Value) -> Nilness {
        let mut waiting = vec![value];
        let mut seen = Vec::new();
        let mut all: Option<Nilness> = None;
        while let Some(value) = waiting.pop() {
            if seen.contains(&value) {
                continue;
            }
            if seen.len() >= MAX_VALUES {
                return Nilness::Unknown;
            }
            seen.push(value);
            match self.body.op(value) {
                Op::Phi(_, list) | Op::Join(list) => waiting.extend(self.body.list(list)),
                // A value that is no interface and put into one is not nil there.
                Op::Convert(x) | Op::Assign(_, x) | Op::Read(_, x) if !self.boxes(value, x) => waiting.push(x),
                Op::Narrow(x) => waiting.push(x),
                _ => {
                    let own = self.leaf(value);
                    all = Some(all.map_or(own, |all| join(all, own)));
                }
            }
        }
        all.unwrap_or_default()
    }

    fn boxes(&self, interface: Value, from: Value) -> bool {
        self.is_boxed(self.body.inst(interface).ty, self.body.inst(from).ty)
    }

    fn is_boxed(&self, interface: Ty, from: Ty) -> bool {
        let is_known = !from.is_unknown() && !from.is_untyped() && !self.types.is_type_param(from);
        is_known && self.types.is_interface(interface) && !self.types.is_interface(from)
    }

    fn leaf(&self, value: Value) -> Nilness {
        match self.body.op(value) {
            Op::Nil => Nilness::Always,
            Op::Zero if self.can_be_nil(value) => Nilness::Always,
            Op::Addr(_)
            | Op::New(_)
            | Op::Make(_)
            | Op::Composite(_)
            | Op::Closure(_)
            | Op::Func(_)
            | Op::MethodValue { .. }
            | Op::Const(_)
            | Op::Convert(_)
            | Op::Assign(..)
            | Op::Read(..) => Nilness::Never,
            Op::Call(_) => self.result(value, 0).map_or(Nilness::Unknown, |result| result.nil),
            Op::Extract(call, number) => self.result(call, number).map_or(Nilness::Unknown, |result| result.nil),
            _ => Nilness::Unknown,
        }
    }

    fn can_be_nil(&self, value: Value) -> bool {
        use rulec_types::TypeData::{Chan, Func, Interface, Map, Pointer, Slice};
        let ty = self.body.inst(value).ty;
        let under = self.types.under(ty);
        !self.types.is_type_param(ty)
            && matches!(under, Chan { .. } | Func(_) | Interface(_) | Map { .. } | Pointer(_) | Slice(_))
    }

    fn result(&self, call: Value, number: u32) -> Option<ResultSummary> {
        let Op::Call(at) = self.body.op(call) else { return None };
        let summary = match self.callees.of(self.body.call(at)) {
            Known::Own(draft) => &draft.summary,
            Known::Summary(summary) => summary,
            Known::Builtin(Builtin::New | Builtin::Make) => {
                return Some(ResultSummary { nil: Nilness::Never, ..ResultSummary::default() });
            }
            _ => return None,
        };
        summary.results.get(number as usize).cloned()
    }
}
