//! Type expressions to types.
//!
//! In: a node where a type must stand. Out: the type, unknown where there is none; every type expression inside gets its
//! row. A reference to a declared type gives the type without looking at its declaration.
//!
//! Source: Go specification, "Types", "Type parameter declarations", "Instantiations".

use super::{Binding, Checker, Mode};
use crate::{ChanDir, Field, Method, Name, PackageId, Term, Ty, TypeData};
use rulec_tree::{Kind, Node, Op};
use rustc_hash::FxHashSet;

/// A union of more terms is not known, as in `go/types`.
const MAX_TERMS: usize = 100;

impl Checker<'_> {
    /// The type that a type expression denotes.
    pub(crate) fn type_expr(&mut self, node: Node) -> Ty {
        let ty = self.type_of(node);
        let is_generic = !self.types.type_params(ty).is_empty();
        // A generic type must be instantiated.
        let ty = if is_generic && self.names_type(ty) { Ty::UNKNOWN } else { ty };
        self.record_type(node, Mode::Type, ty);
        ty
    }

    /// The type that a type expression denotes, which may be generic and not instantiated.
    pub(crate) fn generic_type(&mut self, node: Node) -> Ty {
        let ty = self.type_of(node);
        self.record_type(node, Mode::Type, ty);
        ty
    }

    /// The type of the array literal `[...]T{ }`, whose length its elements tell.
    pub(crate) fn array_of_length(&mut self, node: Node, len: Option<u64>) -> Ty {
        let [_, elem] = self.slots(node);
        let elem = self.type_expr(elem);
        let ty = self.store.array(len, elem);
        self.record_type(node, Mode::Type, ty);
        ty
    }

    fn names_type(&self, ty: Ty) -> bool {
        matches!(self.store.data(ty), TypeData::Named(_) | TypeData::Alias(_))
    }

    fn type_of(&mut self, node: Node) -> Ty {
        self.deeper(|checker| checker.type_of_kind(node)).unwrap_or(Ty::UNKNOWN)
    }

    fn type_of_kind(&mut self, node: Node) -> Ty {
        let first = Node(node.0 + 1);
        match self.kind(node) {
            Kind::Ident => self.type_name(node),
            Kind::Selector => self.qualified_type(node),
            Kind::Index => self.instance(node),
            Kind::Paren => self.type_expr(first),
            Kind::Star => {
                let base = self.type_expr(first);
                self.store.pointer(base)
            }
            Kind::SliceType => {
                let elem = self.type_expr(first);
                self.store.slice(elem)
            }
            Kind::ArrayType => {
                let [len, elem] = self.slots(node);
                let len = self.array_length(len);
                let elem = self.type_expr(elem);
                self.store.array(len, elem)
            }
            Kind::MapType => {
                let [key, elem] = self.slots(node).map(|part| self.type_expr(part));
                self.store.map(key, elem)
            }
            Kind::ChanType => {
                let dir = match self.tree().op(node) {
                    Op::SendOnly => ChanDir::Send,
                    Op::RecvOnly => ChanDir::Recv,
                    _ => ChanDir::Both,
                };
                let elem = self.type_expr(first);
                self.store.chan(dir, elem)
            }
            Kind::FuncType => self.func_type(node, None),
            Kind::StructType => self.struct_type(node),
            Kind::InterfaceType => self.interface_type(node),
            // `...T` where no parameter is: what it is made of is a type all the same.
            Kind::Variadic => {
                if self.is_there(first) {
                    self.type_expr(first);
                }
                Ty::UNKNOWN
            }
            Kind::Absent | Kind::Bad => Ty::UNKNOWN,
            // No type; what stands there has its types.
            _ => {
                self.expr(node, None);
                Ty::UNKNOWN
            }
        }
    }

    // Names.

    fn type_name(&mut self, ident: Node) -> Ty {
        match self.binding(ident) {
            Binding::Local(object) => {
                let kind = self.file().names.get(object).kind;
                let is_type = matches!(kind, rulec_gofront::ObjectKind::Type | rulec_gofront::ObjectKind::TypeParam);
                self.local(object).filter(|_| is_type).map_or(Ty::UNKNOWN, |local| local.ty)
            }
            Binding::Object(object) => {
                self.record_object(ident, object);
                self.type_of_reference(object)
            }
            Binding::Package(_) | Binding::Unknown => Ty::UNKNOWN,
        }
    }

    /// `package.Type`
    fn qualified_type(&mut self, node: Node) -> Ty {
        let [x, name] = self.slots(node);
        if self.kind(x) == Kind::Ident
            && let Binding::Package(package) = self.binding(x)
        {
            self.record_name(x, Mode::Package, Ty::UNKNOWN);
            return package.map_or(Ty::UNKNOWN, |package| self.imported_type(package, name));
        }
        // No type; what stands there has its types.
        self.expr(node, None);
        Ty::UNKNOWN
    }

    fn imported_type(&mut self, package: PackageId, ident: Node) -> Ty {
        let name = self.name_of(ident);
        let found = self.package_object(package, name).filter(|_| self.store.is_exported(name));
        let Some(object) = found else { return Ty::UNKNOWN };
        let ty = self.type_of_reference(object);
        self.record_object(ident, object);
        self.record_name(ident, Mode::Type, ty);
        ty
    }

    // Instances.

    /// `Generic[A, B]`
    fn instance(&mut self, node: Node) -> Ty {
        let base = Node(node.0 + 1);
        let generic = self.generic_type(base);
        let args = self.type_args(node);
        let is_generic = self.names_type(generic) && self.types.type_params(generic).len() == args.len();
        if !is_generic || args.is_empty() {
            return Ty::UNKNOWN;
        }
        self.record_instance(self.instance_ident(base), &args);
        self.types.instantiate(generic, &args)
    }

    /// The types in the brackets of an index expression.
    pub(crate) fn type_args(&mut self, node: Node) -> Vec<Ty> {
        let tree = self.tree();
        tree.tail(node).map(|arg| self.type_expr(arg)).collect()
    }

    /// The identifier that names what is instantiated: the last one of a qualified name.
    pub(super) fn instance_ident(&self, base: Node) -> Node {
        match self.kind(base) {
            Kind::Selector => self.slots::<2>(base)[1],
            _ => base,
        }
    }

    // Arrays.

    /// The length of an array type; none where it is no constant or not known.
    fn array_length(&mut self, node: Node) -> Option<u64> {
        if self.kind(node) == Kind::Variadic {
            return None;
        }
        let value = self.const_expr(node);
        let len = value.and_then(|value| value.to_int().as_u64()).filter(|len| *len <= self.max_length());
        if len.is_none() {
            self.wait();
        }
        len
    }

    /// The largest `int`.
    fn max_length(&self) -> u64 {
        if self.unit.word_bytes == 4 { i32::MAX as u64 } else { i64::MAX as u64 }
    }

    // Structs.

    fn struct_type(&mut self, node: Node) -> Ty {
        let tree = self.tree();
        let mut fields = Vec::new();
        let mut seen = FxHashSet::default();
        for field in tree.children(node).filter(|field| tree.kind(*field) == Kind::Field) {
            let [names, of_type, tag] = self.slots(field);
            let ty = self.type_expr(of_type);
            let tag = if self.kind(tag) == Kind::String { self.name_of(tag) } else { Name::EMPTY };
            let pkg = self.unit.pkg;
            let mut is_embedded = true;
            for ident in tree.children(names) {
                is_embedded = false;
                self.record_declared(ident, Mode::Var, ty);
                let name = self.name_of(ident);
                if name == Name::BLANK || seen.insert(name) {
                    fields.push(Field { name, pkg, ty, embedded: false, tag });
                }
            }
            if is_embedded {
                let name = self.embedded_name(of_type);
                if name == Name::BLANK || seen.insert(name) {
                    fields.push(Field { name, pkg, ty, embedded: true, tag });
                }
            }
        }
        self.store.structure(fields)
    }

    /// The name of an embedded field: that of its type. `_` where there is none, which wrong code alone has.
    fn embedded_name(&self, of_type: Node) -> Name {
        let mut node = if self.kind(of_type) == Kind::Star { Node(of_type.0 + 1) } else { of_type };
        loop {
            match self.kind(node) {
                Kind::Ident => return self.name_of(node),
                Kind::Index => node = Node(node.0 + 1),
                Kind::Selector => return self.name_of(self.slots::<2>(node)[1]),
                _ => return Name::BLANK,
            }
        }
    }

    // Interfaces and constraints.

    fn interface_type(&mut self, node: Node) -> Ty {
        let tree = self.tree();
        let (mut methods, mut embeds) = (Vec::new(), Vec::new());
        for element in tree.children(node).filter(|element| tree.kind(*element) == Kind::Field) {
            let [names, of_type, _] = self.slots(element);
            let Some(ident) = tree.children(names).next() else {
                embeds.push(self.union(of_type));
                continue;
            };
            let ty = self.type_expr(of_type);
            if !self.is_blank(ident) {
                self.record_declared(ident, Mode::Value, ty);
                methods.push(Method { name: self.name_of(ident), pkg: self.unit.pkg, ty });
            }
        }
        self.store.interface(methods, embeds, false)
    }

    /// An element of an interface: a type, `~T` or a union of such terms.
    fn union(&mut self, node: Node) -> Ty {
        let tree = self.tree();
        // Unions group to the left.
        let mut unions = Vec::new();
        let mut first = node;
        while tree.kind(first) == Kind::Binary && tree.op(first) == Op::Or {
            unions.push(first);
            first = Node(first.0 + 1);
        }
        let term = self.term(first);
        if unions.is_empty() && !term.tilde {
            return term.ty;
        }
        let mut terms = vec![term];
        let mut ty = self.store.union(terms.clone());
        for union in unions.into_iter().rev() {
            let [_, right] = self.slots(union);
            let term = self.term(right);
            if terms.len() < MAX_TERMS {
                terms.push(term);
                ty = self.store.union(terms.clone());
            } else {
                ty = Ty::UNKNOWN;
            }
            self.record_type(union, Mode::Type, ty);
        }
        ty
    }

    fn term(&mut self, node: Node) -> Term {
        let tilde = self.kind(node) == Kind::Unary && self.tree().op(node) == Op::Tilde;
        let ty = self.type_expr(if tilde { Node(node.0 + 1) } else { node });
        // A union cannot hold type parameters.
        let ty = if self.types.is_type_param(ty) { Ty::UNKNOWN } else { ty };
        let term = Term { tilde, ty };
        if tilde {
            let union = self.store.union([term]);
            self.record_type(node, Mode::Type, union);
        }
        term
    }

    /// The constraint of a type parameter: an interface, made up where the source has none.
    fn constraint(&mut self, node: Node) -> Ty {
        let is_union = match self.kind(node) {
            Kind::Absent => return Ty::UNKNOWN,
            Kind::Unary => self.tree().op(node) == Op::Tilde,
            Kind::Binary => self.tree().op(node) == Op::Or,
            _ => false,
        };
        if is_union {
            let union = self.union(node);
            return self.store.interface(Vec::new(), [union], true);
        }
        let ty = self.type_expr(node);
        self.complete(ty);
        let underlying = self.types.underlying(ty);
        let may_be_interface = matches!(self.store.data(underlying), TypeData::Interface(_)) || underlying.is_unknown();
        match may_be_interface {
            // A type parameter is no constraint.
            _ if self.types.is_type_param(ty) => Ty::UNKNOWN,
            true => ty,
            false => self.store.interface(Vec::new(), [ty], true),
        }
    }

    // Type parameters.

    /// Declares the type parameters in a list with their constraints; `known` ones if they have been made already.
    pub(super) fn type_params(&mut self, list: Node, known: Option<&[Ty]>) -> Box<[Ty]> {
        let tree = self.tree();
        let mut tparams = Vec::new();
        let fields: Vec<Node> = self.list(list).filter(|field| tree.kind(*field) == Kind::Field).collect();
        for field in &fields {
            let [names, _, _] = self.slots(*field);
            for (place, ident) in tree.children(names).enumerate() {
                let at = tparams.len();
                let name = self.name_of(ident);
                let known = known.and_then(|known| known.get(at).copied());
                let ty = known.unwrap_or_else(|| self.store.new_type_param(name, at as u32));
                if place > 0 {
                    self.store.share_constraint(ty);
                }
                self.declare_type_param(ident, ty);
                tparams.push(ty);
            }
        }
        let mut at = 0;
        for field in fields {
            let [names, of_type, _] = self.slots(field);
            let constraint = self.constraint(of_type);
            for _ in tree.children(names) {
                self.constrain(tparams[at], constraint);
                at += 1;
            }
        }
        tparams.into()
    }

    pub(super) fn declare_type_param(&mut self, ident: Node, ty: Ty) {
        self.set_local(ident, ty, None);
        self.record_declared(ident, Mode::Type, ty);
    }

    pub(super) fn constrain(&mut self, tparam: Ty, constraint: Ty) {
        if let TypeData::TypeParam(param) = self.store.data(tparam) {
            // The first one stays: it is the same again where a declaration is looked at once more.
            let _ = param.constraint.set(constraint);
        }
    }
}
