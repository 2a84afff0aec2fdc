//! Which instructions of a body surely make the same value.
//!
//! In: a body, and what its types tell. Out: a *root* for each value: the first instruction that makes it. Assignments
//! and reads have the root of what they hand on, a phi that of its operands if they agree, an operation on the same
//! operands the same one, and a load of `x.f` that of an earlier load of it, or of what was stored there, if nothing
//! in between can have written it.
//!
//! One pass over the blocks in reverse postorder. What memory holds is known along straight lines and where ways meet
//! that agree; at the head of a loop nothing is known but what nobody else can write, and a call of an unknown function
//! may write all that is not local: variables, and what is made here and was not let go. So two loads that do hold the
//! same may have two roots, but never the other way round. Writes by other goroutines are not thought of: a program that
//! needs this has a data race.
//!
//! Source: Alpern, Wegman, Zadeck, *Detecting equality of variables in programs*, 1988, without its partitions.

mod memory;

use super::made::{Made, leaves_out};
use super::typed::Typed;
use crate::graph::Graph;
use crate::ir::{BlockId, Body, Call, Callee, Field, How, Op, Place, PlaceId, Value, VarId};
use crate::summary::{Knowledge, Summary};
use memory::{shared_variables, untyped_variables};
use rulec_constant::Value as Constant;
use rulec_types::{Builtin, ObjId, Ty};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many places of memory are kept in mind at once; the oldest are forgotten.
const MAX_HELD: usize = 64;

/// How many steps the way to a place may have.
const MAX_PLACE_STEPS: usize = 32;

/// The roots of the values of a body.
#[derive(Debug)]
pub(super) struct Numbering {
    roots: Vec<Value>,
    left_out: FxHashSet<Value>,
}

impl Numbering {
    pub(super) fn new(body: &Body, graph: &Graph, knowledge: &dyn Knowledge, typed: Typed<'_>) -> Numbering {
        let mut pass = Pass::new(body, knowledge, typed);
        for block in graph.reverse_postorder() {
            pass.enter(*block);
            for value in body.insts_of(*block) {
                pass.number(value);
            }
            pass.leave(*block);
        }
        Numbering { roots: pass.roots, left_out: pass.left_out }
    }

    pub(super) fn root(&self, value: Value) -> Value {
        self.roots.get(value.0 as usize).copied().unwrap_or(value)
    }

    /// Whether a root is the load of a field that has its zero value, since the literal left it out and nobody wrote it.
    pub(super) fn is_left_out(&self, root: Value) -> bool {
        self.left_out.contains(&root)
    }
}

/// A place by what it is rather than by where it is written: equal keys are the same place as long as the values in
/// them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Var(VarId),
    Global(ObjId),
    Deref(Value),
    Field(KeyId, Field),
    Elem(KeyId, Value),
    SliceElem(Value, Value),
    MapElem(Value, Value),
    /// What a variable was made with, [`Op::New`], [`Op::Composite`] or [`Op::Zero`]: no place, but kept in mind like one. It holds
    /// of the fields that are written nowhere in the body.
    AsMade(KeyId),
}

/// The number of a [`Key`].
type KeyId = u32;

/// What an operation without effects makes of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Pure {
    Nil(Ty),
    Func(ObjId),
    Addr(KeyId),
    Unary(rulec_tree::Op, Value),
    Binary(rulec_tree::Op, Value, Value),
    Convert(Value, Ty),
    Field(Value, Field),
    Elem(Value, Value),
    Extract(Value, u32),
    Size(Builtin, Value),
}

/// A constant that is short enough to compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Literal {
    Bool(bool),
    Int(i64),
    String(Box<[u8]>),
}

/// How long strings may be that are compared, in bytes.
const MAX_STRING: usize = 64;

/// What is known of memory at some point: places and the values that they hold.
type Held = Vec<(KeyId, Value)>;

