//! Calls `f(x)`, conversions `T(x)`, and generic functions that get their type arguments.
//!
//! Type arguments come from those written, from the arguments of a call, and from the type of the place where a generic
//! function is used as a value. Where they cannot be found out, what depends on them is unknown, and the rest is not.
//!
//! Source: Go specification, "Calls", "Passing arguments to ... parameters", "Conversions", "Instantiations", "Type
//! inference".

use super::operand::computed_mode;
use super::{Checker, Mode, Operand};
use crate::{Basic, Func, Ty, TypeData};
use rulec_tree::{Kind, Node, Op, Tri};

impl<'a> Checker<'a> {
    /// `callee(…)`: a call or a conversion.
    pub(super) fn call(&mut self, node: Node, callee: Operand) -> Operand {
        match callee.mode {
            Mode::Type => return self.conversion_call(node, callee.ty),
            Mode::Builtin(builtin) => return self.builtin(node, builtin),
            _ => {}
        }
        let callee = callee.single(self);
        let core = self.types.core_type(callee.ty).map(|core| self.store.data(core));
        let result = match core {
            Some(TypeData::Func(func)) if func.tparams.is_empty() => {
                self.plain_arguments(node, func);
                self.result(node, func)
            }
            Some(TypeData::Func(_)) => self.generic_call(node, callee),
            _ => {
                let args = self.values(node);
                self.use_all_unknown(args);
                // What is not known at all may be a type, and this a conversion.
                let mode = if callee.mode == Mode::Unknown { Mode::Unknown } else { Mode::Value };
                Operand::new(node, mode, Ty::UNKNOWN)
            }
        };
        self.has_call = true;
        result
    }

    fn result(&self, node: Node, func: &Func) -> Operand {
        match &*func.results {
            [] => Operand::new(node, Mode::NoValue, Ty::EMPTY_TUPLE),
            [only] => Operand::value(node, *only),
            several => Operand::value(node, self.store.tuple(several)),
        }
    }

    // Arguments.

    /// The arguments of a call that are values, those of `f(g())` one by one. None of them has been converted.
    pub(super) fn values(&mut self, node: Node) -> Vec<Operand> {
        let tree = self.tree();
        let mut values = Vec::new();
        for arg in tree.tail(node) {
            let mut x = self.argument(arg);
            self.complete_instantiation(&mut x);
            match self.tuple(x.ty) {
                Some(types) if tree.tail(node).nth(1).is_none() => {
                    values.extend(types.iter().map(|ty| Operand::value(arg, *ty)));
                }
                _ => values.push(x.single(self)),
            }
        }
        values
    }

    pub(super) fn use_all_unknown(&mut self, values: Vec<Operand>) {
        for mut x in values {
            self.use_unknown(&mut x);
        }
    }

    /// Whether the last argument is `xs...`.
    pub(super) fn is_spread(&self, node: Node) -> bool {
        self.tree().op(node) == Op::Spread
    }

    fn plain_arguments(&mut self, node: Node, func: &Func) {
        let spread = self.is_spread(node);
        for (number, mut x) in self.values(node).into_iter().enumerate() {
            let param = self.param(func, number, spread);
            self.assign_to(&mut x, param);
        }
    }

    /// The type that argument `number` is passed to.
    fn param(&self, func: &Func, number: usize, spread: bool) -> Ty {
        let last = func.params.len().wrapping_sub(1);
        if !func.variadic || spread || number < last {
            return func.params.get(number).copied().unwrap_or(Ty::UNKNOWN);
        }
        match func.params.last().map(|ty| self.types.under(*ty)) {
            Some(TypeData::Slice(elem)) => *elem,
            _ => Ty::UNKNOWN,
        }
    }

    // Generic functions.

    fn generic_call(&mut self, node: Node, callee: Operand) -> Operand {
        let TypeData::Func(func) = self.store.data(callee.ty) else { return Operand::unknown(node) };
        let known = self.written_type_args(callee.node);
        let mut values = self.values(node);
        let spread = self.is_spread(node);
        let params: Vec<Ty> = (0..values.len()).map(|number| self.param(func, number, spread)).collect();
        let args: Vec<Ty> = values.iter().map(|x| x.ty).collect();
        let inferred = self.types.infer(&func.tparams, &known, &params, &args);
        let type_args = match &inferred {
            Some(inferred) => inferred.args.clone(),
            None => known_or_unknown(func, &known),
        };
        let instance = self.types.instantiate(callee.ty, &type_args);
        self.record_type(callee.node, Mode::Value, instance);
        if inferred.is_some() {
            self.record_type_args(callee.node, &type_args);
        }
        for (number, x) in values.iter_mut().enumerate() {
            let instance = inferred.as_ref().and_then(|inferred| inferred.arg_instances.get(number)?.as_deref());
            if let Some(args) = instance {
                self.instantiate_value(x, args);
            }
            let param = params.get(number).map_or(Ty::UNKNOWN, |ty| self.types.subst(*ty, &func.tparams, &type_args));
            self.assign_to(x, param);
        }
        match self.store.data(instance) {
            TypeData::Func(func) => self.result(node, func),
            _ => Operand::unknown(node),
        }
    }

