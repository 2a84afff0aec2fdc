//! Which variables are memory, and what else must be known of a file before its bodies are lowered.
//!
//! A variable is memory if its address is taken, by `&`, by slicing an array, or by calling a method with a pointer
//! receiver; if a part of it is assigned to; or if a function literal other than its own function assigns to it. One pass
//! over the rows.

use super::facts::{Facts, Shape};
use rulec_gofront::{ObjectId, ObjectKind};
use rulec_tree::{Kind, Node, Op};
use rulec_types::Builtin;
use rulec_types::check::SelectionKind;
use rustc_hash::{FxHashMap, FxHashSet};

/// What must be known of the objects of a file.
pub(super) struct Objects {
    storage: Vec<Storage>,
    /// The variables of the clauses of type switches in source order, by the identifier in the guard.
    clause_vars: FxHashMap<Node, Vec<ObjectId>>,
    /// Functions and literals that call `recover` themselves.
    recovers: FxHashSet<Node>,
    /// The function literals that variables are given, by `:=`, `=` or `var`, with how often.
    literals: FxHashMap<ObjectId, (Node, u32)>,
    /// The variables that literals use as keys in composite literals, where only types can tell.
    captured_as_keys: FxHashSet<ObjectId>,
}

/// How a variable is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// In single assignment form everywhere: nobody writes it after its declaration but its own function, and no literal
    /// can tell.
    Register,
    /// In single assignment form in its own function; literals see it change.
    Shared,
    /// Memory.
    Memory,
}

impl Storage {
    /// Whether it is memory in its own function, or in a literal inside of it.
    pub(super) fn is_memory_in(self, own: bool) -> bool {
        match self {
            Storage::Register => false,
            Storage::Shared => !own,
            Storage::Memory => true,
        }
    }
}

impl Objects {
    pub(super) fn of(facts: &Facts<'_>) -> Objects {
        let mut objects = Objects {
            storage: initial_storage(facts),
            clause_vars: clause_vars(facts),
            recovers: FxHashSet::default(),
            literals: FxHashMap::default(),
            captured_as_keys: FxHashSet::default(),
        };
        for node in facts.file.tree.nodes() {
            objects.look_at(facts, node);
        }
        objects
    }

    pub(super) fn storage(&self, object: ObjectId) -> Storage {
        self.storage.get(object.0 as usize).copied().unwrap_or(Storage::Memory)
    }

    /// The variable of clause number `clause` of a type switch whose guard has this name.
    pub(super) fn clause_var(&self, name: Node, clause: usize) -> Option<ObjectId> {
        self.clause_vars.get(&name)?.get(clause).copied()
    }

    /// Whether a function or literal calls `recover` itself.
    pub(super) fn recovers(&self, func: Node) -> bool {
        self.recovers.contains(&func)
    }

    /// The function literal that is all that a variable ever holds, but for `nil` before.
    pub(super) fn only_literal(&self, facts: &Facts<'_>, object: ObjectId) -> Option<Node> {
        let (literal, 1) = self.literals.get(&object).copied()? else { return None };
        let known = facts.file.names.get(object);
        let is_plain = known.kind == ObjectKind::Var && known.func.is_some() && !known.address_taken;
        let has_no_other = match known.assigned {
            0 => true,
            1 => known.decl.is_some_and(|decl| is_declared_without_value(facts, decl)),
            _ => false,
        };
        (is_plain && has_no_other).then_some(literal)
    }

    /// Whether a function literal uses the variable of another function.
    pub(super) fn is_captured(&self, facts: &Facts<'_>, object: ObjectId) -> bool {
        facts.file.names.get(object).captured || self.captured_as_keys.contains(&object)
    }

    fn look_at(&mut self, facts: &Facts<'_>, node: Node) {
        let tree = &facts.file.tree;
        let first = Node(node.0 + 1);
        match tree.kind(node) {
            Kind::Unary if tree.op(node) == Op::And => self.address(facts, first),
            Kind::Slice if matches!(facts.shape(facts.ty(first)), Shape::Array | Shape::Unknown) => {
                self.address(facts, first);
            }
            Kind::Selector => self.method(facts, node),
            Kind::KeyValue => self.key(facts, first),
            Kind::Assign => {
                tree.children(first).for_each(|target| self.write(facts, target));
                self.note_literals(facts, first, tree.end(first));
            }
            Kind::VarSpec => self.note_literals(facts, first, tree.end(tree.end(first))),
            Kind::IncDec => self.write(facts, first),
            Kind::Range if tree.op(node) != Op::None => {
                tree.children(node).take(2).for_each(|target| self.write(facts, target))
            }
            Kind::Call if facts.builtin(tree.unparen(first)) == Some(Builtin::Recover) => {
                self.recovers.extend(facts.file.names.func_of(node));
            }
            _ => {}
        }
    }

