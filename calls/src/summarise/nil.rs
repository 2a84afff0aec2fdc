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
use rulec_types::{Builtin, Ty, TypeData, Types};

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
        let shown = self.shown(self.body.source_of(value), block);
        if shown != Nilness::Unknown {
            return shown;
        }
        let made = self.made(value);
        match self.body.op(self.body.source_of(value)) {
            Op::Extract(call, number) if made != Nilness::Never && self.has_no_error(call, block) => {
                self.result(call, number).map_or(made, |result| without_error(&result, made))
            }
            _ => made,
        }
    }

    /// Whether every way to the block has shown that the last result of a call, an error, is nil.
    fn has_no_error(&self, call: Value, block: BlockId) -> bool {
        let TypeData::Tuple(types) = self.types.store.data(self.body.inst(call).ty) else { return false };
        let Some(last) = types.len().checked_sub(1) else { return false };
        let is_error = |value: &Value| matches!(self.body.op(*value), Op::Extract(of, number) if of == call && number as usize == last);
        let insts = self.body.insts_of(self.body.block_of(call));
        // It is taken out of the tuple right after the call.
        let error = insts.filter(|value| *value > call).find(is_error);
        error.is_some_and(|error| self.shown(error, block) == Nilness::Always)
    }

    /// Of a value in a block that is handed on as a value of this type.
    pub(super) fn of_as(&self, value: Value, ty: Option<Ty>, block: BlockId) -> Nilness {
        let is_boxed = ty.is_some_and(|ty| self.is_boxed(ty, self.body.inst(value).ty));
        if is_boxed { Nilness::Never } else { self.of(value, block) }
    }

    /// Of a value where the error that is returned with it is nil; unknown for `return nil, err`, unless this error is
    /// surely nil.
    pub(super) fn of_pair(
        &self,
        value: Value,
        ty: Option<Ty>,
        (error, error_nil): (Value, Nilness),
        block: BlockId,
    ) -> Nilness {
        let own = self.of_as(value, ty, block);
        let sources = [value, error].map(|value| self.body.op(self.body.source_of(value)));
        if let [Op::Extract(call, number), Op::Extract(other, _)] = sources
            && call == other
            && !matches!(own, Nilness::Always | Nilness::Never)
        {
            return self.result(call, number).map_or(own, |result| without_error(&result, own));
        }
        match own {
            Nilness::Always | Nilness::Sometimes if error_nil != Nilness::Always => Nilness::Unknown,
            known => known,
        }
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

/// What is known of a result where the error is nil. A result that is nil on some paths may be so beside errors only.
fn without_error(result: &ResultSummary, own: Nilness) -> Nilness {
    match (result.nil_without_error, own) {
        (Nilness::Unknown, Nilness::Sometimes) => Nilness::Unknown,
        (Nilness::Unknown, own) => own,
        (known, _) => known,
    }
}
