//! From a summary to a package.
//!
//! Objects and types are made while their sections are read; nothing refers to them before all of it has been found to be
//! right, when the scope of the package is set as the last step. Lists are read by loops, types from parts that are there
//! already: no nesting in the bytes becomes nesting of calls.

use super::Damaged;
use super::format::{
    COMPARABLE_INTERFACE, Content, FIELD_EMBEDDED, FIELD_TAGGED, FIRST_ENTRY, PREDECLARED, PackageRef, Tag, VERSION,
};
use super::wire::Cursor;
use super::write::KINDS;
use crate::check::Extension;
use crate::relate::Types;
use crate::{
    ChanDir, DeclPlace, Field, Func, Method, Name, Named, ObjId, ObjectKind, PackageId, Scope, Store, Term, Ty,
    TypeData,
};
use rulec_constant::Value;
use rulec_tree::Span;
use rustc_hash::FxHashMap;
use std::path::Path;

/// What a summary refers to without holding it.
pub struct Surroundings<'a> {
    /// The packages that it refers to, by import path: those that [`packages`] names.
    pub package_of: &'a dyn Fn(&str) -> Option<PackageId>,
    /// For external tests what own tests add; empty for all else.
    pub extension: &'a Extension,
    /// The folder in which the files of the package are.
    pub folder: &'a Path,
    /// The size of `int` and pointers, in bytes.
    pub word_bytes: u8,
}

/// What a summary held.
#[derive(Debug)]
pub struct Found {
    /// The package: a new one, or for own tests the one that they belong to.
    pub package: PackageId,
    /// What own tests add; empty for a package.
    pub extension: Extension,
}

/// Declares what a summary holds.
///
/// # Errors
/// [`Damaged`], and also if own tests belong to a package that is not there.
pub fn read(store: &Store, bytes: &[u8], around: &Surroundings<'_>) -> Result<Found, Damaged> {
    let (head, cursor) = read_head(bytes)?;
    let mut reader = Reader::new(store, around, cursor, &head)?;
    reader.objects()?;
    reader.types()?;
    reader.rest()?;
    reader.publish(&head)
}

/// The import paths of the packages that a summary refers to, `unsafe` and its own left out. The types of no other
/// package are needed to read it.
///
/// # Errors
/// [`Damaged`].
pub fn packages(bytes: &[u8]) -> Result<Vec<&str>, Damaged> {
    let (head, _) = read_head(bytes)?;
    Ok(head.others)
}

/// All names in a summary: those that the package declares are among them.
///
/// # Errors
/// [`Damaged`] if the bytes are no summary.
pub fn names(bytes: &[u8]) -> Result<Vec<&str>, Damaged> {
    let (head, _) = read_head(bytes)?;
    Ok(head.names)
}

struct Head<'b> {
    names: Vec<&'b str>,
    path: &'b str,
    others: Vec<&'b str>,
    content: Content,
    name: &'b str,
    partial: bool,
}

fn read_head(bytes: &[u8]) -> Result<(Head<'_>, Cursor<'_>), Damaged> {
    let mut cursor = Cursor { rest: bytes };
    if cursor.number()? != VERSION || cursor.number()? != PREDECLARED {
        return Err(Damaged);
    }
    let names = cursor.list(Cursor::text)?;
    let name = |cursor: &mut Cursor<'_>| names.get(cursor.small()? as usize).copied().ok_or(Damaged);
    let mut others = cursor.list(name)?;
    if others.is_empty() {
        return Err(Damaged);
    }
    let path = others.remove(0);
    let content = if cursor.flag()? { Content::Tests } else { Content::Package };
    let (name, partial) = (name(&mut cursor)?, cursor.flag()?);
    Ok((Head { names, path, others, content, name, partial }, cursor))
}

struct Reader<'a, 'b> {
    store: &'a Store,
    around: &'a Surroundings<'a>,
    cursor: Cursor<'b>,
    is_package: bool,
    package: PackageId,
    names: Vec<Name>,
    others: Vec<Option<PackageId>>,
    objects: Vec<ObjId>,
    types: Vec<Ty>,
    /// Types and type parameters that are declared here, in their order.
    declared: Vec<Ty>,
    tparams: Vec<Ty>,
    comparable: Ty,
}

impl<'a, 'b> Reader<'a, 'b> {
    fn new(
        store: &'a Store,
        around: &'a Surroundings<'a>,
        cursor: Cursor<'b>,
        head: &Head<'b>,
    ) -> Result<Reader<'a, 'b>, Damaged> {
        let is_package = head.content == Content::Package;
        let package = match head.content {
            Content::Package => store.new_package(head.path, head.name),
            Content::Tests => (around.package_of)(head.path).ok_or(Damaged)?,
        };
        let comparable = match store.data(Ty::COMPARABLE) {
            TypeData::Named(Named { underlying, .. }) => underlying.get().copied().unwrap_or(Ty::UNKNOWN),
            _ => Ty::UNKNOWN,
        };
        Ok(Reader {
            store,
            around,
            cursor,
            is_package,
            package,
            names: head.names.iter().map(|name| store.name(name)).collect(),
            others: head.others.iter().map(|path| (around.package_of)(path)).collect(),
            objects: Vec::new(),
            types: Vec::new(),
            declared: Vec::new(),
            tparams: Vec::new(),
            comparable,
        })
    }

