//! What facts speak of, as rows of a file name it.

use crate::conditions::Facts;
use rulec_calls::{Entity, FunctionKey};
use rulec_plan::manifest::FactKind;
use rulec_tree::{Kind, KindSet, Node, Tree};
use rulec_types::check::SelectionKind;
use rulec_types::{ObjId, ObjectKind, Store, Ty, TypeData};
use rulec_world::FileTypes;

/// The entity that a row declares or names.
pub(crate) fn entity_of(facts: &Facts, row: Node, kind: FactKind) -> Option<Entity> {
    let names = Names { facts, tree: facts.tree(), types: facts.types().ok()? };
    let row = names.tree.unparen(row);
    match kind {
        FactKind::Func => names.function(row).map(Entity::Func),
        FactKind::Param => names.parameter(row),
        FactKind::Result => names.result(row),
        FactKind::Type => names.declared_type(row),
        FactKind::Field => names.field(row),
        FactKind::Global => names.global(row),
    }
}

/// The function whose declaration or literal a row is.
pub(crate) fn function_at(facts: &Facts, row: Node) -> Option<FunctionKey> {
    Names { facts, tree: facts.tree(), types: facts.types().ok()? }.function(row)
}

/// The innermost function around a row, a literal included; none for what stands in none.
pub(crate) fn function_around(facts: &Facts, row: Node) -> Option<FunctionKey> {
    let tree = facts.tree();
    let mut rows = std::iter::successors(Some(row), |row| (*row != Node::ROOT).then(|| tree.parent(*row)));
    let function = rows.find(|row| KindSet::FUNCS.contains(tree.kind(*row)))?;
    function_at(facts, function)
}

struct Names<'f> {
    facts: &'f Facts<'f>,
    tree: &'f Tree,
    types: &'f FileTypes<'f>,
}

impl Names<'_> {
    fn store(&self) -> &Store {
        self.types.store()
    }

    fn function(&self, row: Node) -> Option<FunctionKey> {
        let at = || {
            let file = self.store().name(&self.facts.location()?.to_string_lossy());
            Some(FunctionKey::At { file, row })
        };
        match self.tree.kind(row) {
            Kind::FuncDecl => {
                let object = self.types.object(self.tree.slot(row, 1));
                object.and_then(|object| FunctionKey::of_object(self.store(), object)).or_else(at)
            }
            Kind::FuncLit => at(),
            _ => FunctionKey::of_object(self.store(), self.object(row)?),
        }
    }

    /// The declared object that an identifier or selector names.
    fn object(&self, row: Node) -> Option<ObjId> {
        match self.tree.kind(row) {
            Kind::Ident => self.types.object(row),
            Kind::Selector => match self.types.selection(row) {
                Some(selection) => selection.method,
                None => self.types.object(self.tree.slot(row, 1)).or_else(|| self.types.object(row)),
            },
            _ => None,
        }
    }

    fn parameter(&self, row: Node) -> Option<Entity> {
        let (function, list, number) = self.place_in_signature(row)?;
        let has_receiver = self.tree.kind(function) == Kind::FuncDecl && !self.is_empty(self.tree.slot(function, 0));
        match list {
            SignatureList::Receiver => Some(Entity::Param(self.function(function)?, 0)),
            SignatureList::Params => Some(Entity::Param(self.function(function)?, number + u32::from(has_receiver))),
            SignatureList::Results => None,
        }
    }

    fn result(&self, row: Node) -> Option<Entity> {
        let (function, list, number) = self.place_in_signature(row)?;
        matches!(list, SignatureList::Results).then_some(())?;
        Some(Entity::Result(self.function(function)?, number))
    }

    /// The function of whose parameters or results an identifier is one, in which list, at which place there. A use stands
    /// for its declaration.
    fn place_in_signature(&self, row: Node) -> Option<(Node, SignatureList, u32)> {
        let tree = self.tree;
        let declared = self.facts.object(row).and_then(|object| object.decl).unwrap_or(row);
        let field = std::iter::successors(Some(declared), |row| Some(tree.parent(*row)));
        let field = field.take(3).find(|row| tree.kind(*row) == Kind::Field)?;
        let list = tree.parent(field);
        let above = tree.parent(list);
        let (function, which) = match tree.kind(above) {
            Kind::FuncDecl => (above, SignatureList::Receiver),
            Kind::FuncType if list == tree.slot(above, 1) => (tree.parent(above), SignatureList::Params),
            Kind::FuncType if list == tree.slot(above, 2) => (tree.parent(above), SignatureList::Results),
            _ => return None,
        };
        matches!(tree.kind(function), Kind::FuncDecl | Kind::FuncLit).then_some(())?;
        let mut number = 0;
        for one in tree.children(list) {
            let names = tree.slot(one, 0);
            let count = tree.children(names).filter(|_| tree.kind(names) == Kind::List).count() as u32;
            if one == field {
                let own = tree.children(names).position(|name| name == declared).unwrap_or(0);
                return Some((function, which, number + own as u32));
            }
            number += count.max(1);
        }
        None
    }

    fn is_empty(&self, list: Node) -> bool {
        self.tree.kind(list) == Kind::Absent || self.tree.children(list).next().is_none()
    }

    fn declared_type(&self, row: Node) -> Option<Entity> {
        let named = self.object(row).filter(|object| self.store().object(*object).kind == ObjectKind::Type);
        let object = named.or_else(|| self.named(self.types.ty(row)))?;
        let object = self.store().object(object);
        Some(Entity::Type { package: object.pkg, name: object.name })
    }

    /// The declaration of a declared type, or of what a pointer to one points to.
    fn named(&self, ty: Ty) -> Option<ObjId> {
        let base = self.types.relations().deref(ty).0;
        match self.store().data(self.store().unalias(base)) {
            TypeData::Named(named) => Some(named.obj),
            _ => None,
        }
    }

    fn field(&self, row: Node) -> Option<Entity> {
        match self.tree.kind(row) {
            Kind::Selector => self.selected_field(row),
            _ => self.declared_field(row),
        }
    }

    fn selected_field(&self, row: Node) -> Option<Entity> {
        let selection = self.types.selection(row).filter(|selection| selection.kind == SelectionKind::Field)?;
        let relations = self.types.relations();
        let (_, before) = selection.index.split_last()?;
        let mut owner = relations.deref(selection.recv).0;
        for number in before {
            let TypeData::Struct(fields) = self.store().data(relations.underlying(owner)) else { return None };
            owner = relations.deref(fields.get(*number as usize)?.ty).0;
        }
        let object = self.store().object(self.named(owner)?);
        Some(Entity::Field { package: object.pkg, of: object.name, name: selection.name })
    }

    fn declared_field(&self, row: Node) -> Option<Entity> {
        let tree = self.tree;
        let field = tree.parent(tree.parent(row));
        let (structure, spec) = (tree.parent(field), tree.parent(tree.parent(field)));
        let is_one = tree.kind(field) == Kind::Field
            && tree.kind(structure) == Kind::StructType
            && tree.kind(spec) == Kind::TypeSpec;
        let object = self.types.object(tree.slot(spec, 0)).filter(|_| is_one)?;
        let (object, name) = (self.store().object(object), String::from_utf8_lossy(self.facts.text_of(row)));
        Some(Entity::Field { package: object.pkg, of: object.name, name: self.store().name(&name) })
    }

    fn global(&self, row: Node) -> Option<Entity> {
        let object = self.store().object(self.object(row)?);
        (object.kind == ObjectKind::Var).then_some(Entity::Global { package: object.pkg, name: object.name })
    }
}

enum SignatureList {
    Receiver,
    Params,
    Results,
}
