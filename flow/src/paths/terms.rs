//! What conditions say: terms over the values of a body, each once, so that two conditions that say the same are one.
//!
//! In: a [`Body`]. Out: a [`TermId`] for each value, copies followed. A *leaf* is what a term cannot look into: a
//! call, a parameter, a load, a phi. All other operations are pure in static single assignment form: as long as none
//! of its leaves runs again, a term keeps its value. A term that is used was made of its leaves' last values, since
//! each definition dominates its uses.
//!
//! Truth values are kept apart from their negations as [`Lit`]s, so `x != nil` and `!(x == nil)` are one.
//!
//! **Absent:** arithmetic; terms deeper than [`MAX_DEPTH`] or with more than [`MAX_LEAVES`] leaves, which are leaves
//! themselves.

use super::cells::{Cell, Cells};
use crate::ir::{BlockId, Body, Callee, Field, Op, PlaceId, Value};
use rulec_constant::Value as Constant;
use rulec_tree::Op as Operator;
use rulec_types::{Basic, Builtin, Ty, TypeData, Types};
use rustc_hash::{FxHashMap, FxHashSet};

/// How deep terms may be nested.
const MAX_DEPTH: u8 = 8;

/// How many leaves a term may have.
const MAX_LEAVES: usize = 6;

/// A term of one [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TermId(u32);

/// What a term is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Term {
    /// True or false.
    Bool(bool),
    /// A constant that is no truth value: its number among those that differ.
    Const(u32),
    /// `nil`.
    Nil,
    /// The zero value of some type.
    Zero,
    Leaf(Leaf),
    /// `!x`.
    Not(TermId),
    Unary(Operator, TermId),
    Binary(Operator, TermId, TermId),
    Convert(TermId, Ty),
    Field(TermId, Field),
    Extract(TermId, u32),
    /// `len(x)` of something whose length does not change.
    Len(TermId),
}

/// What a term cannot look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Leaf {
    /// What an instruction made when it last ran.
    Made(Value),
    /// What is in a place of memory now.
    Content(Cell),
    /// Whether a deferred call has been registered.
    Registered(Value),
    /// Whether a range has had an element since it was last begun.
    Ranged(Value),
}

/// A condition, or that it is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Lit {
    Fixed(bool),
    /// This term, which is no negation, has this truth value.
    Is(TermId, bool),
}

impl Lit {
    /// The negation, if not `truth`.
    pub(super) fn if_(self, truth: bool) -> Lit {
        match self {
            Lit::Fixed(fixed) => Lit::Fixed(fixed == truth),
            Lit::Is(term, is) => Lit::Is(term, is == truth),
        }
    }
}

/// The terms of a body.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    terms: Vec<Info>,
    ids: FxHashMap<Term, TermId>,
    constants: Vec<Constant>,
    by_text: FxHashMap<String, u32>,
    /// The term of each value of a block that is reached.
    of: Vec<Option<TermId>>,
    /// The places that are loaded from.
    pub(super) cells: Cells,
    /// Stores of something concrete into an interface.
    wrapping: FxHashSet<Value>,
}

#[derive(Clone, Debug)]
struct Info {
    term: Term,
    depth: u8,
    leaves: Box<[Leaf]>,
    /// Whether it may not be equal to itself, like NaN: then `!(x < y)` is not `x >= y`.
    may_be_nan: bool,
    never_nil: bool,
}

impl Terms {
    /// Makes the terms of a body; `order` are its blocks in reverse postorder.
    pub(super) fn new(body: &Body, order: &[BlockId], types: Option<Types>) -> Terms {
        let count = body.insts.len();
        let mut terms = Terms {
            terms: Vec::with_capacity(count),
            ids: FxHashMap::with_capacity_and_hasher(count, Default::default()),
            constants: Vec::new(),
            by_text: FxHashMap::default(),
            of: vec![None; count],
            cells: Cells::default(),
            wrapping: FxHashSet::default(),
        };
        for value in order.iter().flat_map(|block| body.insts_of(*block)) {
            let term = terms.make(body, value, types);
            terms.of[value.0 as usize] = Some(term);
        }
        terms.wrap(body, types);
        terms
    }

    /// The term of a value; of a block that is not reached, a leaf of its own.
    pub(super) fn of(&mut self, value: Value) -> TermId {
        self.known(value).unwrap_or_else(|| self.leaf(Leaf::Made(value)))
    }

    /// The term of a value of a block that is reached.
    pub(super) fn known(&self, value: Value) -> Option<TermId> {
        self.of.get(value.0 as usize).copied().flatten()
    }