    // References.

    fn name(&mut self) -> Result<Name, Damaged> {
        self.names.get(self.cursor.small()? as usize).copied().ok_or(Damaged)
    }

    /// A package; none if it is not there.
    fn package_ref(&mut self) -> Result<Option<PackageId>, Damaged> {
        match self.cursor.number()? {
            PackageRef::OWN => Ok(Some(self.package)),
            PackageRef::UNIVERSE => Ok(Some(PackageId::UNIVERSE)),
            PackageRef::UNSAFE => Ok(Some(PackageId::UNSAFE)),
            other => {
                let at = usize::try_from(other - PackageRef::FIRST_OTHER).map_err(|_| Damaged)?;
                self.others.get(at).copied().ok_or(Damaged)
            }
        }
    }

    fn object_ref(&mut self) -> Result<ObjId, Damaged> {
        self.objects.get(self.cursor.small()? as usize).copied().ok_or(Damaged)
    }

    fn type_ref(&mut self) -> Result<Ty, Damaged> {
        let reference = self.cursor.number()?;
        self.type_of(reference)
    }

    fn optional_type(&mut self) -> Result<Option<Ty>, Damaged> {
        match self.cursor.number()?.checked_sub(1) {
            Some(reference) => self.type_of(reference).map(Some),
            None => Ok(None),
        }
    }

