//! What looking at an expression gives: an [`Operand`], and what can be asked of it.
//!
//! **Absent:** nothing is recorded here.

use super::{Checker, Mode, Operand};
use crate::{Basic, Ty};
use rulec_constant::Value;
use rulec_tree::{Node, Tri};

impl Operand {
    /// Something of which nothing is known.
    pub(crate) fn unknown(node: Node) -> Operand {
        Operand::new(node, Mode::Unknown, Ty::UNKNOWN)
    }

    /// A value that is computed.
    pub(crate) fn value(node: Node, ty: Ty) -> Operand {
        Operand::new(node, Mode::Value, ty)
    }

    pub(crate) fn new(node: Node, mode: Mode, ty: Ty) -> Operand {
        Operand { node, mode, ty, value: None }
    }

    /// A constant; the unknown value is none.
    pub(crate) fn constant(node: Node, ty: Ty, value: Value) -> Operand {
        Operand { node, mode: Mode::Const, ty, value: known(value) }
    }

    /// Whether it has no type. Packages, builtin functions and calls without results have none either way.
    pub(crate) fn is_unknown(&self) -> bool {
        self.ty.is_unknown()
    }

    pub(crate) fn is_const(&self) -> bool {
        self.mode == Mode::Const
    }

    pub(crate) fn is_nil(&self) -> bool {
        self.mode == Mode::Nil
    }

    pub(crate) fn is_untyped(&self) -> bool {
        self.ty.is_untyped()
    }

    /// What remains where only one value may stand: types, functions of the language and several values may not.
    pub(super) fn single(self, checker: &Checker<'_>) -> Operand {
        let is_tuple = self.ty == Ty::EMPTY_TUPLE || checker.tuple(self.ty).is_some();
        match self.mode {
            Mode::NoValue | Mode::Builtin(_) | Mode::Type | Mode::Package => Operand::unknown(self.node),
            _ if is_tuple => Operand::unknown(self.node),
            _ => self,
        }
    }
}

/// What is computed from these is: a constant if all of them are, which may not be known.
pub(super) fn computed_mode<'x>(operands: impl IntoIterator<Item = &'x Operand>) -> Mode {
    let mut mode = Mode::Const;
    for x in operands {
        match x.mode {
            Mode::Const => {}
            Mode::Unknown => mode = Mode::Unknown,
            _ => return Mode::Value,
        }
    }
    mode
}

/// A value that says something.
pub(super) fn known(value: Value) -> Option<Value> {
    (!value.is_unknown()).then_some(value)
}

impl<'a> Checker<'a> {
    /// The types of several values; none of a single one.
    pub(crate) fn tuple(&self, ty: Ty) -> Option<&'a [Ty]> {
        match self.store.data(ty) {
            crate::TypeData::Tuple(types) => Some(types),
            _ => None,
        }
    }

    /// Whether the underlying type, of a type parameter each one of its type set, is a basic one with a property.
    pub(super) fn all_basic(&self, ty: Ty, has: fn(Basic) -> bool) -> Tri {
        let of_one = |ty: Ty| match self.types.basic(ty) {
            Some(basic) => Tri::of(has(basic)),
            None if self.types.is_unknown(ty) => Tri::Unknown,
            None => Tri::No,
        };
        match self.types.is_type_param(ty) {
            true => self.types.all_types(ty, of_one),
            false => of_one(ty),
        }
    }

    /// The underlying type of each type of a type parameter's type set, of any other type its own; none if they are
    /// not known or not limited.
    pub(super) fn underlying_types(&self, ty: Ty) -> Option<Vec<Ty>> {
        if !self.types.is_type_param(ty) {
            return Some(vec![self.types.underlying(ty)]);
        }
        let terms = self.types.terms_of(ty)?;
        (!terms.is_empty()).then(|| terms.iter().map(|term| self.types.underlying(term.ty)).collect())
    }
}
