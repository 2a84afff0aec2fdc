//! What is known of variables that a body makes itself by `&T{…}` and `new(T)`: which of them nobody else can reach yet, and what
//! they hold where it has written nothing.
//!
//! In: a body, instruction by instruction in reverse postorder. A pointer to a new variable is *let go* once anything is done with it
//! but to assign it to local variables and to read and write where it points: passed, stored, captured, converted, or joined with
//! another one where ways meet. Until then no call can write there, and no other pointer leads there.

use crate::ir::{Body, Callee, Field, Op, Place, PlaceId, Value};
use rulec_types::{Builtin, Name};
use rustc_hash::FxHashSet;

/// The new variables of a body, at a point of the pass over it.
#[derive(Debug)]
pub(super) struct Made {
    /// Which values have been let go, by number.
    let_go: Vec<bool>,
    /// Which are let go anywhere in the body.
    ever: Vec<bool>,
    /// The names of the fields that the body writes or takes the address of, of whatever struct.
    written: FxHashSet<Name>,
}

impl Made {
    pub(super) fn new(body: &Body) -> Made {
        let mut made = Made {
            let_go: vec![false; body.insts.len()],
            ever: vec![false; body.insts.len()],
            written: FxHashSet::default(),
        };
        for number in 0..body.insts.len() as u32 {
            let value = Value(number);
            lets_go(body, value, |of| made.ever[of.0 as usize] = true);
            if let Op::Store(place, _) | Op::Addr(place) = body.op(value) {
                made.note_fields(body, place);
            }
        }
        made
    }

    fn note_fields(&mut self, body: &Body, mut place: PlaceId) {
        while let Place::Field(outer, _) | Place::Elem(outer, _) = body.place(place) {
            if let Place::Field(_, field) = body.place(place) {
                self.written.insert(field.name);
            }
            place = outer;
        }
    }

    /// Looks at the next instruction.
    pub(super) fn look_at(&mut self, body: &Body, value: Value) {
        lets_go(body, value, |of| self.let_go[of.0 as usize] = true);
    }

    /// Enters a loop: what its body does later has been done, in an earlier round, to the variables made before, which are those
    /// that are done.
    pub(super) fn enter_loop(&mut self, done: &[bool]) {
        for ((let_go, ever), done) in self.let_go.iter_mut().zip(&self.ever).zip(done) {
            *let_go |= ever & done;
        }
    }

    /// Whether a value is a pointer to a new variable that nobody else can reach.
    pub(super) fn is_own(&self, body: &Body, pointer: Value) -> bool {
        matches!(body.op(pointer), Op::New(_)) && !self.let_go[pointer.0 as usize]
    }

    /// Whether the body writes fields of this name.
    pub(super) fn is_written(&self, field: Field) -> bool {
        self.written.contains(&field.name)
    }
}

/// Whether two pointers surely lead to different variables: each `New` makes one that was not there before.
pub(super) fn are_apart(body: &Body, a: Value, b: Value) -> bool {
    let is_new = |value| matches!(body.op(value), Op::New(_));
    let is_older = |value| matches!(body.op(value), Op::Param(_) | Op::Captured(_));
    a != b && (is_new(a) && (is_new(b) || is_older(b)) || is_new(b) && is_older(a))
}

/// Whether what a variable is made with, the root of `T{…}` or a zero value, leaves a field at its zero value.
pub(super) fn leaves_out(body: &Body, content: Value, field: Field) -> bool {
    match body.op(content) {
        Op::Zero | Op::New(None) => true,
        Op::New(Some(content)) => leaves_out(body, body.source_of(content), field),
        Op::Composite(list) if body.list(list).is_empty() => true,
        Op::Composite(_) => body.named_fields(body.inst(content).row).is_some_and(|named| !named.contains(&field.name)),
        _ => false,
    }
}

/// Tells the new variables that an instruction lets go of.
fn lets_go(body: &Body, value: Value, mut tell: impl FnMut(Value)) {
    let mut let_go = |value: Value| {
        let source = body.source_of(value);
        if matches!(body.op(source), Op::New(_)) {
            tell(source);
        }
    };
    match body.op(value) {
        Op::Assign(var, x) => {
            let of = body.vars.get(var.0 as usize);
            if of.is_none_or(|var| var.captured || var.outer.is_some()) {
                let_go(x);
            }
        }
        Op::Read(..) | Op::Load(_) | Op::Unary(..) | Op::Binary(..) | Op::Branch(_) => {}
        Op::Store(_, x) => let_go(x),
        Op::Call(call) if only_looks(body.call(call).callee) => {}
        _ => body.operands(value, let_go),
    }
}

fn only_looks(callee: Callee) -> bool {
    matches!(callee, Callee::Builtin(Builtin::Len | Builtin::Cap | Builtin::Print | Builtin::Println))
}
