//! Expressions: from a row to an [`Operand`], everything below it included.
//!
//! In: an expression, and for some the type that its place asks for. Out: what it is, and rows for it and all its parts.
//! Wrong or unknown parts make unknown what follows from them, never what stands beside them.
//!
//! What stands to the left in an expression is looked at first, and without recursion: from the innermost `a` in
//! `a.b(c)[d] + e` outwards, with a step for each expression around it. Only what stands to the right (`c`, `d`, `e`) is one
//! level deeper.
//!
//! **Absent:** statements, and what type expressions are made of.

use super::{Binding, Checker, Mode, Operand};
use crate::{Name, ObjId, ObjectKind, PackageId, Ty, TypeData};
use rulec_gofront::ObjectId;
use rulec_tree::{Kind, KindSet, Node, Op};

/// Expressions whose first part is an expression that is looked at before them.
const STEPS: KindSet = KindSet::of(&[
    Kind::Binary,
    Kind::Selector,
    Kind::Call,
    Kind::Index,
    Kind::Slice,
    Kind::TypeAssert,
    Kind::Paren,
    Kind::Star,
    Kind::Unary,
]);

/// Expressions that can be nothing but types.
const TYPES: KindSet = KindSet::of(&[
    Kind::StructType,
    Kind::InterfaceType,
    Kind::FuncType,
    Kind::MapType,
    Kind::ChanType,
    Kind::ArrayType,
    Kind::SliceType,
]);

impl<'a> Checker<'a> {
    /// A single value. `hint` is the type of the place where that decides what the expression means: of elements of
    /// composite literals whose own type is left out, and of generic functions that are used as values.
    pub(crate) fn expr(&mut self, node: Node, hint: Option<Ty>) -> Operand {
        self.look_at(node, hint, false).single(self)
    }

    /// A value or several: the type is a tuple then, the empty one for a call without results.
    pub(crate) fn multi_expr(&mut self, node: Node) -> Operand {
        let x = self.look_at(node, None, false);
        match x.mode {
            Mode::Builtin(_) | Mode::Type | Mode::Package => Operand::unknown(node),
            _ => x,
        }
    }

    /// A single value or a type.
    pub(crate) fn expr_or_type(&mut self, node: Node, hint: Option<Ty>) -> Operand {
        let x = self.look_at(node, hint, false);
        if x.mode == Mode::Type { x } else { x.single(self) }
    }

    /// As [`Checker::multi_expr`], but one that may be a generic function.
    pub(super) fn argument(&mut self, node: Node) -> Operand {
        let x = self.look_at(node, None, true);
        match x.mode {
            Mode::Builtin(_) | Mode::Type | Mode::Package | Mode::NoValue => Operand::unknown(node),
            _ => x,
        }
    }

    fn look_at(&mut self, node: Node, hint: Option<Ty>, may_be_generic: bool) -> Operand {
        let found = self.deeper(|checker| checker.leftmost_first(node, hint, may_be_generic));
        found.unwrap_or_else(|| Operand::unknown(node))
    }

    fn leftmost_first(&mut self, whole: Node, hint: Option<Ty>, may_be_generic: bool) -> Operand {
        let tree = self.tree();
        let mut node = whole;
        while STEPS.contains(tree.kind(node)) && !self.is_qualified(node) {
            node = Node(node.0 + 1);
        }
        let hint_of = |node: Node| hint.filter(|_| node == whole);
        let mut x = self.innermost(node, hint_of(node));
        loop {
            // The step around it takes generic functions where it gives them type arguments.
            let takes_generic = match node == whole {
                true => may_be_generic,
                false => matches!(tree.kind(tree.parent(node)), Kind::Call | Kind::Index),
            };
            if !takes_generic {
                self.no_longer_generic(&mut x, hint_of(node));
            }
            self.record(&x);
            if node == whole {
                return x;
            }
            node = tree.parent(node);
            x = self.step(node, x);
        }
    }