    /// `f[A, B]`: with all type arguments an instance, with some the generic function still.
    pub(super) fn instantiation(&mut self, node: Node, x: Operand) -> Operand {
        let args: Vec<Ty> = self.written_type_args(node).into_iter().flatten().collect();
        let count = self.types.type_params(x.ty).len();
        if args.len() > count {
            return Operand::unknown(node);
        }
        if args.len() < count {
            return Operand { node, ..x };
        }
        self.record_type_args(node, &args);
        Operand::value(node, self.types.instantiate(x.ty, &args))
    }

    /// The type arguments that `f[A]` leaves out may follow from the constraints of the others.
    fn complete_instantiation(&mut self, x: &mut Operand) {
        let tree = self.tree();
        if x.mode != Mode::Value || tree.kind(x.node) != Kind::Index || !self.is_generic_func(x.ty) {
            return;
        }
        let known = self.written_type_args(x.node);
        if let Some(inferred) = self.types.infer(self.types.type_params(x.ty), &known, &[], &[]) {
            self.instantiate_value(x, &inferred.args);
        }
    }

    /// The type arguments that `f[A, B]` writes; none where there is no index.
    fn written_type_args(&mut self, node: Node) -> Vec<Option<Ty>> {
        let tree = self.tree();
        match tree.kind(node) {
            Kind::Index => tree.tail(node).map(|arg| Some(self.type_expr(arg))).collect(),
            _ => Vec::new(),
        }
    }

    /// A generic function is used as a value of type `target`, or of no type that would be known from its place.
    pub(super) fn instantiate_for(&mut self, x: &mut Operand, target: Option<Ty>) {
        let TypeData::Func(func) = self.store.data(x.ty) else { return };
        if func.tparams.is_empty() {
            return;
        }
        let known = self.written_type_args(x.node);
        let target = target.map(|target| self.types.underlying(target));
        let target = target.filter(|target| matches!(self.store.data(*target), TypeData::Func(_)));
        let own = [self.types.without_type_params(func)];
        let inferred = match target {
            Some(target) => self.types.infer(&func.tparams, &known, &own, &[target]),
            None => self.types.infer(&func.tparams, &known, &[], &[]),
        };
        match inferred {
            Some(inferred) => self.instantiate_value(x, &inferred.args),
            None => {
                *x = Operand::unknown(x.node);
                self.record(x);
            }
        }
    }

    fn instantiate_value(&mut self, x: &mut Operand, args: &[Ty]) {
        x.ty = self.types.instantiate(x.ty, args);
        self.record(x);
        self.record_type_args(x.node, args);
    }

    /// Writes down type arguments with the name of the function that gets them.
    fn record_type_args(&mut self, node: Node, args: &[Ty]) {
        let tree = self.tree();
        let mut node = node;
        while matches!(tree.kind(node), Kind::Index | Kind::Paren) {
            node = Node(node.0 + 1);
        }
        if tree.kind(node) == Kind::Selector {
            let [_, name] = self.slots(node);
            node = name;
        }
        self.record_instance(node, args);
    }

    // Conversions.

    fn conversion_call(&mut self, node: Node, ty: Ty) -> Operand {
        let tree = self.tree();
        let mut args = tree.tail(node);
        let (Some(arg), None) = (args.next(), args.next()) else {
            self.look_into(tree.tail(node));
            return Operand::value(node, ty);
        };
        let x = self.expr(arg, None);
        self.conversion(node, x, ty)
    }

    fn conversion(&mut self, node: Node, x: Operand, ty: Ty) -> Operand {
        let mut x = x;
        if x.is_unknown() || self.types.is_unknown(ty) {
            self.use_unknown(&mut x);
            let may_be_const = self.types.basic(ty).is_none_or(Basic::is_const_type);
            return Operand::new(node, if may_be_const { computed_mode([&x]) } else { Mode::Value }, ty);
        }
        let is_param = self.types.is_type_param(ty);
        let const_type = self.types.basic(ty).filter(|basic| !is_param && basic.is_const_type());
        let result = match const_type {
            Some(basic) if x.is_const() => match self.converted(&x, basic) {
                Some(value) => Operand { node, mode: Mode::Const, ty, value },
                None => return Operand::unknown(node),
            },
            _ if self.types.convertible(x.ty, x.value.as_ref(), ty) == Tri::No => return Operand::unknown(node),
            _ => Operand::value(node, ty),
        };
        if x.is_untyped() {
            let is_kept = x.is_const() && self.all_basic(ty, Basic::is_string) == Tri::Yes && is_integer(x.ty);
            let last = match () {
                _ if self.types.is_interface(ty) || x.is_nil() => self.types.default_type(x.ty),
                _ if x.is_const() && const_type.is_none() => self.types.default_type(x.ty),
                _ if is_kept => x.ty,
                _ => ty,
            };
            self.update_type(x.node, last);
        }
        result
    }
}

fn is_integer(ty: Ty) -> bool {
    matches!(ty, Ty::UNTYPED_INT | Ty::UNTYPED_RUNE)
}

/// Type arguments where not all could be found out.
fn known_or_unknown(func: &Func, known: &[Option<Ty>]) -> Vec<Ty> {
    (0..func.tparams.len()).map(|number| known.get(number).copied().flatten().unwrap_or(Ty::UNKNOWN)).collect()
}
