//! Definitions that nobody reads.

use super::Values;
use crate::ir::{BlockId, Body, BodyId, Op, Place, PlaceId, Value, VarId};
use rulec_tree::{Op as Operator, Tri};
use rustc_hash::FxHashSet;

impl Values<'_> {
    /// Whether what is given to a local variable, by an [`Op::Assign`] or an [`Op::Store`], is read on no path. Once a function
    /// literal uses the variable or its address was taken, anybody may read it at any time; a named result is read by `return`,
    /// and by a caller whenever something panics that a deferred call recovers. What nobody wrote is not dead: parameters, zero
    /// values and the variables of the clauses of a type switch. Unknown for all that is no assignment to a variable of this
    /// function, and for code that is never reached.
    pub fn is_dead(&self, assign: Value) -> Tri {
        let Some((variable, given)) = self.assignment(assign) else { return Tri::Unknown };
        if matches!(self.body.op(given), Op::Param(_) | Op::Zero | Op::Narrow(_)) {
            return Tri::No;
        }
        if self.body.partial || !self.graph().reaches(self.body.block_of(assign)) {
            return Tri::Unknown;
        }
        let Some(var) = self.body.vars.get(variable.0 as usize) else { return Tri::Unknown };
        if var.outer.is_some() {
            return Tri::Unknown;
        }
        let is_result = self.body.results.contains(&Some(variable));
        let users = if var.captured { self.users_of(variable) } else { Vec::new() };
        let life = Life { values: *self, variable, users, is_result };
        let is_stored = matches!(self.body.op(assign), Op::Store(..));
        if is_result && (is_stored || var.captured) {
            return Tri::No;
        }
        let may_be_shared = is_stored || var.captured;
        Tri::of(match (may_be_shared, is_result) {
            (true, _) => !life.shared_before(assign) && !life.read_after(assign),
            (false, true) => !self.is_read(assign) && !life.read_after(assign),
            (false, false) => !self.is_read(assign),
        })
    }

    /// The variable that an instruction gives a value, and the value.
    fn assignment(&self, assign: Value) -> Option<(VarId, Value)> {
        match self.body.op(assign) {
            Op::Assign(variable, given) => Some((variable, given)),
            Op::Store(place, given) => match self.body.place(place) {
                Place::Var(variable) => Some((variable, given)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The function literals that use a variable of this function.
    fn users_of(&self, variable: VarId) -> Vec<BodyId> {
        let uses = |body: &Body| body.vars.iter().any(|var| var.outer == Some((self.id, variable)));
        let users = self.bodies.iter().enumerate().filter(|(_, body)| uses(body));
        users.map(|(number, _)| BodyId(number as u32)).collect()
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

/// What happens to one variable along the paths of its function.
struct Life<'a> {
    values: Values<'a>,
    variable: VarId,
    /// The function literals that use it.
    users: Vec<BodyId>,
    is_result: bool,
}

/// What an instruction means for what the variable holds.
#[derive(PartialEq)]
enum Effect {
    Nothing,
    Overwritten,
    Read,
}

impl Life<'_> {
    /// Whether a function literal or a pointer may have got hold of the variable on some path to an instruction.
    fn shared_before(&self, at: Value) -> bool {
        let body = self.values.body;
        self.some_before(at, |inst| match body.op(inst) {
            Op::Closure(closure) => self.is_used_in(closure),
            Op::Addr(place) => self.lies_in(place),
            _ => false,
        })
    }

    /// Whether some instruction like this is on a path to another.
    fn some_before(&self, at: Value, is_wanted: impl Fn(Value) -> bool) -> bool {
        let body = self.values.body;
        let home = body.block_of(at);
        if body.insts_of(home).take_while(|inst| *inst != at).any(&is_wanted) {
            return true;
        }
        let mut seen: FxHashSet<BlockId> = FxHashSet::default();
        let mut open = body.block(home).preds.clone();
        while let Some(block) = open.pop() {
            if seen.insert(block) {
                if body.insts_of(block).any(&is_wanted) {
                    return true;
                }
                open.extend(&body.block(block).preds);
            }
        }
        false
    }

    /// Whether what an instruction gives to the variable may be read on some path from there.
    fn read_after(&self, assign: Value) -> bool {
        let body = self.values.body;
        let home = body.block_of(assign);
        let is_defer = |inst: Value| matches!(body.op(inst), Op::Defer(_));
        let deferred = self.is_result && self.some_before(assign, is_defer);
        let rest: Vec<Value> = body.insts_of(home).skip_while(|inst| *inst != assign).skip(1).collect();
        let mut seen: FxHashSet<(BlockId, bool)> = FxHashSet::default();
        let mut open: Vec<(BlockId, bool)> = Vec::new();
        let mut run = |insts: &mut dyn Iterator<Item = Value>, block, mut deferred, open: &mut Vec<(BlockId, bool)>| {
            for inst in insts {
                match self.effect(inst, deferred) {
                    Effect::Read => return true,
                    Effect::Overwritten => return false,
                    Effect::Nothing => deferred |= self.is_result && is_defer(inst),
                }
            }
            let next = body.block(block).succs.iter().map(|edge| (edge.to, deferred));
            open.extend(next.filter(|next| seen.insert(*next)));
            false
        };
        if run(&mut rest.into_iter(), home, deferred, &mut open) {
            return true;
        }
        while let Some((block, deferred)) = open.pop() {
            if run(&mut body.insts_of(block), block, deferred, &mut open) {
                return true;
            }
        }
        false
    }

    fn effect(&self, inst: Value, deferred: bool) -> Effect {
        match self.values.body.op(inst) {
            Op::Assign(variable, _) if variable == self.variable => Effect::Overwritten,
            Op::Store(place, _) if self.values.body.place(place) == Place::Var(self.variable) => Effect::Overwritten,
            Op::Read(variable, _) if variable == self.variable => Effect::Read,
            Op::Load(place) | Op::Addr(place) if self.lies_in(place) => Effect::Read,
            Op::Closure(closure) if self.is_used_in(closure) => Effect::Read,
            op if deferred && may_panic(self.values.body, op) => Effect::Read,
            _ => Effect::Nothing,
        }
    }

    /// Whether a function literal uses the variable, or one inside of it.
    fn is_used_in(&self, closure: BodyId) -> bool {
        let bodies = self.values.bodies;
        let outer = |id: &BodyId| bodies.get(id.0 as usize)?.outer;
        let outwards = |inner: BodyId| std::iter::successors(Some(inner), outer).take(bodies.len());
        self.users.iter().any(|user| outwards(*user).any(|body| body == closure))
    }

    /// Whether a place is the variable or a part of it.
    fn lies_in(&self, mut place: PlaceId) -> bool {
        loop {
            match self.values.body.place(place) {
                Place::Field(of, _) | Place::Elem(of, _) => place = of,
                Place::Var(variable) => return variable == self.variable,
                _ => return false,
            }
        }
    }
}

/// Whether an instruction may panic by its form, so that a deferred call can make the function return at it.
fn may_panic(body: &Body, op: Op) -> bool {
    let is_plain = |x: Value| matches!(body.op(x), Op::Nil | Op::Const(_));
    match op {
        Op::Binary(Operator::Eq | Operator::Ne, x, y) => !is_plain(x) && !is_plain(y),
        Op::Binary(operator, ..) => {
            matches!(operator, Operator::Div | Operator::Rem | Operator::Shl | Operator::Shr)
        }
        Op::Assert { comma, .. } => !comma,
        Op::Addr(_)
        | Op::Load(_)
        | Op::Store(..)
        | Op::MethodValue { .. }
        | Op::Convert(_)
        | Op::Elem(..)
        | Op::Lookup { .. }
        | Op::Slice(..)
        | Op::Make(_)
        | Op::Call(_)
        | Op::Go(_)
        | Op::Send { .. }
        | Op::Receive { .. }
        | Op::Select { .. }
        | Op::Range(_)
        | Op::Panic(_)
        | Op::Opaque(_) => true,
        _ => false,
    }
}
