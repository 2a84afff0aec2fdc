//! What everything else in a [`Checker`] stands on: the tree at hand, the depth budget, and writing findings down.

use super::{Checker, Extension, Local, Mode, Operand, Selection, Unit};
use crate::relate::Types;
use crate::{Name, ObjId, Ty};
use rulec_constant::Value;
use rulec_gofront::{File, ObjectId};
use rulec_tree::{Kind, Node, Tree};
use rustc_hash::FxHashMap;

/// How deep expressions, types and statements may be nested; what lies deeper is unknown.
pub(crate) const MAX_DEPTH: u32 = 2_000;

/// What that takes of the stack: 32 KiB a level, all functions in between included.
const STACK_BYTES: usize = MAX_DEPTH as usize * 32 * 1024;

/// Runs `work` with a stack that is large enough for [`MAX_DEPTH`].
pub(super) fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_BYTES, STACK_BYTES + (1 << 20), work)
}

impl<'a> Checker<'a> {
    /// A checker at the first file of a unit. `extension` is what own tests add, as far as this unit sees it.
    pub(super) fn new(unit: &'a Unit<'a>, extension: &'a Extension) -> Checker<'a> {
        let types = Types { store: unit.store, extension: Some(extension), word_bytes: unit.word_bytes };
        Checker {
            unit,
            store: unit.store,
            types,
            file: 0,
            rows: None,
            declaring: None,
            locals: FxHashMap::default(),
            guards: FxHashMap::default(),
            redeclared: FxHashMap::default(),
            iota: None,
            results: Vec::new(),
            has_call: false,
            depth: 0,
        }
    }

    // The tree.

    pub(crate) fn file(&self) -> &'a File {
        self.unit.files[self.file].file
    }

    pub(crate) fn tree(&self) -> &'a Tree {
        &self.file().tree
    }

    pub(crate) fn kind(&self, node: Node) -> Kind {
        self.tree().kind(node)
    }

    /// The first `N` children of a node whose shape has as many slots.
    pub(crate) fn slots<const N: usize>(&self, node: Node) -> [Node; N] {
        let tree = self.tree();
        let mut next = Node(node.0 + 1);
        std::array::from_fn(|_| {
            let slot = next;
            next = tree.end(slot);
            slot
        })
    }

    /// The elements of a list; none where it is absent.
    pub(crate) fn list(&self, list: Node) -> impl Iterator<Item = Node> + use<'a> {
        let tree = self.tree();
        let count = if tree.kind(list) == Kind::List { usize::MAX } else { 0 };
        tree.children(list).take(count)
    }

    /// Whether a slot is filled.
    pub(crate) fn is_there(&self, node: Node) -> bool {
        self.kind(node) != Kind::Absent
    }

    /// The name that an identifier has, or the value of a string literal.
    pub(crate) fn name_of(&self, node: Node) -> Name {
        self.unit.files[self.file].name_of(self.store, node)
    }

    pub(crate) fn is_blank(&self, node: Node) -> bool {
        self.kind(node) == Kind::Ident && self.name_of(node) == Name::BLANK
    }

    // The depth budget.

    /// Does `work` one level deeper; nothing if that is too deep.
    pub(crate) fn deeper<T>(&mut self, work: impl FnOnce(&mut Checker<'a>) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    // Local objects.

    /// What is known of a local object.
    pub(crate) fn local(&mut self, object: ObjectId) -> Option<Local> {
        if let Some(local) = self.locals.get(&object) {
            return Some(local.clone());
        }
        let guard = self.file().names.get(object).decl?;
        let ty = *self.guards.get(&guard)?;
        if let Some(rows) = &mut self.rows {
            rows.clause_vars.insert(object, ty);
        }
        Some(Local { ty, value: None })
    }

    /// Gives the object that an identifier declares its type, if it is local.
    pub(super) fn set_local(&mut self, ident: Node, ty: Ty, value: Option<Value>) {
        if let Some(object) = self.file().names.object(ident) {
            self.locals.insert(object, Local { ty, value });
        }
    }

    // Findings.

    /// Writes down what an expression is.
    pub(crate) fn record(&mut self, x: &Operand) {
        self.record_type(x.node, x.mode, x.ty);
        self.record_value(x.node, x.value.as_ref());
    }

    pub(crate) fn record_type(&mut self, node: Node, mode: Mode, ty: Ty) {
        let Some(rows) = &mut self.rows else { return };
        let at = node.0.wrapping_sub(rows.first) as usize;
        if let (Some(mode_of), Some(type_of)) = (rows.modes.get_mut(at), rows.types.get_mut(at)) {
            (*mode_of, *type_of) = (mode, ty);
        }
    }

    pub(crate) fn record_value(&mut self, node: Node, value: Option<&Value>) {
        let Some(rows) = &mut self.rows else { return };
        match value {
            Some(value) => {
                rows.values.insert(node, value.clone());
            }
            None if rows.values.is_empty() => {}
            None => {
                rows.values.remove(&node);
            }
        }
    }

    pub(crate) fn record_selection(&mut self, node: Node, selection: Selection) {
        if let Some(rows) = &mut self.rows {
            rows.selections.insert(node, selection);
        }
    }

    pub(crate) fn record_object(&mut self, node: Node, object: ObjId) {
        if let Some(rows) = &mut self.rows {
            rows.objects.insert(node, object);
        }
    }

    /// The type arguments of what an identifier names.
    pub(crate) fn record_instance(&mut self, ident: Node, args: &[Ty]) {
        if let Some(rows) = &mut self.rows {
            rows.instances.insert(ident, args.into());
        }
    }

    /// Writes down what an identifier is that stands for no expression of its own: it declares something, or is the name
    /// of a package, or of a field or method behind a dot or in a literal.
    pub(crate) fn record_name(&mut self, ident: Node, mode: Mode, ty: Ty) {
        self.record_type(ident, mode, ty);
        if let Some(rows) = &mut self.rows {
            rows.names.insert(ident);
        }
    }

    /// Writes down what an identifier declares; `_` declares nothing.
    pub(super) fn record_declared(&mut self, ident: Node, mode: Mode, ty: Ty) {
        if !self.is_blank(ident) {
            self.record_name(ident, mode, ty);
        }
    }
}
