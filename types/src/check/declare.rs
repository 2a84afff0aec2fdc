//! Declaring: from the declarations of a unit to its objects, their types and values.
//!
//! In: a [`Unit`]; the packages it imports are declared. Out: the scope of its package, or what own tests add to it. First
//! `collect` makes an object for every declaration, without looking at types. Then come types, functions, and at last
//! constants and variables. What a declaration needs is resolved on demand; what needs itself is unknown.
//!
//! **Absent:** bodies of functions, and declarations that nobody can refer to (`_`, `init`, names declared twice).

use super::context::with_stack;
use super::names::Objects;
use super::{Checker, Extension, Mode, Operand, Unit};
use crate::{Flags, ObjId, ObjectKind, Scope, Ty, TypeData};
use rulec_constant::Value;
use rulec_gofront::ObjectId;
use rulec_tree::{Kind, Node, Op};
use rustc_hash::{FxHashMap, FxHashSet};

mod collect;

/// Declares the objects of a unit. For a package its scope is set; what own tests add to their package comes back, and
/// belongs into [`Unit::extension`] of these tests and of external ones.
///
/// The packages that the unit imports must have been declared: what has not been is unknown.
pub fn declare(unit: &Unit<'_>) -> Extension {
    let package = unit.store.package(unit.pkg);
    let is_own_test = package.scope.get().is_some();
    let mut collected = collect::collect(unit);
    let objects = if is_own_test { std::mem::take(&mut collected.objects) } else { Objects::default() };
    let extension = if is_own_test {
        Extension { objects, methods: std::mem::take(&mut collected.extension_methods) }
    } else {
        unit.extension.clone()
    };
    with_stack(|| {
        let mut checker = Checker::new(unit, &extension);
        checker.declaring = Some(Declaring {
            objects: if is_own_test { &extension.objects } else { &collected.objects },
            sites: &collected.sites,
            busy: FxHashSet::default(),
            phase: Phase::Types,
            waiting: 0,
        });
        checker.declare_types(&collected);
        checker.declare_all(&collected.order);
    });
    if is_own_test {
        return extension;
    }
    // Someone else may have been faster, with the same result.
    let _ = package.scope.set(Scope { objects: collected.objects, partial: unit.is_partial, maybe: collected.maybe });
    Extension::default()
}

/// Where an object is declared in the trees of the unit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// An index into the files of the unit.
    file: usize,
    /// The specification, or the declaration of a function.
    node: Node,
    /// Which of the names of the specification it is.
    index: usize,
    /// For constants: the specification whose type and values count, and the value of `iota`.
    source: Node,
    iota: i64,
}

/// The state of declaring.
#[derive(Debug)]
pub(super) struct Declaring<'a> {
    pub(super) objects: &'a Objects,
    sites: &'a FxHashMap<ObjId, Site>,
    /// What is being resolved: asking for it again is a cycle.
    busy: FxHashSet<ObjId>,
    phase: Phase,
    /// How often something could not be found out that may be known when more types are resolved.
    waiting: u32,
}

/// How far declaring has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Types are being resolved; what depends on their structure may be unknown now and known later.
    Types,
    /// No more can become known of types.
    Rest,
}

/// How often types that wait for others are tried again.
const MAX_ROUNDS: usize = 16;

/// What belongs to the declaration being looked at.
struct Context {
    file: usize,
    iota: Option<Value>,
    locals: FxHashMap<ObjectId, super::Local>,
    guards: FxHashMap<Node, Ty>,
    results: Vec<Box<[Ty]>>,
}

impl<'a> Checker<'a> {
    /// Resolves all types. An array length may depend on the size of types that are resolved later: such types wait.
    fn declare_types(&mut self, collected: &'a collect::Collected) {
        let mut pending: Vec<ObjId> = collected.order.clone();
        pending.retain(|object| self.store.object(*object).kind == ObjectKind::Type);
        for _ in 0..MAX_ROUNDS {
            let count = pending.len();
            pending.retain(|object| !self.resolve_type(*object));
            if pending.is_empty() || pending.len() == count {
                break;
            }
        }
        if let Some(declaring) = &mut self.declaring {
            declaring.phase = Phase::Rest;
        }
        for object in pending {
            self.resolve_type(object);
        }
    }

