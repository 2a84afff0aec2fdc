//! Where the variables of each body are defined, used and captured.

use super::{Located, Values};
use crate::ir::{Body, BodyId, Callee, Op, Place, PlaceId, Value, VarId};
use rustc_hash::FxHashMap;

/// Where the variables of one body are defined and used.
#[derive(Debug)]
pub(super) struct Variables {
    each: Vec<Accesses>,
}

/// What the instructions of one body do with a variable.
#[derive(Debug, Default)]
pub(super) struct Accesses {
    /// [`Op::Assign`] and [`Op::Store`] of the whole variable.
    pub(super) definitions: Vec<Value>,
    /// [`Op::Read`], [`Op::Captured`] and [`Op::Load`] of the whole variable.
    pub(super) reads: Vec<Value>,
    /// [`Op::Load`] of a part of it.
    pub(super) part_reads: Vec<Value>,
    /// [`Op::Store`] to a part of it.
    pub(super) part_stores: Vec<Value>,
    /// [`Op::Addr`] of it or of a part.
    pub(super) addresses: Vec<Value>,
}

impl Variables {
    pub(super) fn new(body: &Body) -> Variables {
        let mut each: Vec<Accesses> = body.vars.iter().map(|_| Accesses::default()).collect();
        for number in 0..body.insts.len() as u32 {
            let value = Value(number);
            let found = match body.op(value) {
                Op::Assign(var, _) => Some((var, Access::Definition)),
                Op::Read(var, _) | Op::Captured(var) => Some((var, Access::Read)),
                Op::Load(place) => access(body, place, Access::Read, Access::PartRead),
                Op::Store(place, _) => access(body, place, Access::Definition, Access::PartStore),
                Op::Addr(place) => access(body, place, Access::Address, Access::Address),
                _ => None,
            };
            let Some((var, access)) = found else { continue };
            let Some(accesses) = each.get_mut(var.0 as usize) else { continue };
            match access {
                Access::Definition => accesses.definitions.push(value),
                Access::Read => accesses.reads.push(value),
                Access::PartRead => accesses.part_reads.push(value),
                Access::PartStore => accesses.part_stores.push(value),
                Access::Address => accesses.addresses.push(value),
            }
        }
        Variables { each }
    }

    pub(super) fn of(&self, var: VarId) -> &Accesses {
        static NONE: Accesses = Accesses {
            definitions: Vec::new(),
            reads: Vec::new(),
            part_reads: Vec::new(),
            part_stores: Vec::new(),
            addresses: Vec::new(),
        };
        self.each.get(var.0 as usize).unwrap_or(&NONE)
    }
}

/// What an instruction does with a variable.
#[derive(Clone, Copy)]
enum Access {
    Definition,
    Read,
    PartRead,
    PartStore,
    Address,
}

/// The variable that a place is or lies in, without going through a pointer.
fn access(body: &Body, mut place: PlaceId, whole: Access, part: Access) -> Option<(VarId, Access)> {
    let mut access = whole;
    loop {
        match body.place(place) {
            Place::Var(var) => return Some((var, access)),
            Place::Field(outer, _) | Place::Elem(outer, _) => {
                place = outer;
                access = part;
            }
            _ => return None,
        }
    }
}

/// Which bodies of a file use the variables of which.
#[derive(Debug, Default)]
pub(super) struct Captures {
    /// The variables of inner bodies that a variable is.
    inner: FxHashMap<(BodyId, VarId), Vec<(BodyId, VarId)>>,
    /// Where each function literal is made.
    made: FxHashMap<BodyId, Located>,
    /// Calls that are known to call a function literal of the file.
    calls: FxHashMap<BodyId, Vec<Located>>,
}

impl Captures {
    pub(super) fn new(bodies: &[Body]) -> Captures {
        let mut captures = Captures::default();
        for (number, body) in bodies.iter().enumerate() {
            let id = BodyId(number as u32);
            for (number, var) in body.vars.iter().enumerate() {
                if let Some(outer) = var.outer {
                    captures.inner.entry(outer).or_default().push((id, VarId(number as u32)));
                }
            }
            for (number, inst) in body.insts.iter().enumerate() {
                let at = Located { body: id, value: Value(number as u32) };
                match inst.op {
                    Op::Closure(closure) => {
                        captures.made.insert(closure, at);
                    }
                    Op::Call(call) | Op::Go(call) | Op::Defer(call) => {
                        if let Callee::Closure(closure) = body.call(call).callee {
                            captures.calls.entry(closure).or_default().push(at);
                        }
                    }
                    _ => {}
                }
            }
        }
        captures
    }

    /// The variables of bodies one further in that this one is.
    pub(super) fn inner(&self, body: BodyId, var: VarId) -> &[(BodyId, VarId)] {
        self.inner.get(&(body, var)).map_or(&[], Vec::as_slice)
    }

    /// Calls that are known to call a function literal: now, deferred or in a goroutine.
    pub(super) fn calls_of(&self, closure: BodyId) -> &[Located] {
        self.calls.get(&closure).map_or(&[], Vec::as_slice)
    }

    /// Where a function literal is made.
    pub(super) fn made(&self, closure: BodyId) -> Option<Located> {
        self.made.get(&closure).copied()
    }
}

impl Values<'_> {
    /// The call of the function literal that this body is of, if that is called in one place and used nowhere else: where it stands,
    /// or through a variable that is only ever called.
    pub(super) fn only_call(&self) -> Option<Located> {
        let [call] = self.captures().calls_of(self.id) else { return None };
        let Some(made) = self.captures().made(self.id) else { return Some(*call) };
        let outer = self.within(made.body);
        // What is called is read, too, but not used.
        let is_only_called = |user: &Value| match outer.body.op(*user) {
            Op::Assign(var, _) => outer.all_uses(var).into_iter().all(|(body, var)| {
                let inner = self.within(body);
                inner.variables().of(var).reads.iter().all(|read| inner.uses_of(*read).is_empty())
            }),
            _ => false,
        };
        outer.uses_of(made.value).iter().all(is_only_called).then_some(*call)
    }
}
