//! Where types, objects, packages and names live: append-only, shared by all threads, each structure there once.

use crate::arena::{Arena, Index, hash_of};
use crate::object::Builtin;
use crate::{
    Alias, Basic, DeclPlace, Field, Flags, Func, Interface, Method, Name, Named, ObjId, Object, ObjectKind, Package,
    PackageId, Scope, Term, Ty, TypeData, TypeParam, TypeSet,
};
use rulec_constant::Value;
use std::sync::OnceLock;

/// All that is known of the packages of a run.
///
/// Numbers depend on the order in which threads come, so no order of numbers may reach what users see.
#[derive(Debug)]
pub struct Store {
    names: Arena<Box<str>>,
    name_index: Index,
    types: Arena<Entry>,
    type_index: Index,
    objects: Arena<Object>,
    packages: Arena<Package>,
}

#[derive(Debug)]
struct Entry {
    data: TypeData,
    /// The same type without aliases in it; itself where there are none.
    canon: Ty,
    flags: Flags,
}

impl Default for Store {
    fn default() -> Store {
        Store::new()
    }
}

impl Store {
    /// A store with the predeclared types and objects and with package `unsafe`.
    pub fn new() -> Store {
        let store = Store {
            names: Arena::new(),
            name_index: Index::new(),
            types: Arena::new(),
            type_index: Index::new(),
            objects: Arena::new(),
            packages: Arena::new(),
        };
        store.declare_universe();
        store
    }

    // Names.

    /// The number of a text, added if new.
    pub fn name(&self, text: &str) -> Name {
        let is_it = |number: u32, text: &&str| *self.names[number as usize] == **text;
        Name(self.name_index.find_or_add(hash_of(text), text, is_it, |text| self.names.push(text.into()) as u32))
    }

    /// The text of a name.
    pub fn str(&self, name: Name) -> &str {
        self.names.get(name.0 as usize).map_or("", |text| text)
    }

    /// Whether a name is exported: its first letter is an upper-case one.
    pub fn is_exported(&self, name: Name) -> bool {
        self.str(name).chars().next().is_some_and(char::is_uppercase)
    }

    /// What methods of interfaces are sorted by: the name as text, and for those that are not exported the path of the
    /// package in which they are written.
    pub(crate) fn name_order(&self, name: Name, pkg: PackageId) -> (&str, &str) {
        let path = if self.is_exported(name) { "" } else { self.str(self.package(pkg).path) };
        (self.str(name), path)
    }

    // Types.

    /// The structure of a type.
    pub fn data(&self, ty: Ty) -> &TypeData {
        &self.types[ty.0 as usize].data
    }

    /// What occurs in a type.
    pub fn flags(&self, ty: Ty) -> Flags {
        let entry = &self.types[ty.0 as usize];
        match &entry.data {
            // Its declaration sets what it stands for after it has been made.
            TypeData::Alias(Alias { origin: None, .. }) => {
                self.types[self.unalias(ty).0 as usize].flags.with(Flags::ALIAS)
            }
            _ => entry.flags,
        }
    }

    /// The same type with every alias in it replaced by what it stands for.
    pub fn canon(&self, ty: Ty) -> Ty {
        let entry = &self.types[ty.0 as usize];
        match &entry.data {
            // Its declaration sets what it stands for after it has been made.
            TypeData::Alias(_) => self.types[self.unalias(ty).0 as usize].canon,
            _ => entry.canon,
        }
    }

    /// The type that an alias stands for at last; any other type itself.
    pub fn unalias(&self, ty: Ty) -> Ty {
        let mut ty = ty;
        while let TypeData::Alias(alias) = self.data(ty) {
            ty = alias.actual.get().copied().unwrap_or(Ty::UNKNOWN);
        }
        ty
    }

    /// `[len]elem`
    pub fn array(&self, len: Option<u64>, elem: Ty) -> Ty {
        self.intern(TypeData::Array { len, elem })
    }