    /// What a term is made of.
    pub(super) fn term(&self, id: TermId) -> Term {
        self.terms[id.0 as usize].term
    }

    /// The leaves of a term, sorted.
    pub(super) fn leaves(&self, id: TermId) -> &[Leaf] {
        &self.terms[id.0 as usize].leaves
    }

    /// A term, taken as a truth value.
    pub(super) fn lit(&self, id: TermId) -> Lit {
        match self.term(id) {
            Term::Bool(truth) => Lit::Fixed(truth),
            Term::Zero => Lit::Fixed(false),
            // The operand of a negation is none itself.
            Term::Not(of) => Lit::Is(of, false),
            _ => Lit::Is(id, true),
        }
    }

    /// That a term is nil.
    pub(super) fn is_nil(&mut self, id: TermId) -> Option<Lit> {
        let nil = self.intern(Term::Nil, false, false);
        self.equal(id, nil)
    }

    /// That two terms are equal.
    pub(super) fn equal(&mut self, a: TermId, b: TermId) -> Option<Lit> {
        let equal = self.operation(Operator::Eq, a, b, false)?;
        Some(self.lit(equal))
    }

    /// The term of a leaf.
    pub(super) fn leaf(&mut self, leaf: Leaf) -> TermId {
        self.intern(Term::Leaf(leaf), true, false)
    }

    /// How deep a term is nested.
    pub(super) fn depth(&self, id: TermId) -> u8 {
        self.info(id).depth
    }

    /// The cell that a store fills, if it is one that is loaded from.
    pub(super) fn stored_at(&self, body: &Body, place: PlaceId) -> Option<Cell> {
        self.cells.stored_at(body, place, &self.of)
    }

    /// What is in a cell after this was stored.
    pub(super) fn stored(&mut self, store: Value, value: Value) -> TermId {
        match self.wrapping.contains(&store) {
            true => self.intern(Term::Leaf(Leaf::Made(store)), false, true),
            false => self.of(value),
        }
    }

    fn wrap(&mut self, body: &Body, types: Option<Types>) {
        for number in 0..body.insts.len() {
            let store = Value(number as u32);
            if let Op::Store(place, value) = body.op(store)
                && let Some(cell) = self.stored_at(body, place)
                && becomes_interface(body, self.cells.ty(cell), value, types)
            {
                self.wrapping.insert(store);
            }
        }
    }

    /// The comparison of a term with `nil`, if there is one.
    pub(super) fn find_nil_test(&self, of: TermId) -> Option<TermId> {
        let nil = *self.ids.get(&Term::Nil)?;
        let (a, b) = if nil < of { (nil, of) } else { (of, nil) };
        self.ids.get(&Term::Binary(Operator::Eq, a, b)).copied()
    }

    /// A term with leaves replaced by other terms; nothing if it would be too deep.
    pub(super) fn replaced(&mut self, id: TermId, by: &dyn Fn(Leaf) -> Option<TermId>) -> Option<TermId> {
        // As deep as terms are.
        let nan = self.info(id).may_be_nan;
        match self.term(id) {
            Term::Leaf(leaf) => Some(by(leaf).unwrap_or(id)),
            Term::Not(of) => {
                let of = self.replaced(of, by)?;
                Some(self.not(of))
            }
            Term::Binary(op, a, b) => {
                let (a, b) = (self.replaced(a, by)?, self.replaced(b, by)?);
                self.operation(op, a, b, nan)
            }
            Term::Unary(op, of) => {
                let of = self.replaced(of, by)?;
                self.made(Term::Unary(op, of), &[of], nan)
            }
            Term::Convert(of, ty) => {
                let of = self.replaced(of, by)?;
                self.made(Term::Convert(of, ty), &[of], nan)
            }
            Term::Field(of, field) => {
                let of = self.replaced(of, by)?;
                self.made(Term::Field(of, field), &[of], nan)
            }
            Term::Extract(of, number) => {
                let of = self.replaced(of, by)?;
                self.made(Term::Extract(of, number), &[of], nan)
            }
            Term::Len(of) => {
                let of = self.replaced(of, by)?;
                self.made(Term::Len(of), &[of], nan)
            }
            Term::Bool(_) | Term::Const(_) | Term::Nil | Term::Zero => Some(id),
        }
    }

