//! Definitions that nobody reads.

use super::Values;
use crate::ir::{Op, Value};
use rulec_tree::Tri;
use rustc_hash::FxHashSet;

impl Values<'_> {
    /// Whether what an [`Op::Assign`] gives to its variable is read on no path. A function literal that uses the variable
    /// reads it; a named result is read by `return`, and by whatever is deferred. What nobody wrote is not dead: parameters,
    /// zero values and the variables of the clauses of a type switch. Unknown for all that is no assignment
    /// to a variable in single assignment form, and for code that is never reached.
    pub fn is_dead(&self, assign: Value) -> Tri {
        let Op::Assign(var, given) = self.body.op(assign) else { return Tri::Unknown };
        if matches!(self.body.op(given), Op::Param(_) | Op::Zero | Op::Narrow(_)) {
            return Tri::No;
        }
        if self.body.partial || !self.graph().reaches(self.body.block_of(assign)) {
            return Tri::Unknown;
        }
        let is_result = self.body.results.contains(&Some(var));
        let has_defers = || self.body.insts.iter().any(|inst| matches!(inst.op, Op::Defer(_)));
        if self.body.vars.get(var.0 as usize).is_none_or(|var| var.captured) || is_result && has_defers() {
            return Tri::No;
        }
        Tri::of(!self.is_read(assign))
    }

    /// Whether a definition reaches a use, phis in between.
    fn is_read(&self, definition: Value) -> bool {
        let mut seen = FxHashSet::from_iter([definition]);
        let mut open = vec![definition];
        while let Some(value) = open.pop() {
            for user in self.uses_of(value) {
                match self.body.op(*user) {
                    Op::Phi(..) => {
                        if seen.insert(*user) {
                            open.push(*user);
                        }
                    }
                    _ => return true,
                }
            }
        }
        false
    }
}
