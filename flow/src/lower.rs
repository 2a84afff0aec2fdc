//! From the tree of a file to the bodies of its functions.
//!
//! In: a file with its names and, where there are some, types. Out: one [`Body`] for each function, function literal and
//! package-level initialiser. A [`Lowerer`] goes once over the rows of a body in the order of evaluation and fills a
//! [`builder::Builder`] with blocks that may still read variables by name; `defers` adds the ways out; `finish` puts the
//! blocks in order and `ssa` the variables into single assignment form.
//!
//! Broken code, and what types do not tell, becomes [`Op::Opaque`], [`Callee::Unknown`](crate::ir::Callee::Unknown) or
//! [`Place::Unknown`](crate::ir::Place::Unknown). What is nested too deep or too large makes the body partial.
//!
//! **Absent:** no analysis beyond what the form itself needs, and no type errors.
//!
//! Source: the Go specification, "Statements", "Expressions", "Order of evaluation".

mod builder;
mod facts;
mod objects;

mod stmt;

mod clauses;
mod loops;

mod assign;
mod call;
mod expr;
mod place;

mod defers;

mod finish;
mod ssa;

use crate::file::BodySpan;
use crate::ir::{Body, BodyId, Op, Place, Value, Var, VarId};
use crate::summary::Knowledge;
use builder::Builder;
use facts::Facts;
use objects::Objects;
use rulec_gofront::{File, ObjectId};
use rulec_tree::{Kind, Node, Tree};
use rulec_types::Ty;
use rulec_world::FileTypes;
use rustc_hash::FxHashMap;

/// How deep statements and expressions may be nested; what lies deeper is opaque.
const MAX_DEPTH: u32 = 2_000;

/// What that takes of the stack: 16 KiB a level, all functions in between included.
const STACK_BYTES: usize = MAX_DEPTH as usize * 16 * 1024;

/// How many instructions a body may have; the rest of it is left out.
const MAX_INSTS: usize = 200_000;

/// The bodies of a file, in the order of `spans`.
pub(crate) fn lower_file(
    file: &File,
    types: Option<&FileTypes<'_>>,
    knowledge: &dyn Knowledge,
    spans: &[BodySpan],
) -> Vec<Body> {
    if spans.is_empty() {
        return Vec::new();
    }
    let facts = Facts { file, types, knowledge };
    let objects = Objects::of(&facts);
    let mut context = Context { facts, objects, spans, declared: FxHashMap::default() };
    stacker::maybe_grow(STACK_BYTES, STACK_BYTES + (1 << 20), || {
        let numbered = spans.iter().zip(0..);
        numbered.map(|(span, number)| lower_body(&mut context, *span, BodyId(number))).collect()
    })
}

/// What all bodies of a file share.
struct Context<'a> {
    facts: Facts<'a>,
    objects: Objects,
    spans: &'a [BodySpan],
    /// The variables that the bodies lowered so far declare.
    declared: FxHashMap<ObjectId, (BodyId, VarId)>,
}

fn lower_body(context: &mut Context<'_>, span: BodySpan, id: BodyId) -> Body {
    let mut lowerer = Lowerer::new(context, span.func);
    lowerer.run();
    let body = lowerer.into_body(span.outer);
    for (number, var) in body.vars.iter().enumerate().filter(|(_, var)| var.outer.is_none()) {
        context.declared.insert(var.object, (id, VarId(number as u32)));
    }
    body
}

/// Lowers one body.
struct Lowerer<'a> {
    context: &'a Context<'a>,
    facts: Facts<'a>,
    tree: &'a Tree,
    func: Node,
    builder: Builder,
    vars: FxHashMap<ObjectId, VarId>,
    /// The value at entry of captured variables in single assignment form.
    captured: FxHashMap<VarId, Value>,
    params: Vec<Value>,
    has_receiver: bool,
    results: Vec<Option<VarId>>,
    /// Where `break` and `continue` lead, the innermost last.
    targets: Vec<Target>,
    labels: FxHashMap<ObjectId, Label>,
    /// Where `return` and `panic` lead: the deferred calls, or what follows them.
    ways_out: defers::WaysOut,
    depth: u32,
    partial: bool,
}

