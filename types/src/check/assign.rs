//! Where values go: assignments, declarations of variables and constants, results.
//!
//! In: the left and right side of a statement. Out: rows for both, with untyped values converted to what they are assigned
//! to, and known types for the variables that are declared.
//!
//! Source: Go specification, "Assignment statements", "Variable declarations", "Short variable declarations".

use super::declare::is_alias;
use super::{Binding, Checker, Mode, Operand};
use crate::{DeclPlace, ObjectKind, Ty, TypeData};
use rulec_tree::{Kind, Node, Op};
use rustc_hash::FxHashMap;

/// What takes a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// `_` of an assignment.
    Blank,
    /// Something of this type.
    Of(Ty),
    /// A variable that is declared here, with a type or without.
    New(Node, Option<Ty>),
}

impl Checker<'_> {
    /// `lhs = rhs`, `lhs := rhs`, `lhs += rhs`.
    pub(super) fn assignment(&mut self, node: Node) {
        let [lhs, rhs] = self.slots(node);
        let lhs: Vec<Node> = self.list(lhs).collect();
        let rhs: Vec<Node> = self.list(rhs).collect();
        let op = self.tree().op(node);
        if let (Some(op), [x, ..], [y, ..]) = (operator(op), &lhs[..], &rhs[..]) {
            self.binary(op, *x, *y);
            return;
        }
        let places: Vec<Place> = lhs.iter().map(|target| self.place(*target, op == Op::Define)).collect();
        self.assign(&places, &rhs, true);
    }

    /// What stands on the left side of an assignment or `:=`.
    pub(super) fn place(&mut self, node: Node, defines: bool) -> Place {
        let bare = self.tree().unparen(node);
        if self.is_blank(bare) {
            return Place::Blank;
        }
        if !defines || self.kind(node) != Kind::Ident {
            let x = self.expr(node, None);
            return Place::Of(x.ty);
        }
        if self.file().names.is_definition(node) {
            return Place::New(node, None);
        }
        let ty = match self.binding(node) {
            Binding::Local(object) => self.local(object).map_or(Ty::UNKNOWN, |local| local.ty),
            _ => Ty::UNKNOWN,
        };
        self.record_name(node, Mode::Var, ty);
        Place::Of(ty)
    }

    /// Values to places. Two places may take both values of `x.(T)`, `<-ch` or `m[k]` if `takes_ok`.
    pub(super) fn assign(&mut self, places: &[Place], values: &[Node], takes_ok: bool) {
        match values {
            _ if places.len() == values.len() => {
                for (place, value) in places.iter().zip(values) {
                    let mut x = self.expr(*value, self.hint(*place));
                    self.put(*place, &mut x);
                }
            }
            [value] => self.assign_several(places, *value, takes_ok),
            _ => {
                for value in values {
                    self.expr(*value, None);
                }
                self.put_unknown(places);
            }
        }
    }

    /// The type that a generic function would be instantiated for.
    fn hint(&self, place: Place) -> Option<Ty> {
        let (Place::Of(ty) | Place::New(_, Some(ty))) = place else { return None };
        matches!(self.types.under(ty), TypeData::Func(_)).then_some(ty)
    }

    /// One expression for several places.
    fn assign_several(&mut self, places: &[Place], value: Node, takes_ok: bool) {
        let x = self.multi_expr(value);
        let count = places.len();
        if let Some(types) = self.tuple(x.ty) {
            if types.len() != count {
                return self.put_unknown(places);
            }
            for (place, ty) in places.iter().zip(types) {
                self.put(*place, &mut Operand::value(value, *ty));
            }
            return;
        }
        match places {
            [first, second] if takes_ok && matches!(x.mode, Mode::CommaOk | Mode::MapIndex) => {
                let ok = self.ok_type(*second);
                self.put(*first, &mut Operand::value(value, x.ty));
                self.put(*second, &mut Operand::value(value, ok));
                self.comma_ok_with(&x, ok);
            }
            _ => self.put_unknown(places),
        }
    }

    /// The type that the truth value of `v, ok = x.(T)` takes.
    fn ok_type(&self, place: Place) -> Ty {
        match place {
            Place::Blank | Place::New(_, None) => Ty::BOOL,
            Place::Of(ty) | Place::New(_, Some(ty)) => {
                let is_interface = !self.types.is_type_param(ty) && self.types.is_interface(ty);
                if is_interface { Ty::BOOL } else { ty }
            }
        }
    }

    pub(super) fn put(&mut self, place: Place, x: &mut Operand) {
        match place {
            Place::Blank => self.use_value(x),
            Place::Of(ty) => self.assign_to(x, ty),
            Place::New(ident, declared) => {
                let ty = self.initialise(x, declared);
                self.declare_variable(ident, ty);
            }
        }
    }

    fn put_unknown(&mut self, places: &[Place]) {
        for place in places {
            if let Place::New(ident, declared) = place {
                self.declare_variable(*ident, declared.unwrap_or(Ty::UNKNOWN));
            }
        }
    }

    pub(super) fn declare_variable(&mut self, ident: Node, ty: Ty) {
        self.set_local(ident, ty, None);
        self.record_declared(ident, Mode::Var, ty);
    }

    /// `return results`
    pub(super) fn return_stmt(&mut self, node: Node) {
        let values: Vec<Node> = self.tree().children(node).collect();
        let results = self.results.last().cloned().unwrap_or_default();
        let places: Vec<Place> = results.iter().map(|ty| Place::Of(*ty)).collect();
        if !values.is_empty() {
            self.assign(&places, &values, false);
        }
    }

    // Declarations, of packages too: what a package declares is known already, and is only written down.

    /// `var names type = values`
    pub(super) fn var_spec(&mut self, spec: Node) {
        let [names, of_type, values] = self.slots(spec);
        let declared = self.is_there(of_type).then(|| self.type_expr(of_type));
        let places: Vec<Place> = self.list(names).map(|ident| Place::New(ident, declared)).collect();
        let values: Vec<Node> = self.list(values).collect();
        if values.is_empty() {
            self.put_unknown(&places);
        } else {
            self.assign(&places, &values, true);
        }
    }

    /// `const …`
    pub(super) fn const_decl(&mut self, decl: Node) {
        let mut earlier = FxHashMap::default();
        for ((spec, source), iota) in self.constant_specs(decl).into_iter().zip(0..) {
            // Repeated expressions see what stands between them and their source.
            let around = if spec == source { FxHashMap::default() } else { std::mem::take(&mut earlier) };
            let around = std::mem::replace(&mut self.redeclared, around);
            let [names, ..] = self.slots::<3>(spec);
            for (index, ident) in self.list(names).enumerate() {
                let (ty, value) = self.constant(source, index, iota);
                self.record_declared(ident, Mode::Const, ty);
                if !self.is_blank(ident) {
                    self.record_value(ident, value.as_ref());
                }
                self.set_local(ident, ty, value);
            }
            let repeated = std::mem::replace(&mut self.redeclared, around);
            if spec != source {
                earlier = repeated;
            }
            earlier.extend(self.list(names).filter_map(|ident| Some((self.name_of(ident), self.own_local(ident)?))));
        }
    }

    /// `type name[tparams] type` in a function, or where a package has the name already.
    pub(super) fn local_type(&mut self, spec: Node) {
        let [ident, tparams, rhs] = self.slots(spec);
        let place = DeclPlace { file: self.unit.files[self.file].path, span: self.tree().span(ident) };
        let name = self.name_of(ident);
        let object = self.store.new_object(ObjectKind::Type, name, self.unit.pkg, Some(place));
        let ty = if is_alias(self.tree(), spec) {
            let tparams = self.type_params(tparams, None);
            let actual = self.type_expr(rhs);
            self.store.new_alias_for(object, tparams, actual)
        } else {
            let ty = self.store.new_named(object);
            self.set_local(ident, ty, None);
            let tparams = self.type_params(tparams, None);
            if let TypeData::Named(named) = self.store.data(ty) {
                let _ = named.tparams.set(tparams);
                let _ = named.methods.set(Box::default());
                let written = self.type_expr(rhs);
                let _ = named.underlying.set(self.underlying_of_declared(written));
            }
            ty
        };
        let _ = self.store.object(object).ty.set(ty);
        self.set_local(ident, ty, None);
        self.record_declared(ident, Mode::Type, ty);
    }
}

/// The operator of `x op= y`.
fn operator(assign: Op) -> Option<Op> {
    Some(match assign {
        Op::AddAssign => Op::Add,
        Op::SubAssign => Op::Sub,
        Op::MulAssign => Op::Mul,
        Op::DivAssign => Op::Div,
        Op::RemAssign => Op::Rem,
        Op::AndAssign => Op::And,
        Op::OrAssign => Op::Or,
        Op::XorAssign => Op::Xor,
        Op::ShlAssign => Op::Shl,
        Op::ShrAssign => Op::Shr,
        Op::AndNotAssign => Op::AndNot,
        _ => return None,
    })
}