    /// Functions and methods first: constants and variables may need them, and not the other way round, almost.
    fn declare_all(&mut self, order: &[ObjId]) {
        let is_func = |object: &ObjId| matches!(self.store.object(*object).kind, ObjectKind::Func | ObjectKind::Method);
        let (funcs, others): (Vec<ObjId>, Vec<ObjId>) = order.iter().partition(|object| is_func(object));
        for object in funcs.into_iter().chain(others) {
            self.object_type(object);
        }
    }

    /// The type of an object, which is resolved if it is one of this unit that is being declared.
    pub(crate) fn object_type(&mut self, object: ObjId) -> Ty {
        let found = self.store.object(object);
        if found.kind == ObjectKind::Type {
            self.resolve_type(object);
        } else if found.ty.get().is_none() {
            self.resolve_value(object);
        }
        found.ty.get().copied().unwrap_or(Ty::UNKNOWN)
    }

    /// The value of a constant.
    pub(crate) fn object_value(&mut self, object: ObjId) -> Option<Value> {
        self.object_type(object);
        self.store.object(object).value.get().cloned()
    }

    /// The type that an object names, without resolving more of it than a reference needs: of an alias what it stands
    /// for, as that is a part of other types, and of a declared type nothing.
    pub(super) fn type_of_reference(&mut self, object: ObjId) -> Ty {
        let found = self.store.object(object);
        if found.kind != ObjectKind::Type {
            return Ty::UNKNOWN;
        }
        if found.ty.get().is_none() {
            self.resolve_type(object);
        }
        match found.ty.get() {
            Some(ty) => *ty,
            None => {
                self.wait();
                Ty::UNKNOWN
            }
        }
    }

    /// Makes sure that the structure of a declared type is known, if that can be.
    pub(super) fn complete(&mut self, ty: Ty) {
        if self.declaring.is_none() {
            return;
        }
        if let TypeData::Named(named) = self.store.data(self.store.unalias(ty)) {
            self.resolve_type(named.obj);
        }
    }

    /// Notes that something is not known that may be known later.
    pub(super) fn wait(&mut self) {
        if let Some(declaring) = &mut self.declaring {
            declaring.waiting += 1;
        }
    }

    /// Resolves what a type declaration says; no if that must wait for other types.
    fn resolve_type(&mut self, object: ObjId) -> bool {
        let ty = self.store.object(object).ty.get().copied();
        if ty.is_some_and(|ty| self.is_resolved(ty)) {
            return true;
        }
        let resolved = self.at_site(object, |checker, site| {
            let before = checker.waiting();
            match ty {
                Some(ty) => checker.resolve_named(ty, site.node, before),
                None => checker.resolve_alias(object, site.node, before),
            }
        });
        resolved.unwrap_or(false)
    }

    fn is_resolved(&self, ty: Ty) -> bool {
        match self.store.data(ty) {
            TypeData::Named(named) => named.underlying.get().is_some(),
            _ => true,
        }
    }

    /// Whether nothing had to wait since the count was `before`, or waiting is over.
    fn is_settled(&self, before: u32) -> bool {
        let declaring = self.declaring.as_ref();
        declaring.is_none_or(|declaring| declaring.phase == Phase::Rest || declaring.waiting == before)
    }

    fn waiting(&self) -> u32 {
        self.declaring.as_ref().map_or(0, |declaring| declaring.waiting)
    }

    fn resolve_named(&mut self, ty: Ty, spec: Node, before: u32) -> bool {
        let TypeData::Named(named) = self.store.data(ty) else { return true };
        let [_, tparams, rhs] = self.slots(spec);
        let known = named.tparams.get().map_or(&[][..], |tparams| tparams);
        self.type_params(tparams, Some(known));
        let written = self.type_expr(rhs);
        let underlying = self.underlying_of_declared(written);
        if underlying.is_unknown() {
            self.wait_if_waiting(written);
        }
        let settled = self.is_settled(before);
        if settled {
            // The type itself was resolved meanwhile only if it needs itself: then the first answer stays.
            let _ = named.underlying.set(underlying);
        }
        settled
    }

