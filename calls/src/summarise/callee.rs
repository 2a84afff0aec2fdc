//! What is known of what a call calls, while the package is being summarised.

use super::{Draft, Summaries};
use crate::returns::{own_callee, summary_of};
use rulec_flow::Summary;
use rulec_flow::ir::{Body, BodyId, Call, Callee, Op, Value};
use rulec_gofront::ObjectId;
use rulec_types::Builtin;

/// Looks up what the calls of one function call.
pub(super) struct Callees<'a> {
    pub(super) all: &'a Summaries<'a>,
    pub(super) function: u32,
    pub(super) body: &'a Body,
}

/// What is known of what a call calls.
#[derive(Clone, Copy)]
pub(super) enum Known<'a> {
    /// A function that does not come back, as far as executions were looked at.
    Nothing,
    /// A function of the package.
    Own(&'a Draft),
    /// A function of another package, or a method of an interface.
    Summary(&'a Summary),
    /// A predeclared function.
    Builtin(Builtin),
    /// A function value.
    Value(Value),
    /// Not known.
    Unknown,
}

impl<'a> Known<'a> {
    pub(super) fn summary(self) -> Option<&'a Summary> {
        match self {
            Known::Own(draft) => Some(&draft.summary),
            Known::Summary(summary) => Some(summary),
            Known::Nothing | Known::Builtin(_) | Known::Value(_) | Known::Unknown => None,
        }
    }
}

impl<'a> Callees<'a> {
    /// What a call calls.
    pub(super) fn of(&self, call: &Call) -> Known<'a> {
        if let Some(own) = own_callee(self.all.package, self.function, call) {
            return match &self.all.drafts[own as usize] {
                Some(draft) => Known::Own(draft),
                None => Known::Nothing,
            };
        }
        match call.callee {
            Callee::Builtin(builtin) => Known::Builtin(builtin),
            Callee::Value(value) => Known::Value(value),
            Callee::Func(object) if self.all.external.contains_key(&object) => {
                self.all.external.get(&object).map_or(Known::Unknown, Known::Summary)
            }
            _ => summary_of(self.all.known, self.body, call).map_or(Known::Unknown, Known::Summary),
        }
    }

    /// Whether a call does not come back.
    pub(super) fn never_returns(&self, call: &Call) -> bool {
        match self.of(call) {
            Known::Nothing => true,
            Known::Own(draft) => draft.summary.never_returns,
            Known::Summary(summary) => summary.never_returns,
            Known::Builtin(_) | Known::Value(_) | Known::Unknown => false,
        }
    }

    /// What a literal does with what it captures; none while nothing is known of it.
    pub(super) fn literal(&self, body: BodyId) -> Option<&'a Draft> {
        self.all.drafts[self.all.package.sibling(self.function, body) as usize].as_ref()
    }

    /// The objects of the variables that a literal captures.
    pub(super) fn captured_by(&self, body: BodyId) -> impl Iterator<Item = ObjectId> + use<'a> {
        let literal = self.all.package.body(self.all.package.sibling(self.function, body));
        literal.vars.iter().filter(|var| var.outer.is_some()).map(|var| var.object)
    }

    /// The literal that a value certainly is.
    pub(super) fn literal_of(&self, value: Value) -> Option<BodyId> {
        match self.body.op(self.body.source_of(value)) {
            Op::Closure(literal) => Some(literal),
            _ => None,
        }
    }
}
