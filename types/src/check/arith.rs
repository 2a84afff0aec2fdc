//! Operators: unary, binary, comparisons and shifts.
//!
//! In: operands that have been looked at. Out: the result, and the types that untyped operands take from each other.
//! Constants are folded.
//!
//! Where one operand is not known, a comparison still is a truth value, and an operation on a typed operand still has the
//! type of that one: both operands must have the same.
//!
//! Source: Go specification, "Operators", "Constant expressions".

use super::operand::{computed_mode, known};
use super::untyped::is_comparison;
use super::{Checker, Mode, Operand};
use crate::{Basic, ChanDir, Ty, TypeData};
use rulec_constant::Value;
use rulec_tree::{Kind, Node, Op, Tri};

impl Checker<'_> {
    /// `op x`, where `x` may also be a composite literal of which the address is taken.
    pub(super) fn unary(&mut self, node: Node, x: Operand) -> Operand {
        let op = self.tree().op(node);
        match op {
            Op::And => self.address(node, x),
            Op::Arrow => self.receive(node, x),
            Op::Not | Op::Add | Op::Sub | Op::Xor => self.unary_number(node, op, x),
            // `~T` is part of constraints only.
            _ => Operand::unknown(node),
        }
    }

    fn address(&self, node: Node, x: Operand) -> Operand {
        let tree = self.tree();
        let is_literal = tree.kind(tree.unparen(x.node)) == Kind::CompositeLit;
        match x.mode {
            Mode::Var | Mode::Unknown => Operand::value(node, self.store.pointer(x.ty)),
            Mode::Value if is_literal => Operand::value(node, self.store.pointer(x.ty)),
            _ => Operand::unknown(node),
        }
    }

    fn receive(&mut self, node: Node, x: Operand) -> Operand {
        self.has_call = true;
        let elem = match self.types.core_type(x.ty).map(|core| self.store.data(core)) {
            Some(TypeData::Chan { dir: ChanDir::Both | ChanDir::Recv, elem }) => *elem,
            _ => return Operand::unknown(node),
        };
        Operand::new(node, Mode::CommaOk, elem)
    }

    fn unary_number(&mut self, node: Node, op: Op, x: Operand) -> Operand {
        let defined: fn(Basic) -> bool = match op {
            Op::Not => Basic::is_boolean,
            Op::Xor => Basic::is_integer,
            _ => Basic::is_numeric,
        };
        if x.is_unknown() || self.all_basic(x.ty, defined) == Tri::No {
            return Operand::unknown(node);
        }
        if !x.is_const() {
            return Operand::new(node, computed_mode([&x]), x.ty);
        }
        let value = x.value.map_or(Value::Unknown, |value| value.unary(op, self.unsigned_bits(x.ty)));
        self.computed(node, x.ty, value)
    }

    /// `x op y`, in an expression or in `x op= y`; `node` is the row of the result, which is not recorded here.
    pub(crate) fn binary_op(&mut self, x: Operand, y: Operand, op: Op, node: Node) -> Operand {
        let (mut x, mut y) = (x, y);
        if matches!(op, Op::Shl | Op::Shr) {
            return self.shift(node, op, x, y);
        }
        if x.is_unknown() || y.is_unknown() {
            return self.binary_of_unknown(node, op, x, y);
        }
        if !self.match_operands(&mut x, &mut y) {
            return self.binary_of_unknown(node, op, x, y);
        }
        if is_comparison(op) {
            return self.compared(node, op, &mut x, &mut y);
        }
        self.arithmetic(node, op, &x, &y)
    }

    /// One operand is not known, or they do not go together.
    fn binary_of_unknown(&mut self, node: Node, op: Op, x: Operand, y: Operand) -> Operand {
        let (mut x, mut y) = (x, y);
        let mode = computed_mode([&x, &y]);
        let typed = [&x, &y].into_iter().find(|x| !x.is_untyped() && !x.is_unknown()).map(|x| x.ty);
        for operand in [&mut x, &mut y] {
            match typed {
                Some(ty) if !is_comparison(op) => self.convert_untyped(operand, ty),
                _ => self.use_unknown(operand),
            }
        }
        match typed {
            _ if is_comparison(op) => Operand::new(node, mode, Ty::UNTYPED_BOOL),
            Some(ty) if self.all_basic(ty, operands_of(op)) != Tri::No => Operand::new(node, mode, ty),
            _ => Operand::new(node, mode, Ty::UNKNOWN),
        }
    }

    /// Untyped operands take the type of the other one, or the more general one of two untyped types.
    pub(super) fn match_operands(&mut self, x: &mut Operand, y: &mut Operand) -> bool {
        if (x.is_untyped() || y.is_untyped()) && self.may_convert(x, y) {
            self.convert_untyped(x, y.ty);
            if x.is_unknown() {
                return false;
            }
            self.convert_untyped(y, x.ty);
        }
        !x.is_unknown() && !y.is_unknown()
    }

    /// Whether an untyped one of two operands may take the type of the other at all. If not, both stay what they are.
    fn may_convert(&self, x: &Operand, y: &Operand) -> bool {
        if self.types.is_interface(x.ty) || self.types.is_interface(y.ty) {
            return true;
        }
        let differ = |has: fn(Basic) -> bool| {
            matches!((self.all_basic(x.ty, has), self.all_basic(y.ty, has)), (Tri::Yes, Tri::No) | (Tri::No, Tri::Yes))
        };
        if differ(Basic::is_boolean) || differ(Basic::is_string) {
            return false;
        }
        match (x.is_nil(), y.is_nil()) {
            (true, _) => self.types.has_nil(y.ty) != Tri::No,
            (_, true) => self.types.has_nil(x.ty) != Tri::No,
            _ => !self.is_pointer(x.ty) && !self.is_pointer(y.ty),
        }
    }

    fn is_pointer(&self, ty: Ty) -> bool {
        matches!(self.types.under(ty), TypeData::Pointer(_))
    }

    fn arithmetic(&mut self, node: Node, op: Op, x: &Operand, y: &Operand) -> Operand {
        if self.types.identical(x.ty, y.ty) == Tri::No || self.all_basic(x.ty, operands_of(op)) == Tri::No {
            return Operand::unknown(node);
        }
        let is_integer = self.all_basic(x.ty, Basic::is_integer) == Tri::Yes;
        let by_zero = y.value.as_ref().is_some_and(|value| value.sign() == Some(0));
        if matches!(op, Op::Div | Op::Rem) && by_zero && (x.is_const() || is_integer) {
            return Operand::unknown(node);
        }
        let mode = computed_mode([x, y]);
        if mode != Mode::Const {
            return Operand::new(node, mode, x.ty);
        }
        let value = match (&x.value, &y.value) {
            (Some(a), Some(b)) if op == Op::Div && is_integer => a.whole_quotient(b),
            (Some(a), Some(b)) => a.binary(op, b),
            _ => Value::Unknown,
        };
        self.computed(node, x.ty, value)
    }

    /// Compares the tag of a switch with the expression of a case.
    pub(crate) fn switch_case(&mut self, tag: &Operand, case: &mut Operand) {
        if tag.is_unknown() || case.is_unknown() {
            self.use_unknown(case);
            return;
        }
        // The tag has its type by now, so that nothing of it changes.
        let mut tag = tag.clone();
        if self.match_operands(case, &mut tag) {
            self.compared(case.node, Op::Eq, case, &mut tag);
        }
    }

    /// The result of a comparison: an untyped truth value. The operands have their final types now.
    fn compared(&mut self, node: Node, op: Op, x: &mut Operand, y: &mut Operand) -> Operand {
        if !self.is_comparable(op, x, y) {
            return Operand::unknown(node);
        }
        if x.is_const() && y.is_const() {
            let truth = match (&x.value, &y.value) {
                (Some(a), Some(b)) => a.compare(op, b).map_or(Value::Unknown, Value::from),
                _ => Value::Unknown,
            };
            return Operand { value: known(truth), ..Operand::new(node, Mode::Const, Ty::UNTYPED_BOOL) };
        }
        let mode = computed_mode([&*x, &*y]);
        for operand in [x, y] {
            match mode {
                // If both are constants, they stay untyped.
                Mode::Unknown => self.use_unknown(operand),
                _ if operand.is_untyped() => self.update_type(operand.node, self.types.default_type(operand.ty)),
                _ => {}
            }
        }
        Operand::new(node, mode, Ty::UNTYPED_BOOL)
    }

    /// Whether two operands may be compared; doubt counts as yes.
    fn is_comparable(&self, op: Op, x: &Operand, y: &Operand) -> bool {
        let assignable = |x: &Operand, y: &Operand| self.types.assignable(x.ty, x.value.as_ref(), y.ty);
        if x.ty != y.ty && assignable(x, y).or(assignable(y, x)) == Tri::No {
            return false;
        }
        if !matches!(op, Op::Eq | Op::Ne) {
            return self.all_basic(x.ty, Basic::is_ordered) != Tri::No;
        }
        match (x.is_nil(), y.is_nil()) {
            (true, true) => false,
            (true, false) => self.types.has_nil(y.ty) != Tri::No,
            (false, true) => self.types.has_nil(x.ty) != Tri::No,
            (false, false) => self.types.comparable(x.ty) != Tri::No && self.types.comparable(y.ty) != Tri::No,
        }
    }

    fn shift(&mut self, node: Node, op: Op, x: Operand, y: Operand) -> Operand {
        let mut y = y;
        let whole = x.value.as_ref().map(Value::to_int).and_then(known);
        let is_integer = self.all_basic(x.ty, Basic::is_integer);
        let may_be_shifted = match is_integer {
            _ if x.is_untyped() && x.is_const() => x.value.is_none() || whole.is_some(),
            truth => truth != Tri::No,
        };
        if !self.is_shift_count(&mut y) || !may_be_shifted {
            return Operand::unknown(node);
        }
        if !x.is_const() {
            return Operand::new(node, computed_mode([&x, &y]), x.ty);
        }
        if y.mode == Mode::Unknown && x.is_untyped() {
            return self.perhaps_constant_shift(node, x);
        }
        if y.is_const() {
            let is_integer = self.types.basic(x.ty).is_some_and(Basic::is_integer);
            let ty = if is_integer { x.ty } else { Ty::UNTYPED_INT };
            let (Some(whole), Some(count)) = (whole, y.value) else { return Operand::new(node, Mode::Const, ty) };
            return match known(whole.shift(op, &count)) {
                Some(value) => self.computed(node, ty, value),
                None => Operand::unknown(node),
            };
        }
        // An untyped constant takes the type that the place asks for: the row waits for it.
        Operand::new(node, computed_mode([&y]), x.ty)
    }

    /// An untyped constant is shifted by something that may be a constant or not, which decides about the constant's type.
    fn perhaps_constant_shift(&mut self, node: Node, x: Operand) -> Operand {
        let mut x = x;
        let is_integer = matches!(x.ty, Ty::UNTYPED_INT | Ty::UNTYPED_RUNE);
        let ty = if is_integer { x.ty } else { Ty::UNKNOWN };
        self.use_unknown(&mut x);
        Operand::new(node, Mode::Unknown, ty)
    }

    /// Whether something can be shifted by `y`. Constants stay untyped.
    fn is_shift_count(&mut self, y: &mut Operand) -> bool {
        if y.is_unknown() {
            return true;
        }
        if let (true, Some(value)) = (y.is_const(), &y.value) {
            let negative = value.to_int().sign().is_some_and(|sign| sign < 0);
            return !negative && (!y.is_untyped() || self.types.representable(value, Basic::Uint).is_some());
        }
        // A shift or comparison that waits for its type: an integer keeps waiting, as constants do.
        if y.is_untyped() && !matches!(y.ty, Ty::UNTYPED_INT | Ty::UNTYPED_RUNE) {
            self.convert_untyped(y, Ty::UINT);
        }
        self.all_basic(y.ty, Basic::is_integer) != Tri::No
    }
}

/// Which operands an operator takes.
fn operands_of(op: Op) -> fn(Basic) -> bool {
    match op {
        Op::Add => |basic| basic.is_numeric() || basic.is_string(),
        Op::Sub | Op::Mul | Op::Div => Basic::is_numeric,
        Op::Rem | Op::And | Op::Or | Op::Xor | Op::AndNot => Basic::is_integer,
        Op::LogAnd | Op::LogOr => Basic::is_boolean,
        _ => |_| false,
    }
}