    /// The underlying type of a type that is declared with this type on its right side.
    pub(super) fn underlying_of_declared(&mut self, written: Ty) -> Ty {
        self.complete(written);
        if self.types.is_type_param(written) { Ty::UNKNOWN } else { self.types.underlying(written) }
    }

    /// A declared type on the right side of another one may be waiting itself.
    fn wait_if_waiting(&mut self, written: Ty) {
        let origin = match self.store.data(self.store.unalias(written)) {
            TypeData::Named(named) => named.origin.unwrap_or(written),
            _ => return,
        };
        if !self.is_resolved(self.store.unalias(origin)) {
            self.wait();
        }
    }

    fn resolve_alias(&mut self, object: ObjId, spec: Node, before: u32) -> bool {
        let [_, tparams, rhs] = self.slots(spec);
        let tparams = self.type_params(tparams, None);
        let written = self.type_expr(rhs);
        let settled = self.is_settled(before);
        if settled {
            let alias = self.store.new_alias_for(object, tparams, written);
            let _ = self.store.object(object).ty.set(alias);
        }
        settled
    }

    fn resolve_value(&mut self, object: ObjId) {
        self.at_site(object, |checker, site| match checker.store.object(object).kind {
            ObjectKind::Func | ObjectKind::Method => checker.resolve_func(object, site.node),
            ObjectKind::Const => checker.resolve_const(object, site),
            ObjectKind::Var => checker.resolve_var(object, site),
            _ => {}
        });
    }

    fn resolve_func(&mut self, object: ObjId, decl: Node) {
        let [recv, _, func_type, _] = self.slots(decl);
        if self.is_there(recv) {
            self.receiver(recv, Some(object));
        }
        let ty = self.func_type(func_type, None);
        let _ = self.store.object(object).ty.set(ty);
    }

    fn resolve_const(&mut self, object: ObjId, site: Site) {
        let (ty, value) = self.constant(site.source, site.index, site.iota);
        let found = self.store.object(object);
        if !self.may_change() || (!ty.is_unknown() && value.is_some()) {
            if let Some(value) = value {
                let _ = found.value.set(value);
            }
            let _ = found.ty.set(ty);
        }
    }

    fn resolve_var(&mut self, object: ObjId, site: Site) {
        let ty = self.variable(site.node, site.index);
        if !self.may_change() || !self.store.flags(ty).has(Flags::UNKNOWN) {
            let _ = self.store.object(object).ty.set(ty);
        }
    }

    /// Whether what is unknown now may be known later.
    fn may_change(&self) -> bool {
        self.declaring.as_ref().is_some_and(|declaring| declaring.phase == Phase::Types)
    }

    /// Type and value of one constant of a specification.
    pub(super) fn constant(&mut self, source: Node, index: usize, iota: i64) -> (Ty, Option<Value>) {
        let [_, of_type, values] = self.slots(source);
        let outer = self.iota.replace(Value::from(iota));
        let declared = self.is_there(of_type).then(|| self.type_expr(of_type));
        let result = match self.list(values).nth(index) {
            Some(value) => self.constant_of(declared, value),
            None => (declared.unwrap_or(Ty::UNKNOWN), None),
        };
        self.iota = outer;
        result
    }

    fn constant_of(&mut self, declared: Option<Ty>, value: Node) -> (Ty, Option<Value>) {
        let mut x = self.expr(value, None);
        let is_constant = x.mode == Mode::Const;
        if let Some(declared) = declared {
            self.assign_to(&mut x, declared);
            return (declared, x.value.filter(|_| is_constant));
        }
        if is_constant { (x.ty, x.value) } else { (Ty::UNKNOWN, None) }
    }

