//! Constants: literals, results of operators that must fit their type, and the values of array lengths.
//!
//! Source: Go specification, "Constants", "Constant expressions".

use super::operand::known;
use super::{Checker, Mode, Operand};
use crate::{Basic, Ty};
use rulec_constant::Value;
use rulec_tree::{Kind, Node};

impl Checker<'_> {
    /// The value of a constant expression; it is recorded like any other.
    pub(crate) fn const_expr(&mut self, node: Node) -> Option<Value> {
        let x = self.expr(node, None);
        x.value.filter(|_| x.mode == Mode::Const)
    }

    /// A literal of a basic type.
    pub(super) fn literal(&self, node: Node) -> Operand {
        let kind = self.tree().kind(node);
        let ty = match kind {
            Kind::Int => Ty::UNTYPED_INT,
            Kind::Float => Ty::UNTYPED_FLOAT,
            Kind::Imag => Ty::UNTYPED_COMPLEX,
            Kind::Char => Ty::UNTYPED_RUNE,
            Kind::String => Ty::UNTYPED_STRING,
            _ => return Operand::unknown(node),
        };
        let text = self.file().texts.bytes(self.tree().text(node));
        Operand::constant(node, ty, Value::of_literal(kind, text))
    }

    /// A constant that an operator made of operands of type `ty`: rounded if its type rounds, nothing if its type cannot
    /// hold it.
    pub(super) fn computed(&self, node: Node, ty: Ty, value: Value) -> Operand {
        let Some(value) = known(value) else { return Operand::new(node, Mode::Const, ty) };
        if ty.is_untyped() {
            return Operand::constant(node, ty, value);
        }
        match self.types.representable_as(&value, ty) {
            Some(value) => Operand::constant(node, ty, value),
            None => Operand::unknown(node),
        }
    }

    /// A constant `x` as one of type `ty`, whose underlying type is `basic`: a conversion. Nothing if there is no such value.
    pub(super) fn converted(&self, x: &Operand, basic: Basic) -> Option<Option<Value>> {
        let Some(value) = &x.value else { return Some(None) };
        if let Some(value) = self.types.representable(value, basic) {
            return Some(known(value));
        }
        let from_integer = self.types.basic(x.ty).is_some_and(Basic::is_integer);
        (from_integer && basic.is_string()).then(|| known(value.to_int().to_char_string()))
    }

    /// How many bits a type of unsigned integers has; none for all other types.
    pub(super) fn unsigned_bits(&self, ty: Ty) -> Option<u32> {
        match self.types.basic(ty)? {
            Basic::Uint8 => Some(8),
            Basic::Uint16 => Some(16),
            Basic::Uint32 => Some(32),
            Basic::Uint64 => Some(64),
            Basic::Uint | Basic::Uintptr => Some(u32::from(self.types.word_bytes) * 8),
            _ => None,
        }
    }
}
