//! Untyped operands: how constants, `nil`, comparisons and shifts get their type from where they stand.
//!
//! In: an [`Operand`] and the type of its place. Out: the operand with that type, and the rows that it is made of with
//! the types they have in the end: an untyped row waits in [`Rows`](super::Rows) until something gives it a type, and
//! keeps its untyped type if nothing does. Where the type of the place is not known, the rows become unknown too.
//!
//! Source: Go specification, "Constants", "Assignability", "Representability", "Conversions".

use super::{Checker, Mode, Operand};
use crate::{Basic, Ty, TypeData};
use rulec_constant::{self as constant, Value};
use rulec_tree::{Kind, Node, Op, Tri};

/// What becomes of an untyped operand at a place of some type.
enum Implicit {
    /// It takes this type, and as a constant this value.
    To(Ty, Option<Value>),
    /// It does not fit.
    Never,
    /// Too little is known of the place.
    Unknown,
}

/// A row that waits for its type, and the type it is to take.
#[derive(Clone, Copy)]
struct Untyped {
    row: Node,
    /// Whether it is the left operand of a shift.
    is_shifted: bool,
    ty: Ty,
}

impl Checker<'_> {
    /// Gives an untyped operand the type `target`; typed ones stay as they are.
    pub(crate) fn convert_untyped(&mut self, x: &mut Operand, target: Ty) {
        if !x.is_untyped() {
            return;
        }
        match self.implicit(x, target) {
            Implicit::To(ty, value) => {
                if let Some(value) = value {
                    self.record_value(x.node, Some(&value));
                    x.value = Some(value);
                }
                if ty != x.ty {
                    x.ty = ty;
                    self.update_type(x.node, ty);
                }
            }
            Implicit::Never => *x = Operand::unknown(x.node),
            Implicit::Unknown => self.use_unknown(x),
        }
    }

    /// The operand is assigned to something of type `target`, passed to a parameter or returned.
    pub(crate) fn assign_to(&mut self, x: &mut Operand, target: Ty) {
        if !x.is_untyped() {
            if x.mode == Mode::Value && self.is_generic_func(x.ty) {
                self.instantiate_for(x, Some(target));
            }
            return;
        }
        let is_interface = self.types.is_interface(target);
        let target = if is_interface { self.types.default_type(x.ty) } else { target };
        self.convert_untyped(x, target);
    }

    /// The operand is used where any type will do: untyped constants take their default type.
    pub(crate) fn use_value(&mut self, x: &mut Operand) {
        self.convert_untyped(x, self.types.default_type(x.ty));
    }

    /// The type of a variable that is declared with this value, and with a type or without.
    pub(crate) fn initialise(&mut self, x: &mut Operand, target: Option<Ty>) -> Ty {
        match target {
            Some(target) => {
                self.assign_to(x, target);
                target
            }
            None if x.is_nil() => Ty::UNKNOWN,
            None => {
                self.use_value(x);
                x.ty
            }
        }
    }

    /// The operand is used in a place of which nothing is known, so that neither is known what it becomes there. `nil`
    /// is the same everywhere.
    pub(crate) fn use_unknown(&mut self, x: &mut Operand) {
        if x.is_untyped() && !x.is_nil() {
            self.update_type(x.node, Ty::UNKNOWN);
            let kind = x.value.as_ref().map(Value::kind);
            if let Some(constant::Kind::Float | constant::Kind::Complex) = kind {
                // It may be rounded.
                self.record_value(x.node, None);
            }
            *x = Operand::new(x.node, x.mode, Ty::UNKNOWN);
        }
    }

    /// `x` gives two values, `x.ty` and one of type `second`: whether there is one.
    pub(crate) fn comma_ok_with(&mut self, x: &Operand, second: Ty) {
        if x.is_unknown() {
            return;
        }
        let both = self.store.tuple(&[x.ty, second]);
        let mut node = x.node;
        loop {
            self.record_type(node, x.mode, both);
            if self.tree().kind(node) != Kind::Paren {
                break;
            }
            node = Node(node.0 + 1);
        }
    }

    /// Writes down the type that an untyped expression takes, for all the rows that take it with it.
    pub(super) fn update_type(&mut self, node: Node, ty: Ty) {
        if self.rows.is_none() {
            return;
        }
        let mut waiting = Vec::new();
        let mut next = Some(Untyped { row: node, is_shifted: false, ty });
        while let Some(untyped) = next {
            let Untyped { row, ty, .. } = untyped;
            if let Some((mode, old)) = self.untyped_row(row) {
                self.untyped_operands(row, mode, ty, &mut waiting);
                let ty = if row == node || ty.is_untyped() { ty } else { self.final_type(untyped, mode, old) };
                self.record_type(row, mode, ty);
            }
            next = waiting.pop();
        }
    }

    /// The operands that take the type of `row` with it.
    fn untyped_operands(&self, row: Node, mode: Mode, ty: Ty, operands: &mut Vec<Untyped>) {
        let tree = self.tree();
        let first = Node(row.0 + 1);
        let is_computed = match tree.kind(row) {
            Kind::Paren => return operands.push(Untyped { row: first, is_shifted: false, ty }),
            Kind::Unary | Kind::Binary => !is_comparison(tree.op(row)),
            _ => false,
        };
        // Of a constant the operands are never computed: they stay as they are.
        if !is_computed || mode == Mode::Const {
            return;
        }
        let ty = if mode == Mode::Unknown { Ty::UNKNOWN } else { ty };
        let is_shifted = matches!(tree.op(row), Op::Shl | Op::Shr);
        if tree.kind(row) == Kind::Binary && !is_shifted {
            operands.push(Untyped { row: tree.end(first), is_shifted: false, ty });
        }
        operands.push(Untyped { row: first, is_shifted, ty });
    }

    /// The mode and type of a row that still waits for its type.
    fn untyped_row(&self, node: Node) -> Option<(Mode, Ty)> {
        let rows = self.rows.as_ref()?;
        let ty = rows.ty(node);
        ty.is_untyped().then(|| (rows.mode(node), ty))
    }

    /// The type that a row takes: none if it is a constant that does not fit, or is shifted and no integer.
    fn final_type(&self, untyped: Untyped, mode: Mode, old: Ty) -> Ty {
        let Untyped { row, is_shifted, ty } = untyped;
        if is_shifted && self.all_basic(ty, Basic::is_integer) == Tri::No {
            return Ty::UNKNOWN;
        }
        let value = self.rows.as_ref().filter(|_| mode == Mode::Const).and_then(|rows| rows.value(row));
        if let (Some(value), false) = (value, ty.is_unknown()) {
            let x = Operand::constant(row, old, value.clone());
            return match self.implicit(&x, ty) {
                Implicit::To(..) => ty,
                Implicit::Never | Implicit::Unknown => Ty::UNKNOWN,
            };
        }
        ty
    }

    /// What an untyped operand becomes at a place of type `target`.
    fn implicit(&self, x: &Operand, target: Ty) -> Implicit {
        if target.is_untyped() {
            return match common_untyped(x.ty, target) {
                Some(ty) => Implicit::To(ty, None),
                None => Implicit::Never,
            };
        }
        if x.is_nil() {
            return match self.types.has_nil(target) {
                Tri::Yes => Implicit::To(x.ty, None),
                Tri::No => Implicit::Never,
                Tri::Unknown => Implicit::To(x.ty, None),
            };
        }
        if self.types.is_type_param(target) {
            return self.implicit_param(x, target);
        }
        match self.types.under(target) {
            TypeData::Basic(Basic::Unknown) => Implicit::Unknown,
            TypeData::Basic(basic) => self.implicit_basic(x, target, *basic),
            // What an interface holds has a type of its own.
            TypeData::Interface(_) => match self.types.type_set(target) {
                Some(set) if !set.methods.is_empty() || set.terms.is_some() || set.comparable => Implicit::Never,
                _ => Implicit::To(self.types.default_type(x.ty), None),
            },
            _ => Implicit::Never,
        }
    }

    fn implicit_basic(&self, x: &Operand, target: Ty, basic: Basic) -> Implicit {
        if x.is_const() {
            return match &x.value {
                None => Implicit::To(target, None),
                Some(value) => match self.types.representable(value, basic) {
                    Some(value) => Implicit::To(target, Some(value)),
                    None => Implicit::Never,
                },
            };
        }
        // Values that are no constants: comparisons and shifts.
        let fits = match x.ty {
            Ty::UNTYPED_BOOL => basic.is_boolean(),
            Ty::UNTYPED_STRING => basic.is_string(),
            _ => basic.is_numeric(),
        };
        if fits { Implicit::To(target, None) } else { Implicit::Never }
    }

    /// A place whose type is a type parameter: the operand must fit each type of the type set.
    fn implicit_param(&self, x: &Operand, target: Ty) -> Implicit {
        let fits = self.types.all_types(target, |ty| match self.implicit(x, self.types.underlying(ty)) {
            Implicit::To(..) => Tri::Yes,
            Implicit::Never => Tri::No,
            Implicit::Unknown => Tri::Unknown,
        });
        match fits {
            Tri::Yes => Implicit::To(target, None),
            Tri::No => Implicit::Never,
            Tri::Unknown => Implicit::Unknown,
        }
    }
}

/// The more general one of two untyped types, if they go together.
fn common_untyped(a: Ty, b: Ty) -> Option<Ty> {
    let is_number = |ty: Ty| (Ty::UNTYPED_INT..=Ty::UNTYPED_COMPLEX).contains(&ty);
    match a == b {
        true => Some(a),
        false => (is_number(a) && is_number(b)).then(|| a.max(b)),
    }
}

pub(super) const fn is_comparison(op: Op) -> bool {
    matches!(op, Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge)
}