    fn make(&mut self, body: &Body, value: Value, types: Option<Types>) -> TermId {
        let inst = body.inst(value);
        let nan = may_be_nan(inst.ty, types);
        let pure = match inst.op {
            Op::Assign(var, of) if becomes_interface(body, body.var(var).ty, of, types) => {
                return self.intern(Term::Leaf(Leaf::Made(value)), nan, true);
            }
            Op::Assign(_, of) | Op::Read(_, of) => Some(self.of(of)),
            Op::Const(Some(number)) => body.consts.get(number as usize).map(|constant| self.constant(constant)),
            Op::Nil => Some(self.intern(Term::Nil, false, false)),
            Op::Zero => Some(self.intern(Term::Zero, false, false)),
            Op::Unary(Operator::Not, of) => {
                let of = self.of(of);
                Some(self.not(of))
            }
            Op::Unary(op, of) => {
                let of = self.of(of);
                self.made(Term::Unary(op, of), &[of], nan)
            }
            Op::Binary(op, a, b) => {
                let (a, b) = (self.of(a), self.of(b));
                self.operation(op, a, b, nan)
            }
            Op::Convert(of) => {
                let boolean = types.is_some_and(|types| types.basic(inst.ty) == Some(Basic::Bool));
                let of = self.of(of);
                if boolean { Some(of) } else { self.made(Term::Convert(of, inst.ty), &[of], nan) }
            }
            Op::Field(of, field) => {
                let of = self.of(of);
                self.made(Term::Field(of, field), &[of], nan)
            }
            Op::Extract(of, number) => {
                let of = self.of(of);
                self.made(Term::Extract(of, number), &[of], nan)
            }
            Op::Call(_) => measured(body, value, types).and_then(|of| {
                let of = self.of(of);
                self.made(Term::Len(of), &[of], false)
            }),
            Op::Load(place) => {
                self.cells.add(body, place, inst.ty, &self.of);
                None
            }
            _ => None,
        };
        pure.unwrap_or_else(|| self.intern(Term::Leaf(Leaf::Made(value)), nan, never_nil(inst.op)))
    }

    fn constant(&mut self, constant: &Constant) -> TermId {
        if let Some(truth) = constant.as_bool() {
            return self.intern(Term::Bool(truth), false, false);
        }
        // Go's `==` takes 1 and 1.0 for the same: the kind is left out, but for strings.
        let text = format!("{}{}", if constant.as_bytes().is_some() { "\"" } else { "" }, constant.exact_string());
        let next = self.constants.len() as u32;
        let number = *self.by_text.entry(text).or_insert(next);
        if number == next {
            self.constants.push(constant.clone());
        }
        self.intern(Term::Const(number), false, false)
    }

    fn not(&mut self, of: TermId) -> TermId {
        match self.lit(of) {
            Lit::Fixed(truth) => self.intern(Term::Bool(!truth), false, false),
            Lit::Is(of, false) => of,
            Lit::Is(of, true) => {
                let (depth, leaves) = (self.info(of).depth, self.info(of).leaves.clone());
                self.push(Info { term: Term::Not(of), depth, leaves, may_be_nan: false, never_nil: false })
            }
        }
    }

    /// `a op b`, comparisons in one of their forms. Nothing if it would be too deep.
    fn operation(&mut self, op: Operator, a: TermId, b: TermId, nan: bool) -> Option<TermId> {
        match op {
            Operator::Ne => {
                let equal = self.comparison(Operator::Eq, a, b)?;
                Some(self.not(equal))
            }
            Operator::Gt => self.comparison(Operator::Lt, b, a),
            Operator::Ge => self.operation(Operator::Le, b, a, nan),
            // With NaN neither `x <= y` nor `y < x` holds.
            Operator::Le if !self.info(a).may_be_nan && !self.info(b).may_be_nan => {
                let less = self.comparison(Operator::Lt, b, a)?;
                Some(self.not(less))
            }
            Operator::Eq | Operator::Lt | Operator::Le => self.comparison(op, a, b),
            _ => self.made(Term::Binary(op, a, b), &[a, b], nan),
        }
    }

    fn comparison(&mut self, op: Operator, a: TermId, b: TermId) -> Option<TermId> {
        if let Some(truth) = self.compared(op, a, b) {
            return Some(self.intern(Term::Bool(truth), false, false));
        }
        let (a, b) = if op == Operator::Eq && b < a { (b, a) } else { (a, b) };
        match (op, self.term(a), self.term(b)) {
            (Operator::Eq, Term::Bool(true), _) => Some(b),
            (Operator::Eq, _, Term::Bool(true)) => Some(a),
            (Operator::Eq, Term::Bool(false), _) => Some(self.not(b)),
            (Operator::Eq, _, Term::Bool(false)) => Some(self.not(a)),
            _ => self.made(Term::Binary(op, a, b), &[a, b], false),
        }
    }

