//! Selectors `x.name`: fields, methods and method expressions.
//!
//! Source: Go specification, "Selectors", "Method expressions", "Method values".

use super::{Checker, Mode, Operand, Selection, SelectionKind};
use crate::relate::Lookup;
use crate::{Func, Name, ObjId, PackageId, Ty, TypeData};
use rulec_tree::Node;

impl Checker<'_> {
    /// `x.name`, where `x` is no package.
    pub(super) fn selector(&mut self, node: Node, x: Operand) -> Operand {
        let [_, ident] = self.slots(node);
        let name = self.name_of(ident);
        let x = if x.mode == Mode::Type { x } else { x.single(self) };
        // It is no constant unless `x` may be the name of a package that is not there.
        let mode = if x.mode == Mode::Unknown { Mode::Unknown } else { Mode::Value };
        let unknown = Operand::new(node, mode, Ty::UNKNOWN);
        if x.is_unknown() || name == Name::BLANK {
            return unknown;
        }
        match self.member(&x, name) {
            Lookup::Field { ty, pkg, index, indirect, .. } if x.mode != Mode::Type => {
                let mode = if x.mode == Mode::Var || indirect { Mode::Var } else { Mode::Value };
                let member = Member { pkg, method: None, index, indirect };
                self.selected(node, ident, x.ty, SelectionKind::Field, member);
                self.record_name(ident, Mode::Var, ty);
                Operand::new(node, mode, ty)
            }
            Lookup::Method { ty, pkg, method, index, indirect, .. } if !ty.is_unknown() => {
                let kind = if x.mode == Mode::Type { SelectionKind::MethodExpr } else { SelectionKind::Method };
                self.selected(node, ident, x.ty, kind, Member { pkg, method, index, indirect });
                self.record_name(ident, Mode::Value, ty);
                let ty = if x.mode == Mode::Type { self.with_receiver(ty, x.ty) } else { ty };
                Operand::value(node, ty)
            }
            _ => unknown,
        }
    }

    /// What `x.name` finds; the declaration of a method is looked at first if nobody has yet.
    fn member(&mut self, x: &Operand, name: Name) -> Lookup {
        let addressable = x.mode == Mode::Var;
        match self.types.lookup(x.ty, self.unit.pkg, name, addressable) {
            Lookup::Method { ty: Ty::UNKNOWN, method: Some(method), .. } => {
                self.object_type(method);
                self.types.lookup(x.ty, self.unit.pkg, name, addressable)
            }
            found => found,
        }
    }

    fn selected(&mut self, node: Node, ident: Node, recv: Ty, kind: SelectionKind, member: Member) {
        if self.rows.is_none() {
            return;
        }
        if let Some(method) = member.method {
            self.record_object(ident, method);
        }
        let Member { pkg, method, index, indirect } = member;
        let name = self.name_of(ident);
        self.record_selection(node, Selection { kind, recv, name, pkg, method, index: index.into(), indirect });
    }

    /// The type of `T.method`: the receiver comes as the first parameter.
    fn with_receiver(&self, method: Ty, recv: Ty) -> Ty {
        let TypeData::Func(func) = self.store.data(method) else { return Ty::UNKNOWN };
        let params = std::iter::once(recv).chain(func.params.iter().copied()).collect();
        self.store.func(Func { params, ..func.clone() })
    }

    /// The field that `unsafe.Offsetof(x.field)` asks for: the selector is looked at here. Comes back with the struct
    /// type and the path of fields, unless a pointer lies between.
    pub(super) fn offset_selector(&mut self, node: Node) -> Option<(Ty, Vec<u32>)> {
        let [object, ident] = self.slots(node);
        let x = self.expr(object, None);
        let base = match self.types.under(x.ty) {
            TypeData::Pointer(base) if matches!(self.types.under(*base), TypeData::Struct(_)) => *base,
            _ => x.ty,
        };
        let found = self.types.lookup(base, self.unit.pkg, self.name_of(ident), false);
        let Lookup::Field { ty, pkg, index, indirect, .. } = found else { return None };
        let mode = if x.mode == Mode::Var || indirect { Mode::Var } else { Mode::Value };
        let member = Member { pkg, method: None, index: index.clone(), indirect: false };
        self.selected(node, ident, base, SelectionKind::Field, member);
        self.record_name(ident, Mode::Var, ty);
        self.record_type(node, mode, ty);
        (!indirect).then_some((base, index))
    }
}

/// What a selector found.
struct Member {
    pkg: PackageId,
    method: Option<ObjId>,
    index: Vec<u32>,
    indirect: bool,
}
