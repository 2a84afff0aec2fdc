//! Recording: rows for the declarations of a file.
//!
//! In: a unit that is declared, and a top-level declaration of one of its files. Out: [`Rows`]. [`UnitTypes`] does it when
//! a declaration is asked for, once for each, on whatever thread comes first.

use super::context::with_stack;
use super::declare::is_alias;
use super::{Checker, Mode, Rows, Unit};
use crate::relate::Types;
use crate::{ObjId, Ty, TypeData};
use rulec_gofront::File;
use rulec_tree::{Kind, Node};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is known of a top-level declaration, bodies of functions included. `file` is an index into the files of the unit,
/// which must have been declared.
///
/// # Panics
/// If the unit has no such file, or its tree no such node.
pub fn record(unit: &Unit<'_>, file: usize, decl: Node) -> Rows {
    with_stack(|| {
        let mut checker = Checker::new(unit, &unit.extension);
        checker.file = file;
        checker.rows = Some(Rows::new(decl, checker.tree().end(decl)));
        checker.declaration(decl);
        checker.rows.unwrap_or_default()
    })
}

/// What is known of the files of a unit, found out when it is asked for.
#[derive(Debug)]
pub struct UnitTypes<'a> {
    unit: Unit<'a>,
    files: Vec<Vec<Decl>>,
}

#[derive(Debug)]
struct Decl {
    node: Node,
    end: Node,
    rows: OnceLock<Rows>,
    is_asked: AtomicBool,
}

/// The rows of the declarations of a unit's files that somebody asked for, without the unit.
#[derive(Debug, Default)]
pub struct Recorded(Vec<Vec<OnceLock<Rows>>>);

impl<'a> UnitTypes<'a> {
    /// Nothing is looked at yet. The unit must have been declared.
    pub fn new(unit: Unit<'a>) -> UnitTypes<'a> {
        let files = unit.files.iter().map(|file| declarations(file.file)).collect();
        UnitTypes { unit, files }
    }

    /// The same, where rows of the same unit are there already. They are not recorded again, and count as asked for only from
    /// when somebody asks for them here.
    #[must_use]
    pub fn with_recorded(mut self, recorded: Recorded) -> UnitTypes<'a> {
        for (decls, recorded) in self.files.iter_mut().zip(recorded.0) {
            decls.iter_mut().zip(recorded).for_each(|(decl, rows)| decl.rows = rows);
        }
        self
    }

    /// The rows that are there, for [`UnitTypes::with_recorded`].
    pub fn into_recorded(self) -> Recorded {
        Recorded(self.files.into_iter().map(|decls| decls.into_iter().map(|decl| decl.rows).collect()).collect())
    }

    /// The unit.
    pub fn unit(&self) -> &Unit<'a> {
        &self.unit
    }

    /// Relations between types as the unit sees them.
    pub fn types(&self) -> Types<'_> {
        let Unit { store, extension, word_bytes, .. } = &self.unit;
        Types { store, extension: Some(extension), word_bytes: *word_bytes }
    }

    /// The top-level declarations of a file that were asked for, each by its first row and the position after its last.
    pub fn recorded(&self, file: usize) -> impl Iterator<Item = (Node, Node)> {
        let decls = self.files.get(file).into_iter().flatten();
        decls.filter(|decl| decl.is_asked.load(Ordering::Relaxed)).map(|decl| (decl.node, decl.end))
    }

    /// The rows of the top-level declaration around a node of a file; none for what is outside of all declarations.
    pub fn rows_at(&self, file: usize, node: Node) -> Option<&Rows> {
        let decls = self.files.get(file)?;
        let at = decls.partition_point(|decl| decl.node <= node).checked_sub(1)?;
        let decl = decls.get(at).filter(|decl| node < decl.end)?;
        // Most questions find it set: to set it again would take the line from the caches of other threads.
        if !decl.is_asked.load(Ordering::Relaxed) {
            decl.is_asked.store(true, Ordering::Relaxed);
        }
        Some(decl.rows.get_or_init(|| record(&self.unit, file, decl.node)))
    }
}