    fn type_of(&self, reference: u64) -> Result<Ty, Damaged> {
        match reference {
            COMPARABLE_INTERFACE => Ok(self.comparable),
            _ if reference < PREDECLARED => u32::try_from(reference).map(Ty).map_err(|_| Damaged),
            _ => {
                let at = usize::try_from(reference - FIRST_ENTRY).map_err(|_| Damaged)?;
                self.types.get(at).copied().ok_or(Damaged)
            }
        }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, Damaged>) -> Result<Vec<T>, Damaged> {
        let len = self.cursor.len()?;
        // Items may take much more room in memory than in bytes.
        let mut items = Vec::with_capacity(len.min(1024));
        for _ in 0..len {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn type_list(&mut self) -> Result<Box<[Ty]>, Damaged> {
        self.list(Reader::type_ref).map(Vec::into_boxed_slice)
    }

    /// Type parameters, each of which belongs to one declaration.
    fn tparam_list(&mut self) -> Result<Box<[Ty]>, Damaged> {
        let tparams = self.type_list()?;
        let is_tparam = |ty: &Ty| matches!(self.store.data(*ty), TypeData::TypeParam(_));
        if tparams.iter().all(is_tparam) { Ok(tparams) } else { Err(Damaged) }
    }

    // Sections.

    fn objects(&mut self) -> Result<(), Damaged> {
        let (store, folder) = (self.store, self.around.folder);
        let files = self.list(|reader| {
            let file = reader.name()?;
            Ok(store.name(&folder.join(store.str(file)).to_string_lossy()))
        })?;
        self.objects = self.list(|reader| {
            let kind = *KINDS.get(usize::from(reader.cursor.byte()?)).ok_or(Damaged)?;
            let name = reader.name()?;
            let place = match reader.cursor.small()?.checked_sub(1) {
                Some(file) => Some(reader.place(*files.get(file as usize).ok_or(Damaged)?)?),
                None => None,
            };
            Ok(store.new_object(kind, name, reader.package, place))
        })?;
        Ok(())
    }

    fn place(&mut self, file: Name) -> Result<DeclPlace, Damaged> {
        let start = self.cursor.small()?;
        let end = start.checked_add(self.cursor.small()?).ok_or(Damaged)?;
        Ok(DeclPlace { file, span: Span { start, end } })
    }

    fn types(&mut self) -> Result<(), Damaged> {
        for _ in 0..self.cursor.len()? {
            let tag = Tag::of(self.cursor.byte()?).ok_or(Damaged)?;
            let ty = self.entry(tag)?;
            self.types.push(ty);
        }
        Ok(())
    }

    fn entry(&mut self, tag: Tag) -> Result<Ty, Damaged> {
        let store = self.store;
        Ok(match tag {
            Tag::Array => {
                let len = self.cursor.number()?;
                store.array(Some(len), self.type_ref()?)
            }
            Tag::ArrayOfUnknownLength => store.array(None, self.type_ref()?),
            Tag::Slice => store.slice(self.type_ref()?),
            Tag::Pointer => store.pointer(self.type_ref()?),
            Tag::Map => {
                let key = self.type_ref()?;
                store.map(key, self.type_ref()?)
            }
            Tag::Chan => store.chan(ChanDir::Both, self.type_ref()?),
            Tag::SendChan => store.chan(ChanDir::Send, self.type_ref()?),
            Tag::RecvChan => store.chan(ChanDir::Recv, self.type_ref()?),
            Tag::Struct => self.structure()?,
            Tag::Tuple => store.tuple(&self.type_list()?),
            Tag::Func => self.func(false)?,
            Tag::VariadicFunc => self.func(true)?,
            Tag::Interface => self.interface(false)?,
            Tag::ImplicitInterface => self.interface(true)?,
            Tag::Union => {
                let term = |reader: &mut Self| Ok(Term { ty: reader.type_ref()?, tilde: reader.cursor.flag()? });
                let terms = self.list(term)?;
                store.union(terms)
            }
            Tag::TypeParam => self.type_param()?,
            Tag::Named => self.named()?,
            Tag::Alias => self.alias()?,
            Tag::Elsewhere => self.elsewhere()?,
            Tag::Instance => self.instance()?,
        })
    }

    /// A struct; unknown if a field belongs to a package that is not there, as its name may be that of no other.
    fn structure(&mut self) -> Result<Ty, Damaged> {
        let fields = self.list(|reader| {
            let (name, pkg, ty, flags) =
                (reader.name()?, reader.package_ref()?, reader.type_ref()?, reader.cursor.byte()?);
            if flags & !(FIELD_EMBEDDED | FIELD_TAGGED) != 0 {
                return Err(Damaged);
            }
            let tag = if flags & FIELD_TAGGED != 0 { reader.name()? } else { Name::EMPTY };
            Ok(pkg.map(|pkg| Field { name, pkg, ty, embedded: flags & FIELD_EMBEDDED != 0, tag }))
        })?;
        let fields: Option<Vec<Field>> = fields.into_iter().collect();
        Ok(fields.map_or(Ty::UNKNOWN, |fields| self.store.structure(fields)))
    }

    fn func(&mut self, variadic: bool) -> Result<Ty, Damaged> {
        let (tparams, params, results) = (self.tparam_list()?, self.type_list()?, self.type_list()?);
        if variadic && params.is_empty() {
            return Err(Damaged);
        }
        Ok(self.store.func(Func { tparams, params, results, variadic }))
    }

    fn interface(&mut self, implicit: bool) -> Result<Ty, Damaged> {
        let methods = self.list(|reader| {
            let (name, pkg, ty) = (reader.name()?, reader.package_ref()?, reader.type_ref()?);
            Ok(pkg.map(|pkg| Method { name, pkg, ty }))
        })?;
        let embeds = self.type_list()?;
        let methods: Option<Vec<Method>> = methods.into_iter().collect();
        Ok(methods.map_or(Ty::UNKNOWN, |methods| self.store.interface(methods, embeds, implicit)))
    }

    fn type_param(&mut self) -> Result<Ty, Damaged> {
        let (name, index) = (self.name()?, self.cursor.small()?);
        let ty = self.store.new_type_param(name, index);
        if self.cursor.flag()? {
            self.store.share_constraint(ty);
        }
        self.tparams.push(ty);
        Ok(ty)
    }

    fn named(&mut self) -> Result<Ty, Damaged> {
        let (object, tparams) = (self.object_ref()?, self.tparam_list()?);
        let ty = self.store.new_named(object);
        if let TypeData::Named(named) = self.store.data(ty) {
            let _ = named.tparams.set(tparams);
        }
        self.declared.push(ty);
        Ok(ty)
    }

    fn alias(&mut self) -> Result<Ty, Damaged> {
        let (object, tparams, actual) = (self.object_ref()?, self.tparam_list()?, self.type_ref()?);
        Ok(self.store.new_alias_for(object, tparams, actual))
    }

    fn elsewhere(&mut self) -> Result<Ty, Damaged> {
        let (name, package) = (self.name()?, self.package_ref()?);
        let Some(package) = package else { return Ok(Ty::UNKNOWN) };
        let by_tests = || {
            let object = *self.around.extension.objects.get(&name)?;
            (self.store.object(object).pkg == package).then_some(object)
        };
        let object = self.store.lookup_in(package, name).or_else(by_tests);
        let object = object.filter(|object| self.store.object(*object).kind == ObjectKind::Type);
        Ok(object.and_then(|object| self.store.type_of(object)).unwrap_or(Ty::UNKNOWN))
    }

    fn instance(&mut self) -> Result<Ty, Damaged> {
        let (generic, args) = (self.type_ref()?, self.type_list()?);
        match self.store.data(generic) {
            TypeData::Named(_) | TypeData::Alias(_) => {
                let types = Types { store: self.store, extension: None, word_bytes: self.around.word_bytes };
                Ok(types.instantiate(generic, &args))
            }
            // What it is an instance of was not found.
            _ => Ok(Ty::UNKNOWN),
        }
    }

    /// What refers to any type.
    fn rest(&mut self) -> Result<(), Damaged> {
        let mut constraints = Vec::new();
        for tparam in std::mem::take(&mut self.tparams) {
            constraints.push((tparam, self.optional_type()?));
        }
        for ty in std::mem::take(&mut self.declared) {
            let (underlying, methods) = (self.optional_type()?, self.list(Reader::object_ref)?);
            self.complete(ty, underlying, methods)?;
        }
        self.set_constraints(&constraints)?;
        for at in 0..self.objects.len() {
            self.object_rest(self.objects[at])?;
        }
        Ok(())
    }

    /// Gives a declared type its structure: one that leads to no other name, so that looking for it ends.
    fn complete(&mut self, ty: Ty, underlying: Option<Ty>, methods: Vec<ObjId>) -> Result<(), Damaged> {
        let store = self.store;
        let TypeData::Named(named) = store.data(ty) else { return Err(Damaged) };
        if let Some(underlying) = underlying {
            let has_name = |data: &TypeData| {
                matches!(data, TypeData::Named(_) | TypeData::Alias(_) | TypeData::TypeParam(_) | TypeData::Tuple(_))
            };
            if has_name(store.data(underlying)) {
                return Err(Damaged);
            }
            let _ = named.underlying.set(underlying);
        }
        if methods.iter().any(|method| store.object(*method).kind != ObjectKind::Method) {
            return Err(Damaged);
        }
        let _ = named.methods.set(methods.into());
        Ok(())
    }

    fn set_constraints(&self, constraints: &[(Ty, Option<Ty>)]) -> Result<(), Damaged> {
        for (tparam, constraint) in constraints {
            let Some(constraint) = constraint else { continue };
            let TypeData::TypeParam(param) = self.store.data(*tparam) else { return Err(Damaged) };
            let is_tparam = matches!(self.store.data(self.store.unalias(*constraint)), TypeData::TypeParam(_));
            let _ = param.constraint.set(if is_tparam { Ty::UNKNOWN } else { *constraint });
        }
        Ok(())
    }

    fn object_rest(&mut self, object: ObjId) -> Result<(), Damaged> {
        let ty = self.optional_type()?;
        let object = self.store.object(object);
        match object.kind {
            ObjectKind::Const => {
                if let Some(value) = self.value()? {
                    let _ = object.value.set(value);
                }
            }
            ObjectKind::Method => {
                let (recv, by_pointer) = (self.optional_type()?, self.cursor.flag()?);
                if let Some(recv) = recv {
                    let _ = object.recv.set((recv, by_pointer));
                }
                let tparams = self.tparam_list()?;
                let _ = object.recv_tparams.set(tparams);
            }
            ObjectKind::Type => {
                // Its own type: or else two names could be one declaration.
                let is_declaration = |ty: Ty| matches!(self.store.data(ty), TypeData::Named(_) | TypeData::Alias(_));
                if ty.is_some_and(|ty| !is_declaration(ty)) {
                    return Err(Damaged);
                }
            }
            _ => {}
        }
        if let Some(ty) = ty {
            let _ = object.ty.set(ty);
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Option<Value>, Damaged> {
        if !self.cursor.flag()? {
            return Ok(None);
        }
        let (value, rest) = postcard::take_from_bytes(self.cursor.rest).map_err(|_| Damaged)?;
        self.cursor.rest = rest;
        Ok(Some(value))
    }

    /// The scope, with which the package is declared.
    fn publish(mut self, head: &Head<'_>) -> Result<Found, Damaged> {
        let objects = self.list(Reader::object_ref)?;
        let objects: FxHashMap<Name, ObjId> =
            objects.into_iter().map(|object| (self.store.object(object).name, object)).collect();
        let added = self.list(|reader| Ok((reader.type_ref()?, reader.list(Reader::object_ref)?)))?;
        let methods: FxHashMap<Ty, Vec<ObjId>> = added.into_iter().collect();
        let is_method = |method: &ObjId| self.store.object(*method).kind == ObjectKind::Method;
        if !self.cursor.rest.is_empty() || !methods.values().flatten().all(is_method) {
            return Err(Damaged);
        }
        let package = self.package;
        if self.is_package {
            let _ = self.store.package(package).scope.set(Scope { objects, partial: head.partial, ..Scope::default() });
            return Ok(Found { package, extension: Extension::default() });
        }
        Ok(Found { package, extension: Extension { objects, methods } })
    }
}