    fn step(&mut self, node: Node, x: Operand) -> Operand {
        match self.tree().kind(node) {
            Kind::Paren => Operand { node, ..x },
            Kind::Selector => self.selector(node, x),
            Kind::Call => self.call(node, x),
            Kind::Index => self.index(node, x),
            Kind::Slice => self.slice(node, x.single(self)),
            Kind::TypeAssert => self.type_assertion(node, x.single(self)),
            Kind::Star => self.star(node, x),
            Kind::Unary => {
                let x = x.single(self);
                self.unary(node, x)
            }
            _ => self.binary_step(node, x.single(self)),
        }
    }

    /// What nothing stands to the left of.
    fn innermost(&mut self, node: Node, hint: Option<Ty>) -> Operand {
        match self.tree().kind(node) {
            Kind::Ident => self.ident(node),
            Kind::Selector => self.qualified(node),
            Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::String => self.literal(node),
            Kind::FuncLit => {
                let ty = self.func_literal(node);
                Operand::value(node, ty)
            }
            Kind::CompositeLit => self.composite(node, hint),
            kind if TYPES.contains(kind) => {
                let ty = self.type_expr(node);
                Operand::new(node, Mode::Type, ty)
            }
            _ => Operand::unknown(node),
        }
    }

    /// A generic function stands where only a value can: type arguments come from the type of its place. A generic type
    /// without type arguments is nothing.
    fn no_longer_generic(&mut self, x: &mut Operand, target: Option<Ty>) {
        match x.mode {
            Mode::Value => match target {
                _ if !self.is_generic_func(x.ty) => {}
                target => self.instantiate_for(x, target),
            },
            Mode::Type if self.is_generic_type(x.ty) => *x = Operand::unknown(x.node),
            _ => {}
        }
    }

    pub(super) fn is_generic_func(&self, ty: Ty) -> bool {
        matches!(self.store.data(ty), TypeData::Func(func) if !func.tparams.is_empty())
    }

    fn is_generic_type(&self, ty: Ty) -> bool {
        let is_declared = matches!(self.store.data(ty), TypeData::Named(_) | TypeData::Alias(_));
        is_declared && !self.types.type_params(ty).is_empty()
    }

    // Names.

    fn ident(&mut self, node: Node) -> Operand {
        match self.binding(node) {
            Binding::Local(object) => self.local_value(node, object),
            Binding::Object(object) => {
                self.record_object(node, object);
                self.object_value_at(node, object)
            }
            // Packages stand to the left of a dot only.
            Binding::Package(_) | Binding::Unknown => Operand::unknown(node),
        }
    }

    fn local_value(&mut self, node: Node, object: ObjectId) -> Operand {
        use rulec_gofront::ObjectKind as Local;
        let Some(local) = self.local(object) else { return Operand::unknown(node) };
        let mode = match self.file().names.get(object).kind {
            Local::Const => Mode::Const,
            Local::Var | Local::Param | Local::Result | Local::Receiver => Mode::Var,
            Local::Type | Local::TypeParam => Mode::Type,
            _ => Mode::Unknown,
        };
        Operand { node, mode, ty: local.ty, value: local.value }
    }

    /// What an identifier or qualified name is that names this object.
    pub(super) fn object_value_at(&mut self, node: Node, object: ObjId) -> Operand {
        let (kind, pkg, name) = {
            let object = self.store.object(object);
            (object.kind, object.pkg, object.name)
        };
        let mode = match kind {
            ObjectKind::Const if pkg == PackageId::UNIVERSE => return self.predeclared_const(node, object, name),
            ObjectKind::Const => Mode::Const,
            ObjectKind::Var => Mode::Var,
            ObjectKind::Func => Mode::Value,
            ObjectKind::Type => Mode::Type,
            ObjectKind::Builtin(builtin) => return Operand::new(node, Mode::Builtin(builtin), Ty::UNKNOWN),
            ObjectKind::Nil => return Operand::new(node, Mode::Nil, Ty::UNTYPED_NIL),
            ObjectKind::Method => Mode::Unknown,
        };
        let ty = self.object_type(object);
        let value = if mode == Mode::Const { self.object_value(object) } else { None };
        Operand { node, mode, ty, value }
    }

