//! What lowering asks of the file, its names and its types.

use crate::ir::Callee;
use crate::summary::Knowledge;
use rulec_gofront::{File, ObjectId, ObjectKind};
use rulec_tree::{Category, Kind, Node};
use rulec_types::check::{Mode, Selection};
use rulec_types::{Basic, Builtin, Name, ObjId, Ty, TypeData};
use rulec_world::FileTypes;

/// The file, its types where there are some, and what is known of other functions.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) file: &'a File,
    pub(super) types: Option<&'a FileTypes<'a>>,
    pub(super) knowledge: &'a dyn Knowledge,
}

/// The structure of a type, as far as indexing and ranging over it differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Array,
    ArrayPointer,
    Slice,
    Map,
    String,
    Func,
    Pointer,
    Struct,
    Other,
    Unknown,
}

impl<'a> Facts<'a> {
    pub(super) fn ty(&self, node: Node) -> Ty {
        self.types.map_or(Ty::UNKNOWN, |types| types.ty(node))
    }

    pub(super) fn mode(&self, node: Node) -> Mode {
        self.types.map_or(Mode::Unknown, |types| types.mode(node))
    }

    pub(super) fn selection(&self, node: Node) -> Option<&'a Selection> {
        self.types?.selection(node)
    }

    /// Whether an expression is a constant.
    pub(super) fn is_const(&self, node: Node) -> bool {
        self.mode(node) == Mode::Const
    }

    /// The constant value of an expression, if it is known.
    pub(super) fn value(&self, node: Node) -> Option<&'a rulec_constant::Value> {
        self.types?.value(node).filter(|value| !value.is_unknown())
    }

    /// The type of the variable that an identifier declares.
    pub(super) fn var_ty(&self, decl: Node, object: ObjectId) -> Ty {
        let Some(types) = self.types else { return Ty::UNKNOWN };
        types.clause_var(decl, object).unwrap_or_else(|| types.ty(decl))
    }

    /// The package-level object that an identifier or a qualified name stands for.
    pub(super) fn object(&self, node: Node) -> Option<ObjId> {
        let types = self.types?;
        let name = match self.file.tree.kind(node) {
            Kind::Selector => self.file.tree.end(Node(node.0 + 1)),
            _ => node,
        };
        types.object(name).or_else(|| types.object(node))
    }

    pub(super) fn object_kind(&self, object: ObjId) -> Option<rulec_types::ObjectKind> {
        Some(self.types?.store().object(object).kind)
    }

    /// The variable of a package that a name stands for.
    pub(super) fn global(&self, node: Node) -> Option<ObjId> {
        self.object(node).filter(|object| self.object_kind(*object) == Some(rulec_types::ObjectKind::Var))
    }

    /// What an identifier is, of those that the file knows.
    pub(super) fn kind_of(&self, ident: Node) -> Option<ObjectKind> {
        let object = self.file.names.object(ident)?;
        Some(self.file.names.get(object).kind)
    }

    /// Whether a selector is a name of another package.
    pub(super) fn is_qualified(&self, selector: Node) -> bool {
        let x = Node(selector.0 + 1);
        self.file.tree.kind(x) == Kind::Ident && self.kind_of(x) == Some(ObjectKind::Package)
    }

    // Types.

    pub(super) fn shape(&self, ty: Ty) -> Shape {
        let Some(types) = self.types else { return Shape::Unknown };
        let relations = types.relations();
        let Some(core) = relations.core_type(ty) else { return Shape::Unknown };
        match types.store().data(core) {
            TypeData::Array { .. } => Shape::Array,
            TypeData::Slice(_) => Shape::Slice,
            TypeData::Map { .. } => Shape::Map,
            TypeData::Basic(Basic::String | Basic::UntypedString) => Shape::String,
            TypeData::Basic(Basic::Unknown) => Shape::Unknown,
            TypeData::Func(_) => Shape::Func,
            TypeData::Struct(_) => Shape::Struct,
            TypeData::Pointer(to) => match relations.core_type(*to).map(|to| types.store().data(to)) {
                Some(TypeData::Array { .. }) => Shape::ArrayPointer,
                _ => Shape::Pointer,
            },
            _ => Shape::Other,
        }
    }

    /// What a type points to, if it is a pointer.
    pub(super) fn pointer_base(&self, ty: Ty) -> Option<Ty> {
        let types = self.types?;
        let relations = types.relations();
        match types.store().data(relations.core_type(ty)?) {
            TypeData::Pointer(to) => Some(*to),
            _ => None,
        }
    }

    /// Field number `index` of a struct type.
    pub(super) fn field(&self, owner: Ty, index: u32) -> Option<(Name, Ty)> {
        let types = self.types?;
        match types.store().data(types.relations().core_type(owner)?) {
            TypeData::Struct(fields) => fields.get(index as usize).map(|field| (field.name, field.ty)),
            _ => None,
        }
    }

    /// The name that the key of an element of a struct literal stands for.
    pub(super) fn field_name(&self, key: Node) -> Option<Name> {
        let is_name = self.file.tree.kind(key) == Kind::Ident;
        let types = self.types.filter(|_| is_name)?;
        Some(types.store().name(&self.file.texts.str(self.file.tree.text(key))))
    }

    /// Type number `n` of a tuple.
    pub(super) fn part(&self, tuple: Ty, n: usize) -> Ty {
        self.parts(tuple).and_then(|parts| parts.get(n)).copied().unwrap_or(Ty::UNKNOWN)
    }

    /// The types of a tuple; none for all other types.
    pub(super) fn parts(&self, tuple: Ty) -> Option<&'a [Ty]> {
        match self.types?.store().data(tuple) {
            TypeData::Tuple(parts) => Some(parts),
            _ => None,
        }
    }

    /// Whether a method has a pointer as receiver.
    pub(super) fn has_pointer_receiver(&self, method: ObjId) -> bool {
        let receiver = self.types.and_then(|types| types.store().object(method).receiver());
        receiver.is_some_and(|(_, pointer)| pointer)
    }

    // Calls.

    /// Whether what stands before the arguments of a call is a type.
    pub(super) fn is_type(&self, callee: Node) -> bool {
        let tree = &self.file.tree;
        match self.mode(callee) {
            Mode::Type => return true,
            Mode::Unknown => {}
            _ => return false,
        }
        match tree.kind(callee) {
            Kind::Ident => matches!(
                self.kind_of(callee),
                Some(ObjectKind::Type | ObjectKind::PredeclaredType | ObjectKind::TypeParam)
            ),
            Kind::Star => self.is_type(tree.unparen(Node(callee.0 + 1))),
            kind => kind.category() == Category::Type,
        }
    }

    /// The predeclared function that is called.
    pub(super) fn builtin(&self, callee: Node) -> Option<Builtin> {
        if let Mode::Builtin(builtin) = self.mode(callee) {
            return Some(builtin);
        }
        let is_predeclared =
            self.file.tree.kind(callee) == Kind::Ident && self.kind_of(callee) == Some(ObjectKind::Builtin);
        let name = is_predeclared.then(|| self.file.texts.str(self.file.tree.text(callee)))?;
        Builtin::ALL
            .iter()
            .find(|(_, package, known)| *package == rulec_types::PackageId::UNIVERSE && *known == name)
            .map(|(builtin, ..)| *builtin)
    }

    /// The declared function that an expression names, type arguments aside.
    pub(super) fn named_func(&self, callee: Node) -> Option<ObjId> {
        let tree = &self.file.tree;
        let mut named = callee;
        if tree.kind(named) == Kind::Index {
            named = tree.unparen(Node(named.0 + 1));
        }
        let is_name = match tree.kind(named) {
            Kind::Ident => true,
            Kind::Selector => self.selection(named).is_none(),
            _ => false,
        };
        let object = self.object(named).filter(|_| is_name)?;
        (self.object_kind(object)? == rulec_types::ObjectKind::Func).then_some(object)
    }

    /// Whether a call of this never returns. `receiver` is the type of the first argument.
    pub(super) fn never_returns(&self, callee: Callee, receiver: Ty) -> bool {
        let summary = match callee {
            Callee::Func(function) => self.knowledge.function(function),
            Callee::Interface(name) => self.knowledge.method(receiver, name),
            _ => None,
        };
        summary.is_some_and(|summary| summary.never_returns)
    }
}
