//! `x[i]` and `x[i:j]`: elements, parts, and generic functions and types with type arguments.
//!
//! Source: Go specification, "Index expressions", "Slice expressions", "Instantiations".

use super::{Checker, Mode, Operand};
use crate::{Basic, Ty, TypeData};
use rulec_tree::{Node, Tri};

/// What an index leads to.
#[derive(Clone, Copy)]
struct Element {
    mode: Mode,
    ty: Ty,
    /// The type of the keys of a map.
    key: Option<Ty>,
}

impl Checker<'_> {
    /// `x[…]`
    pub(super) fn index(&mut self, node: Node, x: Operand) -> Operand {
        if x.mode == Mode::Type {
            let ty = self.type_expr(node);
            return Operand::new(node, Mode::Type, ty);
        }
        if x.mode == Mode::Value && self.is_generic_func(x.ty) {
            return self.instantiation(node, x);
        }
        let x = x.single(self);
        let tree = self.tree();
        let mut indexes = tree.tail(node);
        let (Some(index), None) = (indexes.next(), indexes.next()) else {
            self.look_into(tree.tail(node));
            return Operand::unknown(node);
        };
        let Some(element) = self.element_of(&x) else {
            self.look_into([index]);
            // What is not known at all may be a type, and this an instance of it.
            let mode = if x.mode == Mode::Unknown { Mode::Unknown } else { Mode::Value };
            return Operand::new(node, mode, Ty::UNKNOWN);
        };
        match element.key {
            Some(key) => {
                let mut x = self.expr(index, None);
                self.assign_to(&mut x, key);
            }
            None => {
                self.index_value(index);
            }
        }
        Operand::new(node, element.mode, element.ty)
    }

    /// The value of a constant index; untyped ones take type `int`.
    pub(super) fn index_value(&mut self, node: Node) -> Option<u64> {
        let mut x = self.expr(node, None);
        self.convert_untyped(&mut x, Ty::INT);
        if !x.is_const() || self.all_basic(x.ty, Basic::is_integer) == Tri::No {
            return None;
        }
        x.value?.to_int().as_u64()
    }

    fn element_of(&self, x: &Operand) -> Option<Element> {
        let mut unders = self.underlying_types(x.ty)?.into_iter();
        let first = self.element_of_type(x, unders.next()?)?;
        unders.try_fold(first, |common, under| {
            let other = self.element_of_type(x, under)?;
            let same_key = match (common.key, other.key) {
                (None, None) => true,
                (Some(a), Some(b)) => self.types.identical(a, b) == Tri::Yes,
                _ => false,
            };
            let same = same_key && self.types.identical(common.ty, other.ty) == Tri::Yes;
            let mode = if other.mode == Mode::Value { Mode::Value } else { common.mode };
            same.then_some(Element { mode, ..common })
        })
    }

    fn element_of_type(&self, x: &Operand, under: Ty) -> Option<Element> {
        let of_array = |mode: Mode, ty: Ty| Some(Element { mode, ty, key: None });
        match self.store.data(under) {
            TypeData::Basic(basic) if basic.is_string() => of_array(Mode::Value, Ty::BYTE),
            TypeData::Array { elem, .. } => of_array(if x.mode == Mode::Var { Mode::Var } else { Mode::Value }, *elem),
            TypeData::Pointer(base) => match self.types.under(*base) {
                TypeData::Array { elem, .. } => of_array(Mode::Var, *elem),
                _ => None,
            },
            TypeData::Slice(elem) => of_array(Mode::Var, *elem),
            TypeData::Map { key, elem } => Some(Element { mode: Mode::MapIndex, ty: *elem, key: Some(*key) }),
            _ => None,
        }
    }

    /// `x[low:high:max]`
    pub(super) fn slice(&mut self, node: Node, x: Operand) -> Operand {
        let [_, low, high, max] = self.slots(node);
        for bound in [low, high, max] {
            if self.is_there(bound) {
                self.index_value(bound);
            }
        }
        Operand::value(node, self.part_of(&x).unwrap_or(Ty::UNKNOWN))
    }

    fn part_of(&self, x: &Operand) -> Option<Ty> {
        match self.store.data(self.types.core_string(x.ty)?) {
            TypeData::Basic(basic) if basic.is_string() => Some(if x.is_untyped() { Ty::STRING } else { x.ty }),
            TypeData::Array { elem, .. } => (x.mode == Mode::Var).then(|| self.store.slice(*elem)),
            TypeData::Pointer(base) => match self.types.under(*base) {
                TypeData::Array { elem, .. } => Some(self.store.slice(*elem)),
                _ => None,
            },
            TypeData::Slice(_) => Some(x.ty),
            _ => None,
        }
    }
}