    /// `x, y = func…, func…`
    fn note_literals(&mut self, facts: &Facts<'_>, left: Node, right: Node) {
        let tree = &facts.file.tree;
        if !tree.below(right).contains(Kind::FuncLit) {
            return;
        }
        for (target, value) in tree.children(left).zip(tree.children(right)) {
            let literal = tree.unparen(value);
            let object = facts.file.names.object(tree.unparen(target));
            if let Some(object) = object.filter(|_| tree.kind(literal) == Kind::FuncLit) {
                self.literals.entry(object).or_insert((literal, 0)).1 += 1;
            }
        }
    }

    /// `x.M` takes the address of `x` if `M` has a pointer receiver and `x` is no pointer.
    fn method(&mut self, facts: &Facts<'_>, selector: Node) {
        let Some(selection) = facts.selection(selector).filter(|found| found.kind == SelectionKind::Method) else {
            return;
        };
        let Some(method) = selection.method else { return };
        if !selection.indirect && facts.has_pointer_receiver(method) {
            self.address(facts, Node(selector.0 + 1));
        }
    }

    /// `T{x: …}` in another function than that of `x`.
    fn key(&mut self, facts: &Facts<'_>, key: Node) {
        let names = &facts.file.names;
        let object = names.object_of_key(key).filter(|object| names.get(*object).func != names.func_of(key));
        self.captured_as_keys.extend(object);
    }

    /// The variable of which `x` is a part becomes memory.
    fn address(&mut self, facts: &Facts<'_>, x: Node) {
        let Some(object) = root(facts, x).and_then(|ident| facts.file.names.object(ident)) else { return };
        self.set_memory(object);
    }

    fn write(&mut self, facts: &Facts<'_>, target: Node) {
        let target = facts.file.tree.unparen(target);
        if facts.file.tree.kind(target) != Kind::Ident {
            return self.address(facts, target);
        }
        let names = &facts.file.names;
        let Some(object) = names.object(target) else { return };
        let func = names.get(object).func;
        if func.is_some() && names.func_of(target) != func {
            self.set_memory(object);
        }
    }

    fn set_memory(&mut self, object: ObjectId) {
        if let Some(storage) = self.storage.get_mut(object.0 as usize) {
            *storage = Storage::Memory;
        }
    }
}

/// The identifier of the variable that an expression denotes a part of, with no pointer on the way. Where types are not
/// known there may be none.
fn root(facts: &Facts<'_>, x: Node) -> Option<Node> {
    let tree = &facts.file.tree;
    let mut node = x;
    loop {
        let first = Node(node.0 + 1);
        node = match tree.kind(node) {
            Kind::Ident => return Some(node),
            Kind::Paren => first,
            Kind::Selector if facts.selection(node).is_some_and(|selection| selection.indirect) => return None,
            Kind::Selector => first,
            Kind::Index if matches!(facts.shape(facts.ty(first)), Shape::Array | Shape::Unknown) => first,
            _ => return None,
        };
    }
}

/// What the uses of a variable alone tell.
fn initial_storage(facts: &Facts<'_>) -> Vec<Storage> {
    let per_iteration = facts.types.and_then(|types| types.go_minor()).is_none_or(|minor| minor >= 22);
    let storage_of = |object: &rulec_gofront::Object| {
        let is_assigned = object.assigned > 0 || !per_iteration && is_loop_var(facts, object);
        if object.captured && is_assigned { Storage::Shared } else { Storage::Register }
    };
    facts.file.names.objects().map(|(_, object)| storage_of(object)).collect()
}

/// Whether each iteration of a loop gave this variable a new value before Go 1.22: declared by `range`.
fn is_loop_var(facts: &Facts<'_>, object: &rulec_gofront::Object) -> bool {
    let tree = &facts.file.tree;
    object.kind == ObjectKind::Var && object.decl.is_some_and(|decl| tree.kind(tree.parent(decl)) == Kind::Range)
}

fn clause_vars(facts: &Facts<'_>) -> FxHashMap<Node, Vec<ObjectId>> {
    let tree = &facts.file.tree;
    let mut vars: FxHashMap<Node, Vec<ObjectId>> = FxHashMap::default();
    for (id, object) in facts.file.names.objects() {
        let Some(decl) = object.decl.filter(|_| object.kind == ObjectKind::Var) else { continue };
        if tree.kind(tree.parent(decl)) == Kind::TypeSwitch {
            vars.entry(decl).or_default().push(id);
        }
    }
    vars
}

/// Whether the declaration of a variable is `var x T`.
fn is_declared_without_value(facts: &Facts<'_>, decl: Node) -> bool {
    let tree = &facts.file.tree;
    let spec = tree.parent(tree.parent(decl));
    tree.kind(spec) == Kind::VarSpec && tree.children(tree.slot(spec, 2)).next().is_none()
}