    /// `true`, `false` or `iota`, which is a constant in constant declarations only.
    fn predeclared_const(&self, node: Node, object: ObjId, name: Name) -> Operand {
        let value = self.store.object(object).value.get().cloned();
        let is_iota = value.is_none();
        debug_assert!(!is_iota || self.store.str(name) == "iota", "all others have a value");
        match if is_iota { self.iota.clone() } else { value } {
            Some(value) => Operand::constant(node, if is_iota { Ty::UNTYPED_INT } else { Ty::UNTYPED_BOOL }, value),
            None => Operand::unknown(node),
        }
    }

    // Small steps.

    /// What `x op= y` computes; both sides are recorded.
    pub(crate) fn binary(&mut self, op: Op, x: Node, y: Node) -> Operand {
        let left = self.expr(x, None);
        let right = self.expr(y, None);
        self.binary_op(left, right, op, x)
    }

    /// What `x++` and `x--` compute.
    pub(crate) fn inc_dec(&mut self, x: Node) -> Operand {
        self.expr(x, None)
    }

    fn binary_step(&mut self, node: Node, x: Operand) -> Operand {
        let tree = self.tree();
        let y = self.expr(tree.end(Node(node.0 + 1)), None);
        self.binary_op(x, y, tree.op(node), node)
    }

    /// `*x`: what a pointer points to, or a pointer type.
    fn star(&mut self, node: Node, x: Operand) -> Operand {
        if x.mode == Mode::Type {
            return Operand::new(node, Mode::Type, self.store.pointer(x.ty));
        }
        let x = x.single(self);
        match self.types.core_type(x.ty).map(|core| self.store.data(core)) {
            Some(TypeData::Pointer(base)) => Operand::new(node, Mode::Var, *base),
            _ => Operand::unknown(node),
        }
    }

    /// `x.(T)`
    fn type_assertion(&mut self, node: Node, x: Operand) -> Operand {
        let [_, wanted] = self.slots(node);
        if self.tree().kind(wanted) == Kind::Absent {
            return Operand::unknown(node);
        }
        let ty = self.type_expr(wanted);
        let possible = x.is_unknown() || self.types.is_unknown(x.ty) || self.types.is_interface(x.ty);
        match possible {
            true => Operand::new(node, Mode::CommaOk, ty),
            false => Operand::unknown(node),
        }
    }

    /// Whether it is `package.Name`.
    fn is_qualified(&mut self, node: Node) -> bool {
        let tree = self.tree();
        let x = Node(node.0 + 1);
        tree.kind(node) == Kind::Selector
            && tree.kind(x) == Kind::Ident
            && matches!(self.binding(x), Binding::Package(_))
    }

    fn qualified(&mut self, node: Node) -> Operand {
        let [package, name] = self.slots(node);
        let Binding::Package(known) = self.binding(package) else { return Operand::unknown(node) };
        self.record_name(package, Mode::Package, Ty::UNKNOWN);
        let object = known.and_then(|known| self.package_object(known, self.name_of(name)));
        let Some(object) = object.filter(|object| self.store.is_exported(self.store.object(*object).name)) else {
            return Operand::unknown(node);
        };
        self.record_object(name, object);
        let x = self.object_value_at(node, object);
        self.record_name(name, x.mode, x.ty);
        self.record_value(name, x.value.as_ref());
        x
    }

    // What cannot be made sense of.

    /// Looks at expressions whose place is not known, so that what they are made of is known all the same.
    pub(super) fn look_into(&mut self, nodes: impl IntoIterator<Item = Node>) {
        for node in nodes {
            let mut x = self.expr_or_type(node, None);
            self.use_unknown(&mut x);
        }
    }
}