    /// `[]elem`
    pub fn slice(&self, elem: Ty) -> Ty {
        self.intern(TypeData::Slice(elem))
    }

    /// `*elem`
    pub fn pointer(&self, elem: Ty) -> Ty {
        self.intern(TypeData::Pointer(elem))
    }

    /// `map[key]elem`
    pub fn map(&self, key: Ty, elem: Ty) -> Ty {
        self.intern(TypeData::Map { key, elem })
    }

    /// `chan elem` with a direction.
    pub fn chan(&self, dir: crate::ChanDir, elem: Ty) -> Ty {
        self.intern(TypeData::Chan { dir, elem })
    }

    /// `struct { fields }`
    pub fn structure(&self, fields: impl Into<Box<[crate::Field]>>) -> Ty {
        self.intern(TypeData::Struct(fields.into()))
    }

    /// The type of several values; of one, its own.
    pub fn tuple(&self, types: &[Ty]) -> Ty {
        match types {
            [only] => *only,
            _ => self.intern(TypeData::Tuple(types.into())),
        }
    }

    /// A function type.
    pub fn func(&self, func: Func) -> Ty {
        self.intern(TypeData::Func(func))
    }

    /// An interface. The methods are put in order here.
    pub fn interface(&self, methods: Vec<Method>, embeds: impl Into<Box<[Ty]>>, implicit: bool) -> Ty {
        let mut methods = methods;
        methods.sort_by_key(|method| self.name_order(method.name, method.pkg));
        let type_set = OnceLock::new();
        self.intern(TypeData::Interface(Interface {
            methods: methods.into(),
            embeds: embeds.into(),
            implicit,
            type_set,
        }))
    }

    /// `~A | B`
    pub fn union(&self, terms: impl Into<Box<[Term]>>) -> Ty {
        self.intern(TypeData::Union(terms.into()))
    }

    /// A new declared type, to be completed by its declaration.
    pub(crate) fn new_named(&self, obj: ObjId) -> Ty {
        self.push_type(TypeData::Named(Named {
            obj,
            origin: None,
            args: Box::default(),
            tparams: OnceLock::new(),
            underlying: OnceLock::new(),
            methods: OnceLock::new(),
        }))
    }

    /// A new alias, to be completed by its declaration.
    pub(crate) fn new_alias(&self, obj: ObjId) -> Ty {
        self.push_type(TypeData::Alias(Alias {
            obj,
            origin: None,
            args: Box::default(),
            tparams: OnceLock::new(),
            actual: OnceLock::new(),
        }))
    }

    /// An alias for what its declaration says.
    pub(crate) fn new_alias_for(&self, obj: ObjId, tparams: Box<[Ty]>, actual: Ty) -> Ty {
        self.push_type(TypeData::Alias(Alias {
            obj,
            origin: None,
            args: Box::default(),
            tparams: OnceLock::from(tparams),
            actual: OnceLock::from(actual),
        }))
    }

    /// A new type parameter, to be completed by its declaration.
    pub(crate) fn new_type_param(&self, name: Name, index: u32) -> Ty {
        let (constraint, shares_constraint, twin) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        self.push_type(TypeData::TypeParam(TypeParam { name, index, constraint, shares_constraint, twin }))
    }

    /// A type parameter like this one, always the same, and a different one for each of a chain of twins. What is inferred
    /// for it never depends on what is known of this one.
    pub(crate) fn twin(&self, tparam: Ty) -> Ty {
        match self.data(tparam) {
            TypeData::TypeParam(param) => *param.twin.get_or_init(|| self.new_type_param(param.name, param.index)),
            _ => Ty::UNKNOWN,
        }
    }

    /// Says of a type parameter that the one before it is in the same group: `B` in `[A, B ~int]`.
    pub(crate) fn share_constraint(&self, tparam: Ty) {
        if let TypeData::TypeParam(param) = self.data(tparam) {
            let _ = param.shares_constraint.set(());
        }
    }