fn declarations(file: &File) -> Vec<Decl> {
    let tree = &file.tree;
    let decls = tree.children(Node::ROOT).nth(1).into_iter().flat_map(|decls| tree.children(decls));
    decls
        .map(|node| Decl { node, end: tree.end(node), rows: OnceLock::new(), is_asked: AtomicBool::default() })
        .collect()
}

impl Checker<'_> {
    fn declaration(&mut self, decl: Node) {
        let tree = self.tree();
        match tree.kind(decl) {
            Kind::FuncDecl => self.func_decl(decl),
            Kind::ConstDecl => {
                self.const_decl(decl);
                tree.children(decl).for_each(|spec| self.record_objects(spec));
            }
            Kind::VarDecl => {
                for spec in tree.children(decl) {
                    self.var_spec(spec);
                    self.record_objects(spec);
                }
            }
            Kind::TypeDecl => tree.children(decl).for_each(|spec| self.type_spec(spec)),
            Kind::ImportDecl => tree.children(decl).for_each(|spec| self.import_spec(spec)),
            _ => {}
        }
    }

    /// The objects that the identifiers of a specification declare.
    fn record_objects(&mut self, spec: Node) {
        let tree = self.tree();
        let Some(names) = tree.children(spec).next() else { return };
        for ident in tree.children(names) {
            if let Some(object) = self.declared_object(ident) {
                self.record_object(ident, object);
            }
        }
    }

    fn import_spec(&mut self, spec: Node) {
        let name = Node(spec.0 + 1);
        if self.kind(name) == Kind::Ident {
            self.record_declared(name, Mode::Package, Ty::UNKNOWN);
        }
    }

    fn type_spec(&mut self, spec: Node) {
        if self.kind(spec) != Kind::TypeSpec {
            return;
        }
        let [ident, tparams, rhs] = self.slots(spec);
        let Some(object) = self.declared_object(ident) else { return self.local_type(spec) };
        let ty = self.object_type(object);
        let known: &[Ty] = match self.store.data(ty) {
            TypeData::Named(named) => named.tparams.get().map_or(&[], |tparams| tparams),
            TypeData::Alias(alias) if is_alias(self.tree(), spec) => alias.tparams.get().map_or(&[], |tparams| tparams),
            _ => &[],
        };
        self.type_params(tparams, Some(known));
        self.type_expr(rhs);
        self.record_object(ident, object);
        self.record_declared(ident, Mode::Type, ty);
    }

    fn func_decl(&mut self, decl: Node) {
        let [recv, ident, of_type, body] = self.slots(decl);
        let is_method = self.list(recv).next().is_some();
        let object = if is_method { self.declared_method(recv, ident) } else { self.declared_object(ident) };
        if self.is_there(recv) {
            self.receiver(recv, object);
        }
        let known = match object.map(|object| self.object_type(object)).map(|ty| self.store.data(ty)) {
            Some(TypeData::Func(func)) => Some(&*func.tparams),
            _ => None,
        };
        let ty = self.func_type(of_type, known);
        if let Some(object) = object {
            self.record_object(ident, object);
        }
        self.record_declared(ident, Mode::Value, ty);
        self.func_body(ty, body);
    }

    /// The method that an identifier declares, if others know it.
    fn declared_method(&mut self, recv: Node, ident: Node) -> Option<ObjId> {
        let tree = self.tree();
        let of_type = tree.children(self.list(recv).next()?).nth(1)?;
        let (base, _) = super::declare::receiver_base(tree, of_type);
        let object = self.own_object(self.name_of(base))?;
        let ty = self.store.unalias(self.object_type(object));
        let base = match self.store.data(ty) {
            TypeData::Pointer(base) => self.store.unalias(*base),
            _ => ty,
        };
        let TypeData::Named(named) = self.store.data(base) else { return None };
        let own = named.methods.get().into_iter().flatten();
        let added = self.types.extension.and_then(|extension| extension.methods.get(&base)).into_iter().flatten();
        own.chain(added).copied().find(|method| self.is_declared_by(*method, ident))
    }
}