    /// The type of one variable of a specification.
    fn variable(&mut self, spec: Node, index: usize) -> Ty {
        let [names, of_type, values] = self.slots(spec);
        if self.is_there(of_type) {
            return self.type_expr(of_type);
        }
        let [count, value_count] = [names, values].map(|list| self.list(list).count());
        if count == value_count {
            let Some(value) = self.list(values).nth(index) else { return Ty::UNKNOWN };
            let mut x = self.expr(value, None);
            return self.initialise(&mut x, None);
        }
        match self.list(values).next() {
            Some(value) if value_count == 1 => {
                let x = self.multi_expr(value);
                self.component(&x, index, count)
            }
            _ => Ty::UNKNOWN,
        }
    }

    /// The type of value number `index` of an expression that must have `count` values.
    pub(super) fn component(&self, x: &Operand, index: usize, count: usize) -> Ty {
        if let TypeData::Tuple(types) = self.store.data(x.ty) {
            return types.get(index).copied().filter(|_| types.len() == count).unwrap_or(Ty::UNKNOWN);
        }
        match (x.mode, count, index) {
            (Mode::CommaOk | Mode::MapIndex, 2, 0) => x.ty,
            (Mode::CommaOk | Mode::MapIndex, 2, 1) => Ty::BOOL,
            _ => Ty::UNKNOWN,
        }
    }

    /// Works where an object is declared; nothing if it is not declared here, is being looked at already, or lies too
    /// deep.
    fn at_site<T>(&mut self, object: ObjId, work: impl FnOnce(&mut Checker<'a>, Site) -> T) -> Option<T> {
        let declaring = self.declaring.as_mut()?;
        let site = *declaring.sites.get(&object)?;
        if !declaring.busy.insert(object) {
            return None;
        }
        let outer = self.enter(site.file);
        let result = self.deeper(|checker| work(checker, site));
        self.leave(outer);
        if let Some(declaring) = &mut self.declaring {
            declaring.busy.remove(&object);
        }
        result
    }

    fn enter(&mut self, file: usize) -> Context {
        Context {
            file: std::mem::replace(&mut self.file, file),
            iota: self.iota.take(),
            locals: std::mem::take(&mut self.locals),
            guards: std::mem::take(&mut self.guards),
            results: std::mem::take(&mut self.results),
        }
    }

    fn leave(&mut self, outer: Context) {
        (self.file, self.iota) = (outer.file, outer.iota);
        (self.locals, self.guards, self.results) = (outer.locals, outer.guards, outer.results);
    }

    /// The constant specifications of a declaration, each with the one whose type and values count for it.
    pub(super) fn constant_specs(&self, decl: Node) -> Vec<(Node, Node)> {
        constant_specs(self.tree(), decl)
    }
}

/// A constant specification without type and values repeats the last one that has them.
///
/// Source: Go specification, "Constant declarations".
fn constant_specs(tree: &rulec_tree::Tree, decl: Node) -> Vec<(Node, Node)> {
    let mut source = None;
    let specs = tree.children(decl).filter(|spec| tree.kind(*spec) == Kind::ConstSpec);
    let with_source = specs.map(|spec| {
        let mut slots = tree.children(spec).skip(1);
        let has_type = slots.next().is_some_and(|of_type| tree.kind(of_type) != Kind::Absent);
        let has_values = slots.next().is_some_and(|values| tree.children(values).next().is_some());
        if has_type || has_values {
            source = Some(spec);
        }
        (spec, source.unwrap_or(spec))
    });
    with_source.collect()
}

/// Whether a type specification is that of an alias.
pub(super) fn is_alias(tree: &rulec_tree::Tree, spec: Node) -> bool {
    tree.op(spec) == Op::Alias
}

/// The name of a type that a receiver is declared with, without parentheses, pointer and type parameters, and whether
/// there is a pointer.
pub(super) fn receiver_base(tree: &rulec_tree::Tree, of_type: Node) -> (Node, bool) {
    let (mut node, mut pointer) = (of_type, false);
    loop {
        match tree.kind(node) {
            Kind::Star => pointer = true,
            Kind::Paren => {}
            Kind::Index => return (Node(node.0 + 1), pointer),
            _ => return (node, pointer),
        }
        node = Node(node.0 + 1);
    }
}

/// Methods by the declared type that they belong to, in source order.
type Methods = FxHashMap<Ty, Vec<ObjId>>;