    /// The instance of a generic named type (not of an alias) for these arguments.
    pub(crate) fn named_instance(&self, origin: Ty, args: &[Ty]) -> Ty {
        let TypeData::Named(named) = self.data(origin) else { return Ty::UNKNOWN };
        self.intern(TypeData::Named(Named {
            obj: named.obj,
            origin: Some(origin),
            args: args.into(),
            tparams: OnceLock::new(),
            underlying: OnceLock::new(),
            methods: OnceLock::new(),
        }))
    }

    /// The instance of a generic alias for these arguments, which stands for `actual`.
    pub(crate) fn alias_instance(&self, origin: Ty, args: &[Ty], actual: Ty) -> Ty {
        let TypeData::Alias(alias) = self.data(origin) else { return Ty::UNKNOWN };
        self.intern(TypeData::Alias(Alias {
            obj: alias.obj,
            origin: Some(origin),
            args: args.into(),
            tparams: OnceLock::new(),
            actual: OnceLock::from(actual),
        }))
    }

    // Objects and packages.

    /// An object by its number.
    pub fn object(&self, object: ObjId) -> &Object {
        &self.objects[object.0 as usize]
    }

    /// A new object, to be completed by its declaration.
    pub(crate) fn new_object(&self, kind: ObjectKind, name: Name, pkg: PackageId, decl: Option<DeclPlace>) -> ObjId {
        ObjId(self.objects.push(Object {
            kind,
            name,
            pkg,
            decl,
            ty: OnceLock::new(),
            value: OnceLock::new(),
            recv: OnceLock::new(),
            recv_tparams: OnceLock::new(),
        }) as u32)
    }

    /// A package by its number.
    pub fn package(&self, package: PackageId) -> &Package {
        &self.packages[package.0 as usize]
    }

    /// A new package, to be completed by its declaration.
    pub fn new_package(&self, path: &str, name: &str) -> PackageId {
        let (path, name) = (self.name(path), self.name(name));
        PackageId(self.packages.push(Package { path, name, scope: OnceLock::new() }) as u32)
    }

    /// The object of this name in the scope of a package.
    pub fn lookup_in(&self, package: PackageId, name: Name) -> Option<ObjId> {
        self.package(package).scope.get()?.objects.get(&name).copied()
    }