/// Goes once through a body.
struct Pass<'a> {
    body: &'a Body,
    knowledge: &'a dyn Knowledge,
    typed: Typed<'a>,
    roots: Vec<Value>,
    done: Vec<bool>,
    keys: Vec<Key>,
    key_ids: FxHashMap<Key, KeyId>,
    pure: FxHashMap<Pure, Value>,
    literals: FxHashMap<(Literal, Ty), Value>,
    held: Held,
    /// What was known at the end of each block, once it is done.
    ends: Vec<Option<Held>>,
    /// Variables in memory that others than this body's own instructions can write or point to.
    shared: Vec<bool>,
    /// Variables that a pointer to anything points to: who has it writes what types do not tell.
    untyped: Vec<bool>,
    made: Made,
    /// Loads of fields that have their zero value.
    left_out: FxHashSet<Value>,
}

impl<'a> Pass<'a> {
    fn new(body: &'a Body, knowledge: &'a dyn Knowledge, typed: Typed<'a>) -> Pass<'a> {
        Pass {
            body,
            knowledge,
            typed,
            roots: (0..body.insts.len() as u32).map(Value).collect(),
            done: vec![false; body.insts.len()],
            keys: Vec::new(),
            key_ids: FxHashMap::default(),
            pure: FxHashMap::default(),
            literals: FxHashMap::default(),
            held: Held::new(),
            ends: vec![None; body.blocks.len()],
            shared: shared_variables(body),
            untyped: untyped_variables(body, typed),
            made: Made::new(body),
            left_out: FxHashSet::default(),
        }
    }

    /// What is known where all ways into a block meet.
    fn enter(&mut self, block: BlockId) {
        let mut preds = self.body.block(block).preds.iter().map(|pred| &self.ends[pred.0 as usize]);
        self.held.clear();
        if preds.clone().any(Option::is_none) {
            return self.made.enter_loop(&self.done);
        }
        let Some(Some(first)) = preds.next() else { return };
        self.held.extend_from_slice(first);
        for end in preds.flatten() {
            self.held.retain(|entry| end.contains(entry));
        }
    }

    fn leave(&mut self, block: BlockId) {
        self.ends[block.0 as usize] = Some(self.held.clone());
    }

    /// The root of a value made before.
    fn root(&self, value: Value) -> Value {
        self.roots[value.0 as usize]
    }

    fn number(&mut self, value: Value) {
        let ty = self.body.inst(value).ty;
        self.made.look_at(self.body, value);
        let root = match self.body.op(value) {
            Op::Assign(_, x) | Op::Read(_, x) | Op::Narrow(x) if self.done(x) => self.handed_on(value, x),
            Op::Convert(x) if self.typed.same_underlying(ty, self.ty(x)) => self.handed_on(value, x),
            Op::Phi(_, list) | Op::Join(list) => self.agreed(value, self.body.list(list)),
            Op::Load(place) => self.load(value, place),
            Op::Store(place, x) => {
                self.store(place, x);
                value
            }
            Op::Lookup { map, key, comma: false } => {
                let key = self.intern(Key::MapElem(self.root(map), self.root(key)));
                self.loaded(value, key)
            }
            Op::Call(call) => self.call(value, self.body.call(call)),
            Op::Go(_) | Op::RunDefer(_) | Op::Receive { .. } | Op::Send { .. } | Op::Select { .. } | Op::Range(_) => {
                self.forget_shared();
                value
            }
            Op::New(_) => {
                let place = self.intern(Key::Deref(value));
                self.hold_as_made(place, value);
                value
            }
            Op::Const(Some(number)) => self.constant(value, number, ty),
            op => match self.pure_form(op, ty) {
                Some(form) => *self.pure.entry(form).or_insert(value),
                None => value,
            },
        };
        self.roots[value.0 as usize] = root;
        self.done[value.0 as usize] = true;
    }

    fn done(&self, value: Value) -> bool {
        self.done[value.0 as usize]
    }

    fn ty(&self, value: Value) -> Ty {
        self.body.inst(value).ty
    }

    /// The root of `x` for an instruction that hands it on, unless that puts a value into an interface or takes it out:
    /// then it is another one, which may be nil where the first one is not.
    fn handed_on(&self, value: Value, x: Value) -> Value {
        let root = self.root(x);
        let boxed = self.typed.boxes(self.ty(x), self.ty(value)) || self.typed.boxes(self.ty(value), self.ty(x));
        if boxed { value } else { root }
    }

    /// The root of all operands of a phi that are not the phi itself, or else the phi.
    fn agreed(&self, phi: Value, operands: &[Value]) -> Value {
        let mut agreed = None;
        for operand in operands {
            if self.body.source_of(*operand) == phi {
                continue;
            }
            let root = self.root(*operand);
            if !self.done(*operand) || agreed.is_some_and(|agreed| agreed != root) {
                return phi;
            }
            agreed = Some(root);
        }
        agreed.unwrap_or(phi)
    }

    fn constant(&mut self, value: Value, number: u32, ty: Ty) -> Value {
        let literal = self.body.consts.get(number as usize).and_then(|constant| match constant {
            Constant::Bool(truth) => Some(Literal::Bool(*truth)),
            Constant::String(text) if text.len() <= MAX_STRING => Some(Literal::String(text.bytes().into())),
            _ => constant.as_i64().map(Literal::Int),
        });
        match literal {
            Some(literal) => *self.literals.entry((literal, ty)).or_insert(value),
            None => value,
        }
    }

    fn pure_form(&mut self, op: Op, ty: Ty) -> Option<Pure> {
        Some(match op {
            Op::Nil => Pure::Nil(ty),
            Op::Func(function) => Pure::Func(function),
            Op::Addr(place) => Pure::Addr(self.key(place)?),
            Op::Unary(op, x) => Pure::Unary(op, self.root(x)),
            Op::Binary(op, x, y) => Pure::Binary(op, self.root(x), self.root(y)),
            Op::Convert(x) => Pure::Convert(self.root(x), ty),
            Op::Field(x, field) => Pure::Field(self.root(x), field),
            Op::Elem(x, index) => Pure::Elem(self.root(x), self.root(index)),
            Op::Extract(x, number) => Pure::Extract(self.root(x), number),
            _ => return None,
        })
    }

    fn intern(&mut self, key: Key) -> KeyId {
        let next = self.keys.len() as KeyId;
        let id = *self.key_ids.entry(key).or_insert(next);
        if id == next {
            self.keys.push(key);
        }
        id
    }

    /// The key of a place; none if it is not known or too long.
    fn key(&mut self, place: PlaceId) -> Option<KeyId> {
        let mut steps = Vec::new();
        let mut at = place;
        let base = loop {
            match self.body.place(at) {
                Place::Field(outer, _) | Place::Elem(outer, _) if steps.len() < MAX_PLACE_STEPS => {
                    steps.push(at);
                    at = outer;
                }
                Place::Var(var) => break Key::Var(var),
                Place::Global(object) => break Key::Global(object),
                Place::Deref(x) => break self.pointed_to(self.root(x)),
                Place::SliceElem(x, index) => break Key::SliceElem(self.root(x), self.root(index)),
                Place::MapElem(x, key) => break Key::MapElem(self.root(x), self.root(key)),
                Place::Field(..) | Place::Elem(..) | Place::Unknown => return None,
            }
        };
        let mut id = self.intern(base);
        for step in steps.into_iter().rev() {
            let key = match self.body.place(step) {
                Place::Field(_, field) => Key::Field(id, field),
                Place::Elem(_, index) => Key::Elem(id, self.root(index)),
                _ => return None,
            };
            id = self.intern(key);
        }
        Some(id)
    }

    /// The place that a pointer points to: `*&x` is `x`.
    fn pointed_to(&mut self, pointer: Value) -> Key {
        match self.body.op(pointer) {
            Op::Addr(place) => self.key(place).map_or(Key::Deref(pointer), |key| self.keys[key as usize]),
            _ => Key::Deref(pointer),
        }
    }

    fn load(&mut self, value: Value, place: PlaceId) -> Value {
        match self.key(place) {
            Some(key) => self.loaded(value, key),
            None => value,
        }
    }

    /// The root of a load, and the memory of it.
    fn loaded(&mut self, value: Value, key: KeyId) -> Value {
        match self.held.iter().find(|(held, _)| *held == key) {
            Some((_, known)) => self.handed_on(value, *known),
            None => {
                if self.is_left_out(key) {
                    self.left_out.insert(value);
                }
                self.hold(key, value);
                value
            }
        }
    }

    /// Whether a place is a field of a variable that was made without it, and not written since.
    fn is_left_out(&self, key: KeyId) -> bool {
        let way = self.way(key);
        let [base, first, ..] = way[..] else { return false };
        let is_untouched = |key: &KeyId| match self.keys[*key as usize] {
            Key::Field(_, field) => !self.made.is_written(field),
            _ => false,
        };
        let (Key::Field(_, field), true) = (self.keys[first as usize], way[1..].iter().all(is_untouched)) else {
            return false;
        };
        let made = self.key_ids.get(&Key::AsMade(base));
        let with = made.and_then(|made| self.held.iter().find(|(held, _)| held == made));
        with.is_some_and(|(_, with)| leaves_out(self.body, *with, field))
    }

    /// Keeps in mind what a variable is made with.
    fn hold_as_made(&mut self, place: KeyId, with: Value) {
        let key = self.intern(Key::AsMade(place));
        self.hold(key, with);
    }

    fn hold(&mut self, key: KeyId, value: Value) {
        if let Key::Var(var) = self.base(key)
            && self.untyped.get(var.0 as usize) == Some(&true)
        {
            return;
        }
        if self.held.len() >= MAX_HELD {
            self.held.remove(0);
        }
        self.held.push((key, value));
    }

    fn store(&mut self, place: PlaceId, x: Value) {
        let Some(key) = self.key(place) else { return self.forget_shared() };
        let held = std::mem::take(&mut self.held);
        self.held = held.into_iter().filter(|(other, known)| !self.may_change(key, x, *other, *known)).collect();
        let x = self.root(x);
        self.hold(key, x);
        let is_variable = match self.keys[key as usize] {
            Key::Var(var) => !self.is_shared(var),
            _ => false,
        };
        if is_variable
            && matches!(self.body.op(x), Op::Composite(_) | Op::Zero)
            && self.typed.may_have_parts(self.ty(x))
        {
            self.hold_as_made(key, x);
        }
    }

    fn call(&mut self, value: Value, call: &Call) -> Value {
        let args = self.body.list(call.args);
        match call.callee {
            Callee::Builtin(builtin @ (Builtin::Len | Builtin::Cap)) => match args {
                // Lengths of maps and channels change under the same value.
                [x] if self.typed.has_fixed_len(self.ty(*x)) => {
                    let form = Pure::Size(builtin, self.root(*x));
                    return *self.pure.entry(form).or_insert(value);
                }
                _ => {}
            },
            Callee::Builtin(Builtin::Append | Builtin::Copy | Builtin::Delete | Builtin::Clear) => {
                self.forget_elements()
            }
            Callee::Builtin(_) => {}
            _ if self.summary(call).is_some_and(|summary| summary.pure) => {}
            _ => self.forget_shared(),
        }
        value
    }

    fn summary(&self, call: &Call) -> Option<&'a Summary> {
        debug_assert!(call.how == How::Now, "other calls do not run here");
        summary_of(self.body, self.knowledge, call)
    }
}

/// What is known of the function that a call calls.
pub(super) fn summary_of<'a>(body: &Body, knowledge: &'a dyn Knowledge, call: &Call) -> Option<&'a Summary> {
    match call.callee {
        Callee::Func(function) => knowledge.function(function),
        Callee::Interface(name) => {
            let receiver = *body.list(call.args).first()?;
            knowledge.method(body.inst(receiver).ty, name)
        }
        Callee::Builtin(_) | Callee::Closure(_) | Callee::Value(_) | Callee::Unknown => None,
    }
}