    /// What a comparison yields if that is certain.
    fn compared(&self, op: Operator, a: TermId, b: TermId) -> Option<bool> {
        match (self.term(a), self.term(b)) {
            _ if a == b && !self.info(a).may_be_nan => Some(op != Operator::Lt),
            (Term::Nil | Term::Zero, Term::Nil | Term::Zero) => Some(op != Operator::Lt),
            (Term::Nil, _) if self.info(b).never_nil => Some(false),
            (_, Term::Nil) if self.info(a).never_nil => Some(false),
            (Term::Bool(a), Term::Bool(b)) => Some(a == b),
            (Term::Bool(truth), Term::Zero) | (Term::Zero, Term::Bool(truth)) => Some(!truth),
            (Term::Const(a), Term::Const(b)) => self.constant_at(a).compare(op, self.constant_at(b)),
            (Term::Zero, Term::Const(b)) => zero_like(self.constant_at(b)).compare(op, self.constant_at(b)),
            (Term::Const(a), Term::Zero) => self.constant_at(a).compare(op, &zero_like(self.constant_at(a))),
            _ => None,
        }
    }

    fn constant_at(&self, number: u32) -> &Constant {
        &self.constants[number as usize]
    }

    fn info(&self, id: TermId) -> &Info {
        &self.terms[id.0 as usize]
    }

    fn made(&mut self, term: Term, operands: &[TermId], may_be_nan: bool) -> Option<TermId> {
        if let Some(id) = self.ids.get(&term) {
            return Some(*id);
        }
        let infos = || operands.iter().map(|operand| self.info(*operand));
        let depth = infos().map(|info| info.depth).max().unwrap_or(0) + 1;
        let mut leaves: Vec<Leaf> = infos().flat_map(|info| info.leaves.iter().copied()).collect();
        leaves.sort_unstable();
        leaves.dedup();
        let fits = depth <= MAX_DEPTH && leaves.len() <= MAX_LEAVES;
        fits.then(|| self.push(Info { term, depth, leaves: leaves.into(), may_be_nan, never_nil: false }))
    }

    fn intern(&mut self, term: Term, may_be_nan: bool, never_nil: bool) -> TermId {
        let leaves: &[Leaf] = if let Term::Leaf(leaf) = &term { &[*leaf] } else { &[] };
        self.push(Info { term, depth: 0, leaves: leaves.into(), may_be_nan, never_nil })
    }

    /// Adds a term if it is new.
    fn push(&mut self, info: Info) -> TermId {
        let next = TermId(self.terms.len() as u32);
        let id = *self.ids.entry(info.term).or_insert(next);
        if id == next {
            self.terms.push(info);
        }
        id
    }
}

/// Whether an operation never yields nil.
fn never_nil(op: Op) -> bool {
    use Op::*;
    matches!(op, Func(_) | Closure(_) | MethodValue { .. } | Addr(_) | New(_) | Make(_) | Composite(_))
}

/// Whether a variable of this type holds the value as an interface, which then is not nil even if the value is.
fn becomes_interface(body: &Body, variable: Ty, value: Value, types: Option<Types>) -> bool {
    let Some(types) = types else { return false };
    let ty = body.inst(value).ty;
    let concrete = !types.is_interface(ty) && !types.is_type_param(ty) && !types.is_unknown(ty);
    types.is_interface(variable) && concrete && ty != Ty::UNTYPED_NIL && !matches!(body.op(value), Op::Nil)
}

/// Whether a value of this type may not be equal to itself: NaN, or what may hold one.
fn may_be_nan(ty: Ty, types: Option<Types>) -> bool {
    let Some(types) = types else { return true };
    match types.under(ty) {
        TypeData::Basic(basic) => !(basic.is_integer() || basic.is_string() || basic.is_boolean()),
        TypeData::Pointer(_)
        | TypeData::Chan { .. }
        | TypeData::Slice(_)
        | TypeData::Map { .. }
        | TypeData::Func(_) => false,
        _ => true,
    }
}

/// The operand of `len`, if its length never changes: that of a string, an array or a slice that is a value.
fn measured(body: &Body, call: Value, types: Option<Types>) -> Option<Value> {
    let (call, types) = (body.call_at(call)?, types?);
    let [of] = body.list(call.args) else { return None };
    let fixed = match types.under(body.inst(*of).ty) {
        TypeData::Basic(basic) => basic.is_string(),
        TypeData::Slice(_) | TypeData::Array { .. } => true,
        _ => false,
    };
    (call.callee == Callee::Builtin(Builtin::Len) && fixed).then_some(*of)
}

/// The zero value of a constant's type.
fn zero_like(constant: &Constant) -> Constant {
    match constant {
        Constant::String(_) => Constant::string(b""),
        _ => Constant::from(0),
    }
}