    /// The objects in the scope of a package, in no particular order.
    pub fn objects_of(&self, package: PackageId) -> impl Iterator<Item = ObjId> + '_ {
        self.package(package).scope.get().into_iter().flat_map(|scope| scope.objects.values().copied())
    }

    /// The type of an object, if it is known; of a type name the type that it names.
    pub fn type_of(&self, object: ObjId) -> Option<Ty> {
        self.object(object).ty.get().copied()
    }

    /// The predeclared objects.
    pub fn universe(&self) -> Option<&Scope> {
        self.package(PackageId::UNIVERSE).scope.get()
    }

    // How types are made.

    fn intern(&self, data: TypeData) -> Ty {
        let flags = self.flags_of(&data);
        // Before the lock: it is made by the same index.
        let canon = flags.has(Flags::ALIAS).then(|| self.intern(self.without_aliases(&data)));
        let is_it = |number: u32, data: &TypeData| same_structure(&self.types[number as usize].data, data);
        Ty(self
            .type_index
            .find_or_add(hash_structure(&data), data, is_it, |data| self.push_entry(data, flags, canon).0))
    }

    /// A type of its own, whatever others look alike.
    fn push_type(&self, data: TypeData) -> Ty {
        let flags = self.flags_of(&data);
        self.push_entry(data, flags, None)
    }

    fn push_entry(&self, data: TypeData, flags: Flags, canon: Option<Ty>) -> Ty {
        let number = self.types.push_with(|number| Entry { data, canon: canon.unwrap_or(Ty(number as u32)), flags });
        Ty(number as u32)
    }

    fn flags_of(&self, data: &TypeData) -> Flags {
        let of_all = |types: &[Ty]| types.iter().fold(Flags::NONE, |flags, ty| flags.with(self.flags(*ty)));
        match data {
            TypeData::Basic(Basic::Unknown) => Flags::UNKNOWN,
            TypeData::Basic(Basic::Byte | Basic::Rune) => Flags::ALIAS,
            TypeData::Basic(_) => Flags::NONE,
            TypeData::Array { len, elem } => {
                let of_len = if len.is_none() { Flags::UNKNOWN } else { Flags::NONE };
                self.flags(*elem).with(of_len)
            }
            TypeData::Slice(elem) | TypeData::Pointer(elem) | TypeData::Chan { elem, .. } => self.flags(*elem),
            TypeData::Map { key, elem } => self.flags(*key).with(self.flags(*elem)),
            TypeData::Struct(fields) => {
                // The packages of exported fields and, for conversions, tags do not matter: parts must be looked at.
                let structural = if fields.is_empty() { Flags::NONE } else { Flags::STRUCTURAL };
                fields.iter().fold(structural, |flags, field| flags.with(self.flags(field.ty)))
            }
            TypeData::Tuple(types) => of_all(types),
            TypeData::Func(func) => {
                let generic = if func.tparams.is_empty() { Flags::NONE } else { Flags::STRUCTURAL };
                of_all(&func.params).with(of_all(&func.results)).with(generic)
            }
            TypeData::Interface(interface) => {
                let methods = interface.methods.iter();
                let of_methods = methods.fold(Flags::NONE, |flags, method| flags.with(self.flags(method.ty)));
                let empty = interface.methods.is_empty() && interface.embeds.is_empty();
                let structural = if empty { Flags::NONE } else { Flags::STRUCTURAL };
                of_methods.with(of_all(&interface.embeds)).with(structural)
            }
            TypeData::Union(terms) => {
                terms.iter().fold(Flags::STRUCTURAL, |flags, term| flags.with(self.flags(term.ty)))
            }
            TypeData::Named(named) => of_all(&named.args),
            TypeData::Alias(alias) => {
                let of_actual = alias.actual.get().map_or(Flags::NONE, |actual| self.flags(*actual));
                of_all(&alias.args).with(of_actual).with(Flags::ALIAS)
            }
            TypeData::TypeParam(_) => Flags::TYPE_PARAM,
        }
    }

    /// The same structure with the canonical types as its parts.
    fn without_aliases(&self, data: &TypeData) -> TypeData {
        let canon_all = |types: &[Ty]| types.iter().map(|ty| self.canon(*ty)).collect();
        match data {
            TypeData::Basic(Basic::Byte) => TypeData::Basic(Basic::Uint8),
            TypeData::Basic(Basic::Rune) => TypeData::Basic(Basic::Int32),
            TypeData::Basic(basic) => TypeData::Basic(*basic),
            TypeData::Array { len, elem } => TypeData::Array { len: *len, elem: self.canon(*elem) },
            TypeData::Slice(elem) => TypeData::Slice(self.canon(*elem)),
            TypeData::Pointer(elem) => TypeData::Pointer(self.canon(*elem)),
            TypeData::Map { key, elem } => TypeData::Map { key: self.canon(*key), elem: self.canon(*elem) },
            TypeData::Chan { dir, elem } => TypeData::Chan { dir: *dir, elem: self.canon(*elem) },
            TypeData::Struct(fields) => {
                let canon = |field: &Field| Field { ty: self.canon(field.ty), ..field.clone() };
                TypeData::Struct(fields.iter().map(canon).collect())
            }
            TypeData::Tuple(types) => TypeData::Tuple(canon_all(types)),
            TypeData::Func(func) => TypeData::Func(Func {
                tparams: func.tparams.clone(),
                params: canon_all(&func.params),
                results: canon_all(&func.results),
                variadic: func.variadic,
            }),
            TypeData::Interface(interface) => {
                let canon = |method: &Method| Method { ty: self.canon(method.ty), ..method.clone() };
                TypeData::Interface(Interface {
                    methods: interface.methods.iter().map(canon).collect(),
                    embeds: canon_all(&interface.embeds),
                    implicit: interface.implicit,
                    type_set: OnceLock::new(),
                })
            }
            TypeData::Union(terms) => {
                let canon = |term: &Term| Term { ty: self.canon(term.ty), ..*term };
                TypeData::Union(terms.iter().map(canon).collect())
            }
            TypeData::Named(named) => TypeData::Named(Named {
                obj: named.obj,
                origin: named.origin,
                args: canon_all(&named.args),
                tparams: OnceLock::new(),
                underlying: OnceLock::new(),
                methods: OnceLock::new(),
            }),
            // The canonical type of an alias is found through what it stands for, and type parameters have no parts.
            TypeData::Alias(_) | TypeData::TypeParam(_) => TypeData::Basic(Basic::Unknown),
        }
    }

    fn declare_universe(&self) {
        for text in ["", "_"] {
            self.name(text);
        }
        for path in ["", "unsafe"] {
            self.new_package(path, path);
        }
        for basic in Basic::ALL {
            self.intern(TypeData::Basic(*basic));
        }
        self.intern(TypeData::Tuple(Box::default()));
        self.interface(Vec::new(), [], false);
        let mut scopes = [Scope::default(), Scope::default()];
        let any = self.declare_type(&mut scopes[0], "any", |obj| self.new_alias(obj));
        if let TypeData::Alias(alias) = self.data(any) {
            let _ = alias.actual.set(Ty::EMPTY_INTERFACE);
        }
        // Their numbers are constants, so they are made before the types that they stand for.
        let [error, comparable] =
            ["error", "comparable"].map(|name| self.declare_type(&mut scopes[0], name, |obj| self.new_named(obj)));
        self.complete(error, self.error_interface());
        let type_set = OnceLock::from(TypeSet { comparable: true, ..TypeSet::default() });
        let interface = Interface { methods: [].into(), embeds: [].into(), implicit: false, type_set };
        self.complete(comparable, self.push_type(TypeData::Interface(interface)));
        self.declare_values(&mut scopes);
        for (package, scope) in [PackageId::UNIVERSE, PackageId::UNSAFE].into_iter().zip(scopes) {
            let _ = self.package(package).scope.set(scope);
        }
    }

    fn error_interface(&self) -> Ty {
        let results = [Ty::STRING].into();
        let ty = self.func(Func { tparams: [].into(), params: [].into(), results, variadic: false });
        self.interface(vec![Method { name: self.name("Error"), pkg: PackageId::UNIVERSE, ty }], [], false)
    }

    fn complete(&self, ty: Ty, underlying: Ty) {
        if let TypeData::Named(named) = self.data(ty) {
            let _ = named.tparams.set(Box::default());
            let _ = named.methods.set(Box::default());
            let _ = named.underlying.set(underlying);
        }
    }

    fn declare_type(&self, scope: &mut Scope, name: &str, make: impl FnOnce(ObjId) -> Ty) -> Ty {
        let name = self.name(name);
        let object = self.new_object(ObjectKind::Type, name, PackageId::UNIVERSE, None);
        let ty = make(object);
        let _ = self.object(object).ty.set(ty);
        scope.objects.insert(name, object);
        ty
    }

    /// Basic types, constants, `nil` and functions.
    fn declare_values(&self, scopes: &mut [Scope; 2]) {
        let mut declare = |pkg: PackageId, name: &str, kind: ObjectKind, ty: Option<Ty>| {
            let name = self.name(name);
            let object = self.new_object(kind, name, pkg, None);
            if let Some(ty) = ty {
                let _ = self.object(object).ty.set(ty);
            }
            scopes[pkg.0 as usize].objects.insert(name, object);
            self.object(object)
        };
        for (number, basic) in Basic::ALL.iter().enumerate() {
            let ty = Ty(number as u32);
            if ty == Ty::UNSAFE_POINTER {
                declare(PackageId::UNSAFE, "Pointer", ObjectKind::Type, Some(ty));
            } else if !ty.is_untyped() && !ty.is_unknown() {
                declare(PackageId::UNIVERSE, basic.name(), ObjectKind::Type, Some(ty));
            }
        }
        for (name, value) in [("true", true), ("false", false)] {
            let object = declare(PackageId::UNIVERSE, name, ObjectKind::Const, Some(Ty::UNTYPED_BOOL));
            let _ = object.value.set(Value::from(value));
        }
        // Its value depends on the place: the checker gives it.
        declare(PackageId::UNIVERSE, "iota", ObjectKind::Const, Some(Ty::UNTYPED_INT));
        declare(PackageId::UNIVERSE, "nil", ObjectKind::Nil, Some(Ty::UNTYPED_NIL));
        for (builtin, pkg, name) in Builtin::ALL {
            declare(*pkg, name, ObjectKind::Builtin(*builtin), None);
        }
    }
}

