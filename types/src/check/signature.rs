//! Signatures: receivers, parameters, results, and the functions they belong to.
//!
//! In: a function type or a receiver. Out: its type; named parameters become known as local objects.
//!
//! Source: Go specification, "Function types", "Method declarations".

use super::declare::receiver_base;
use super::{Checker, Mode};
use crate::{Func, ObjId, Ty, TypeData};
use rulec_tree::{Kind, Node};

impl Checker<'_> {
    /// The type of a function with this signature; its type parameters are `known` ones if they have been made already.
    pub(super) fn func_type(&mut self, node: Node, known: Option<&[Ty]>) -> Ty {
        let [tparams, params, results] = self.slots(node);
        let tparams = self.type_params(tparams, known);
        let (params, variadic) = self.params(params, true);
        let (results, _) = self.params(results, false);
        self.store.func(Func { tparams, params: params.into(), results: results.into(), variadic })
    }

    /// The type of a function literal. Its body is looked at only where something is recorded.
    pub(crate) fn func_literal(&mut self, node: Node) -> Ty {
        let [of_type, body] = self.slots(node);
        let ty = self.type_expr(of_type);
        let has_call = self.has_call;
        self.func_body(ty, body);
        self.has_call = has_call;
        ty
    }

    /// Looks at the body of a function of type `ty`.
    pub(super) fn func_body(&mut self, ty: Ty, body: Node) {
        if self.rows.is_none() || self.kind(body) != Kind::Block {
            return;
        }
        let results = match self.store.data(ty) {
            TypeData::Func(func) => func.results.clone(),
            _ => Box::default(),
        };
        self.results.push(results);
        self.block(body);
        self.results.pop();
    }

    /// The types of parameters or results, and whether the last one is `...T`.
    fn params(&mut self, list: Node, may_be_variadic: bool) -> (Vec<Ty>, bool) {
        let tree = self.tree();
        let fields: Vec<Node> = self.list(list).filter(|field| tree.kind(*field) == Kind::Field).collect();
        let mut types = Vec::with_capacity(fields.len());
        let mut variadic = false;
        for (at, field) in fields.iter().enumerate() {
            let [names, of_type, _] = self.slots(*field);
            let idents: Vec<Node> = tree.children(names).collect();
            let is_last = may_be_variadic && at + 1 == fields.len() && idents.len() <= 1;
            let ty = if is_last && self.kind(of_type) == Kind::Variadic {
                variadic = true;
                self.variadic(of_type)
            } else {
                self.type_expr(of_type)
            };
            for ident in &idents {
                self.set_local(*ident, ty, None);
                self.record_declared(*ident, Mode::Var, ty);
            }
            types.extend(std::iter::repeat_n(ty, idents.len().max(1)));
        }
        (types, variadic)
    }

    fn variadic(&mut self, node: Node) -> Ty {
        let elem = self.type_expr(Node(node.0 + 1));
        let ty = self.store.slice(elem);
        self.record_type(node, Mode::Type, ty);
        ty
    }

    /// Looks at the receiver of a method, and declares the type parameters that it names. They belong to `method`, if that
    /// is known to others.
    pub(super) fn receiver(&mut self, recv: Node, method: Option<ObjId>) {
        let tree = self.tree();
        let Some(field) = self.list(recv).next().filter(|field| tree.kind(*field) == Kind::Field) else { return };
        let [names, of_type, _] = self.slots(field);
        let (base, _) = receiver_base(tree, of_type);
        let index = tree.parent(base);
        let ty = if self.kind(index) == Kind::Index && base.0 == index.0 + 1 {
            self.generic_receiver(of_type, index, method)
        } else {
            self.type_expr(of_type)
        };
        for ident in tree.children(names) {
            self.set_local(ident, ty, None);
            self.record_declared(ident, Mode::Var, ty);
        }
    }

    /// `*Generic[A, B]`, which declares `A` and `B`.
    fn generic_receiver(&mut self, of_type: Node, index: Node, method: Option<ObjId>) -> Ty {
        let base = Node(index.0 + 1);
        let generic = self.generic_type(base);
        let tparams = self.receiver_tparams(index, method);
        let of_generic = self.types.type_params(generic);
        if tparams.len() != of_generic.len() || !matches!(self.store.data(generic), TypeData::Named(_)) {
            return self.record_receiver(of_type, Ty::UNKNOWN);
        }
        for (own, theirs) in tparams.iter().zip(of_generic) {
            let constraint = match self.store.data(*theirs) {
                TypeData::TypeParam(param) => param.constraint.get().copied().unwrap_or(Ty::UNKNOWN),
                _ => Ty::UNKNOWN,
            };
            let constraint = self.types.subst(constraint, of_generic, &tparams);
            self.constrain(*own, constraint);
        }
        let instance = self.types.instantiate(generic, &tparams);
        self.record_instance(self.instance_ident(base), &tparams);
        self.record_receiver(of_type, instance)
    }

    /// The type parameters in the brackets of a receiver; those of the method if they have been made already.
    fn receiver_tparams(&mut self, index: Node, method: Option<ObjId>) -> Box<[Ty]> {
        let tree = self.tree();
        let known = method.and_then(|method| self.store.object(method).recv_tparams.get());
        let mut tparams = Vec::new();
        for (at, ident) in tree.tail(index).enumerate() {
            let name = self.name_of(ident);
            let known = known.and_then(|known| known.get(at).copied());
            let ty = known.unwrap_or_else(|| self.store.new_type_param(name, at as u32));
            self.set_local(ident, ty, None);
            self.record_type(ident, Mode::Type, ty);
            tparams.push(ty);
        }
        let tparams: Box<[Ty]> = tparams.into();
        if let Some(method) = method {
            let _ = self.store.object(method).recv_tparams.set(tparams.clone());
        }
        tparams
    }

    /// Writes down the type of a receiver around an instance of a generic type, and gives it.
    fn record_receiver(&mut self, of_type: Node, instance: Ty) -> Ty {
        let mut around = Vec::new();
        let mut node = of_type;
        while matches!(self.kind(node), Kind::Paren | Kind::Star) {
            around.push(node);
            node = Node(node.0 + 1);
        }
        self.record_type(node, Mode::Type, instance);
        let mut ty = instance;
        for node in around.into_iter().rev() {
            if self.kind(node) == Kind::Star {
                ty = self.store.pointer(ty);
            }
            self.record_type(node, Mode::Type, ty);
        }
        ty
    }
}