/// A statement that `break` or `continue` can leave.
struct Target {
    label: Option<ObjectId>,
    leave: crate::ir::BlockId,
    next: Option<crate::ir::BlockId>,
}

/// A label and the block that it stands before.
struct Label {
    block: crate::ir::BlockId,
    /// Whether the label was there, not only a `goto`.
    is_placed: bool,
}

impl<'a> Lowerer<'a> {
    fn new<'b: 'a>(context: &'a Context<'b>, func: Node) -> Lowerer<'a> {
        let facts = context.facts;
        let mut builder = Builder::new();
        let ways_out = defers::WaysOut::new(&mut builder);
        Lowerer {
            context,
            facts,
            tree: &facts.file.tree,
            func,
            builder,
            vars: FxHashMap::default(),
            captured: FxHashMap::default(),
            params: Vec::new(),
            has_receiver: false,
            results: Vec::new(),
            targets: Vec::new(),
            labels: FxHashMap::default(),
            ways_out,
            depth: 0,
            partial: false,
        }
    }

    fn run(&mut self) {
        match self.tree.kind(self.func) {
            Kind::FuncDecl => {
                let [recv, _, of_type, body] = self.slots(self.func);
                self.function(Some(recv), of_type, body);
            }
            Kind::FuncLit => {
                let [of_type, body] = self.slots(self.func);
                self.function(None, of_type, body);
            }
            _ => {
                self.var_spec(self.func);
                self.leave_by_return();
            }
        }
        self.partial |= self.labels.values().any(|label| !label.is_placed);
        self.run_defers();
    }

    fn function(&mut self, recv: Option<Node>, of_type: Node, body: Node) {
        if let Some(recv) = recv.filter(|recv| self.tree.kind(*recv) == Kind::List) {
            self.has_receiver = true;
            self.parameters(recv);
        }
        if self.tree.kind(of_type) == Kind::FuncType {
            let [_, params, results] = self.slots(of_type);
            self.parameters(params);
            self.declare_results(results);
        }
        if self.tree.kind(body) != Kind::Block {
            self.partial = true;
            self.builder.emit(Op::Opaque(Default::default()), body, Ty::UNKNOWN);
            return;
        }
        self.statements(body);
        // A function with results cannot end this way.
        if self.results.is_empty() {
            let list = self.builder.list(&[]);
            self.builder.emit(Op::Return(list), body, Ty::UNKNOWN);
            self.leave_by_return();
        }
    }

    /// The values that parameters come with, and their variables.
    fn parameters(&mut self, list: Node) {
        for field in self.tree.children(list).filter(|field| self.tree.kind(*field) == Kind::Field) {
            let [names, of_type, _] = self.slots(field);
            let mut idents = self.tree.children(names).peekable();
            if idents.peek().is_none() {
                self.parameter(of_type, self.facts.ty(of_type));
            }
            for ident in idents {
                let value = self.parameter(ident, self.facts.ty(ident));
                if let Some(var) = self.local(ident) {
                    self.set_var(var, value, ident);
                }
            }
        }
    }

    fn parameter(&mut self, row: Node, ty: Ty) -> Value {
        let value = self.builder.emit(Op::Param(self.params.len() as u32), row, ty);
        self.params.push(value);
        value
    }

    fn declare_results(&mut self, list: Node) {
        for field in self.tree.children(list).filter(|field| self.tree.kind(*field) == Kind::Field) {
            let [names, _, _] = self.slots(field);
            let mut idents = self.tree.children(names).peekable();
            if idents.peek().is_none() {
                self.results.push(None);
            }
            for ident in idents {
                let var = self.local(ident);
                if let Some(var) = var {
                    let zero = self.builder.emit(Op::Zero, ident, self.facts.ty(ident));
                    self.set_var(var, zero, ident);
                }
                self.results.push(var);
            }
        }
    }

    // Variables.

    /// The variable that an identifier names, if it is a variable of a function; of a key in a composite literal the one that it
    /// is if it is no field's name.
    fn local(&mut self, ident: Node) -> Option<VarId> {
        let names = &self.facts.file.names;
        self.var(names.object(ident).or_else(|| names.object_of_key(ident))?)
    }

    /// The variable that an object of the file is, if it is one of a function.
    fn var(&mut self, object: ObjectId) -> Option<VarId> {
        if let Some(var) = self.vars.get(&object) {
            return Some(*var);
        }
        let known = self.facts.file.names.get(object);
        let (decl, func) = (known.decl?, known.func?);
        if !known.kind.is_variable() {
            return None;
        }
        let is_own = func == self.func;
        let storage = self.context.objects.storage(object);
        let outer = if is_own { None } else { Some(self.context.declared.get(&object).copied()?) };
        let ty = self.facts.var_ty(decl, object);
        let in_memory = storage.is_memory_in(is_own);
        let captured = self.context.objects.is_captured(&self.facts, object);
        let var = Var { object, decl, ty, outer, in_memory, captured };
        let id = VarId(self.builder.vars.len() as u32);
        self.builder.vars.push(var);
        self.vars.insert(object, id);
        if !is_own && !in_memory {
            let value = self.builder.emit_at_entry(Op::Captured(id), decl, ty);
            self.captured.insert(id, value);
        }
        Some(id)
    }

    /// Gives a variable a value; the result is the instruction that does it.
    fn set_var(&mut self, var: VarId, value: Value, row: Node) -> Value {
        let Var { ty, in_memory, .. } = self.builder.vars[var.0 as usize];
        let set = if in_memory {
            let place = self.builder.place(Place::Var(var));
            self.builder.emit(Op::Store(place, value), row, ty)
        } else {
            self.builder.emit(Op::Assign(var, value), row, ty)
        };
        self.complete(row, set);
        set
    }

    fn read_var(&mut self, var: VarId, row: Node) -> Value {
        let Var { ty, in_memory, .. } = self.builder.vars[var.0 as usize];
        if in_memory {
            let place = self.builder.place(Place::Var(var));
            return self.builder.emit(Op::Load(place), row, ty);
        }
        let definition = self.captured.get(&var).copied().unwrap_or(builder::BY_NAME);
        self.builder.emit(Op::Read(var, definition), row, ty)
    }

    // Rows.

    /// The first `N` children of a node; the end row where it has fewer.
    fn slots<const N: usize>(&self, node: Node) -> [Node; N] {
        let mut children = self.tree.children(node);
        std::array::from_fn(|_| children.next().unwrap_or(self.tree.end_row()))
    }

    fn is_there(&self, node: Node) -> bool {
        self.tree.kind(node) != Kind::Absent
    }

    /// Says which instruction completes a row.
    fn complete(&mut self, row: Node, value: Value) {
        self.builder.rows.push((row, value));
    }

    /// The same for the parentheses around a row.
    fn complete_parens(&mut self, outer: Node, bare: Node, value: Value) {
        // Nothing stands between them but parentheses.
        for row in (outer.0..bare.0).map(Node) {
            self.complete(row, value);
        }
    }

    /// Both; the result is the instruction.
    fn complete_with_parens(&mut self, outer: Node, bare: Node, value: Value) -> Value {
        self.complete(bare, value);
        self.complete_parens(outer, bare, value);
        value
    }

    // Budgets.

    /// Does work one level deeper; none if that is too deep, or the body too large.
    fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH || self.builder.insts.len() >= MAX_INSTS {
            self.partial = true;
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    fn opaque(&mut self, parts: &[Value], row: Node) -> Value {
        let list = self.builder.list(parts);
        let ty = self.facts.ty(row);
        self.builder.emit(Op::Opaque(list), row, ty)
    }
}