/// Equal for types of equal structure; of declared types, aliases and type parameters only instances have a structure.
fn same_structure(a: &TypeData, b: &TypeData) -> bool {
    match (a, b) {
        (TypeData::Basic(a), TypeData::Basic(b)) => a == b,
        (TypeData::Array { len: a, elem: x }, TypeData::Array { len: b, elem: y }) => (a, x) == (b, y),
        (TypeData::Slice(a), TypeData::Slice(b)) | (TypeData::Pointer(a), TypeData::Pointer(b)) => a == b,
        (TypeData::Map { key: a, elem: x }, TypeData::Map { key: b, elem: y }) => (a, x) == (b, y),
        (TypeData::Chan { dir: a, elem: x }, TypeData::Chan { dir: b, elem: y }) => (a, x) == (b, y),
        (TypeData::Struct(a), TypeData::Struct(b)) => a == b,
        (TypeData::Tuple(a), TypeData::Tuple(b)) => a == b,
        (TypeData::Func(a), TypeData::Func(b)) => a == b,
        (TypeData::Interface(a), TypeData::Interface(b)) => {
            (&a.methods, &a.embeds, a.implicit) == (&b.methods, &b.embeds, b.implicit)
        }
        (TypeData::Union(a), TypeData::Union(b)) => a == b,
        (TypeData::Named(a), TypeData::Named(b)) => a.origin.is_some() && (a.origin, &a.args) == (b.origin, &b.args),
        (TypeData::Alias(a), TypeData::Alias(b)) => a.origin.is_some() && (a.origin, &a.args) == (b.origin, &b.args),
        _ => false,
    }
}

fn hash_structure(data: &TypeData) -> u64 {
    let kind = std::mem::discriminant(data);
    match data {
        TypeData::Basic(basic) => hash_of((kind, basic)),
        TypeData::Array { len, elem } => hash_of((kind, len, elem)),
        TypeData::Slice(elem) | TypeData::Pointer(elem) => hash_of((kind, elem)),
        TypeData::Map { key, elem } => hash_of((kind, key, elem)),
        TypeData::Chan { dir, elem } => hash_of((kind, dir, elem)),
        TypeData::Struct(fields) => hash_of((kind, fields)),
        TypeData::Tuple(types) => hash_of((kind, types)),
        TypeData::Func(func) => hash_of((kind, func)),
        TypeData::Interface(interface) => hash_of((kind, &interface.methods, &interface.embeds, interface.implicit)),
        TypeData::Union(terms) => hash_of((kind, terms)),
        TypeData::Named(Named { origin, args, .. }) | TypeData::Alias(Alias { origin, args, .. }) => {
            hash_of((kind, origin, args))
        }
        TypeData::TypeParam(param) => hash_of((kind, param.name, param.index)),
    }
}
