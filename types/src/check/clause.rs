//! Statements with clauses, and `range`.
//!
//! Source: Go specification, "Switch statements", "Select statements", "For statements with range clause".

use super::assign::Place;
use super::{Binding, Checker, Mode, Operand};
use crate::{Basic, ObjectKind, Ty, TypeData};
use rulec_constant::Value;
use rulec_tree::{Kind, Node, Op};

impl Checker<'_> {
    /// `switch init; tag { … }`
    pub(super) fn switch(&mut self, node: Node) {
        let [init, tag, body] = self.slots(node);
        self.stmt(init);
        let tag = if self.is_there(tag) {
            let mut x = self.expr(tag, None);
            self.use_value(&mut x);
            x
        } else {
            Operand { node: body, mode: Mode::Const, ty: Ty::BOOL, value: Some(Value::from(true)) }
        };
        for clause in self.clauses(body, Kind::Case) {
            let [values] = self.slots(clause);
            for value in self.list(values) {
                let mut value = self.expr(value, None);
                self.switch_case(&tag, &mut value);
            }
            self.clause_body(clause);
        }
    }

    /// `switch init; name := x.(type) { … }`
    pub(super) fn type_switch(&mut self, node: Node) {
        let [init, name, x, body] = self.slots(node);
        self.stmt(init);
        let x = self.expr(x, None);
        for clause in self.clauses(body, Kind::Case) {
            let [types] = self.slots(clause);
            let ty = self.case_type(types, &x);
            if self.kind(name) == Kind::Ident {
                self.guards.insert(name, ty);
            }
            self.clause_body(clause);
        }
    }

    /// The type that the variable of a type switch has in a clause with these types: the type if there is one, else that
    /// of `x`.
    fn case_type(&mut self, types: Node, x: &Operand) -> Ty {
        let mut only = None;
        for (at, node) in self.list(types).enumerate() {
            let is_nil = self.is_nil_name(node);
            let ty = if is_nil { self.expr(node, None).ty } else { self.type_expr(node) };
            only = (at == 0 && !is_nil).then_some(ty);
        }
        only.unwrap_or(x.ty)
    }

    /// Whether it is the predeclared `nil`.
    fn is_nil_name(&mut self, node: Node) -> bool {
        let ident = self.tree().unparen(node);
        let is_ident = self.kind(ident) == Kind::Ident;
        match is_ident.then(|| self.binding(ident)) {
            Some(Binding::Object(object)) => self.store.object(object).kind == ObjectKind::Nil,
            _ => false,
        }
    }

    /// `select { … }`
    pub(super) fn select(&mut self, node: Node) {
        let [body] = self.slots(node);
        for clause in self.clauses(body, Kind::Comm) {
            let [comm] = self.slots(clause);
            self.stmt(comm);
            self.clause_body(clause);
        }
    }

    fn clauses(&self, body: Node, kind: Kind) -> Vec<Node> {
        let tree = self.tree();
        tree.children(body).filter(|clause| tree.kind(*clause) == kind).collect()
    }

    /// `for key, value := range x { }`
    pub(super) fn range_stmt(&mut self, node: Node) {
        let [key, value, x, body] = self.slots(node);
        let mut x = self.expr(x, None);
        let types = self.range_types(x.ty);
        let is_integer = self.types.basic(x.ty).is_some_and(Basic::is_integer) && !self.types.is_type_param(x.ty);
        let defines = self.tree().op(node) == Op::Define;
        let mut has_variable = false;
        for (target, ty) in [(key, types.0), (value, types.1)] {
            if !self.is_there(target) {
                continue;
            }
            let place = self.range_place(target, defines);
            match ty {
                // The number of rounds has the type of the variable that counts them.
                Some(_) if is_integer => self.put(place, &mut x),
                _ => self.put(place, &mut Operand::value(target, ty.unwrap_or(Ty::UNKNOWN))),
            }
            has_variable = true;
        }
        if is_integer && !has_variable {
            self.use_value(&mut x);
        }
        self.stmt(body);
    }

    fn range_place(&mut self, target: Node, defines: bool) -> Place {
        match defines && self.kind(target) == Kind::Ident {
            true if self.is_blank(target) => Place::Blank,
            true => Place::New(target, None),
            false => self.place(target, false),
        }
    }

    /// The types of the values that ranging over a value of type `ty` gives; none where there is no such value.
    fn range_types(&self, ty: Ty) -> (Option<Ty>, Option<Ty>) {
        let Some(core) = self.types.core_type(ty) else { return (None, None) };
        let data = match self.store.data(core) {
            TypeData::Pointer(base) => match self.types.under(*base) {
                array @ TypeData::Array { .. } => array,
                _ => return (None, None),
            },
            data => data,
        };
        match data {
            TypeData::Basic(basic) if basic.is_string() => (Some(Ty::INT), Some(Ty::RUNE)),
            TypeData::Basic(basic) if basic.is_integer() => (Some(ty), None),
            TypeData::Array { elem, .. } | TypeData::Slice(elem) => (Some(Ty::INT), Some(*elem)),
            TypeData::Map { key, elem } => (Some(*key), Some(*elem)),
            TypeData::Chan { elem, .. } => (Some(*elem), None),
            TypeData::Func(func) => self.yield_types(&func.params),
            _ => (None, None),
        }
    }

    /// The types of the parameters of `yield`.
    fn yield_types(&self, params: &[Ty]) -> (Option<Ty>, Option<Ty>) {
        let [of_yield] = params else { return (None, None) };
        match self.types.core_type(*of_yield).map(|ty| self.store.data(ty)) {
            Some(TypeData::Func(func)) => (func.params.first().copied(), func.params.get(1).copied()),
            _ => (None, None),
        }
    }
}
