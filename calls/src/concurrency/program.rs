//! The bodies of one package with what the analyses of this folder need to know of each.
//!
//! In: the files of a package with their types and flow. Out: bodies by number, the body of each declared function and
//! method, operands of instructions, which values are alive at the start of a block, and which blocks lie on a cycle.
//!
//! **Absent:** other packages, but for the names of their functions ([`super::known`]).

use super::known::{self, Known};
use rulec_flow::ir::{BlockId, BodyId, Callee, Field, Op, Place, PlaceId, Value, VarId};
use rulec_flow::summary::{Often, ParamSummary};
use rulec_flow::{Body, Knowledge};
use rulec_tree::{Kind, Node};
use rulec_types::{Lookup, Name, ObjId, Store, Ty, TypeData};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::SourceFile;

/// A body of the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CodeId(pub(crate) u32);

/// A body and where it comes from.
pub(crate) struct Code<'a> {
    /// The number of its file.
    pub(crate) file: u32,
    pub(crate) body: &'a Body,
    shape: OnceCell<Shape>,
}

/// What is found out about the graph of a body.
pub(crate) struct Shape {
    /// For each block the values alive at its start, sorted: those that an instruction from there on may use.
    pub(crate) live: Vec<Vec<Value>>,
    /// For each block the number of its strongly connected component; one of its own if it is on no cycle.
    pub(crate) component: Vec<u32>,
    /// For each block its place in a depth-first order, so that an edge to a block not behind is a back edge.
    pub(crate) order: Vec<u32>,
}

/// Bodies with more instructions than this are not run or looked at flow-sensitively.
pub(crate) const MAX_INSTS: usize = 20_000;

/// The bodies of one package.
pub(crate) struct Program<'a> {
    pub(crate) files: &'a [SourceFile<'a>],
    pub(crate) codes: Vec<Code<'a>>,
    pub(crate) knowledge: &'a dyn Knowledge,
    by_id: FxHashMap<(u32, BodyId), CodeId>,
    by_object: FxHashMap<ObjId, CodeId>,
    /// The methods of the package by name.
    methods: FxHashMap<Name, Vec<CodeId>>,
    known: RefCell<FxHashMap<ObjId, Known>>,
    captures: RefCell<FxHashMap<CodeId, Captures>>,
    globals: OnceCell<Vec<OwnGlobal>>,
}

/// Variables, each under the outermost body that has it.
type Captures = Rc<FxHashSet<(CodeId, VarId)>>;

/// A variable of the package, and the instruction that makes the channel that it is declared with.
pub(crate) type OwnGlobal = (ObjId, Option<(CodeId, Value)>);

impl<'a> Program<'a> {
    pub(crate) fn new(files: &'a [SourceFile<'a>], knowledge: &'a dyn Knowledge) -> Program<'a> {
        let mut program = Program {
            files,
            codes: Vec::new(),
            knowledge,
            by_id: FxHashMap::default(),
            by_object: FxHashMap::default(),
            methods: FxHashMap::default(),
            known: RefCell::default(),
            captures: RefCell::default(),
            globals: OnceCell::new(),
        };
        for (file, source) in (0u32..).zip(files) {
            for (id, body) in source.flow.bodies() {
                let code = CodeId(program.codes.len() as u32);
                program.by_id.insert((file, id), code);
                if let Some(object) = declared_function(source, body.func) {
                    program.by_object.insert(object, code);
                    let declared = source.types.store().object(object);
                    if declared.receiver().is_some() {
                        program.methods.entry(declared.name).or_default().push(code);
                    }
                }
                program.codes.push(Code { file, body, shape: OnceCell::new() });
            }
        }
        program
    }

    pub(crate) fn store(&self) -> Option<&'a Store> {
        self.files.first().map(|source| source.types.store())
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = CodeId> + use<> {
        (0..self.codes.len() as u32).map(CodeId)
    }

    pub(crate) fn code(&self, code: CodeId) -> &Code<'a> {
        &self.codes[code.0 as usize]
    }

    pub(crate) fn body(&self, code: CodeId) -> &'a Body {
        self.code(code).body
    }

    pub(crate) fn source(&self, code: CodeId) -> &'a SourceFile<'a> {
        &self.files[self.code(code).file as usize]
    }

    /// The body with this number in the file of another one: a literal, or what is around it.
    pub(crate) fn beside(&self, code: CodeId, id: BodyId) -> Option<CodeId> {
        self.by_id.get(&(self.code(code).file, id)).copied()
    }

    /// The body of a declared function or method of the package.
    pub(crate) fn function(&self, object: ObjId) -> Option<CodeId> {
        self.by_object.get(&object).copied()
    }

    /// The methods of the package with this name.
    pub(crate) fn methods_named(&self, name: Name) -> &[CodeId] {
        self.methods.get(&name).map_or(&[], Vec::as_slice)
    }

    /// What a function of another package does.
    pub(crate) fn known(&self, object: ObjId) -> Known {
        let Some(store) = self.store() else { return Known::Foreign };
        if let Some(known) = self.known.borrow().get(&object) {
            return *known;
        }
        let known = match known::of_object(store, object) {
            Known::Foreign if self.is_harmless(object) => Known::Harmless,
            known => known,
        };
        self.known.borrow_mut().insert(object, known);
        known
    }

    /// Variables of the package that are not exported and that are declared without a value, or with a channel that is
    /// made there: the body and the instruction that makes it. Other packages cannot change them; of this one, all code that
    /// runs is run. Variables that some function assigns are not among them.
    pub(crate) fn own_globals(&self) -> &[OwnGlobal] {
        self.globals.get_or_init(|| self.find_globals())
    }

    fn find_globals(&self) -> Vec<OwnGlobal> {
        let mut found: FxHashMap<ObjId, Option<(CodeId, Value)>> = FxHashMap::default();
        let mut assigned: FxHashSet<ObjId> = FxHashSet::default();
        for code in self.ids() {
            let body = self.body(code);
            let is_init = self.source(code).file.tree.kind(body.func) == Kind::VarSpec;
            for place in &body.places {
                if let Place::Global(global) = place {
                    found.entry(*global).or_default();
                }
            }
            for inst in &body.insts {
                let Op::Store(place, value) = inst.op else { continue };
                let Place::Global(global) = body.place(place) else { continue };
                match body.op(body.source_of(value)) {
                    Op::Make(_) if is_init && self.is_chan(body.inst(value).ty) => {
                        found.insert(global, Some((code, body.source_of(value))));
                    }
                    _ => {
                        assigned.insert(global);
                    }
                }
            }
        }
        let Some(store) = self.store() else { return Vec::new() };
        let package = self.files.first().map(|source| source.types.package());
        let is_own = |global: ObjId| {
            let object = store.object(global);
            Some(object.pkg) == package && (!store.is_exported(object.name) || self.is_program())
        };
        let mut own: Vec<_> =
            found.into_iter().filter(|(global, _)| is_own(*global) && !assigned.contains(global)).collect();
        own.sort_unstable();
        own
    }

    /// Whether the package is a program: nobody imports it.
    fn is_program(&self) -> bool {
        let store = self.store();
        let package = self.files.first().map(|source| source.types.package());
        store.zip(package).is_some_and(|(store, package)| store.str(store.package(package).name) == "main")
    }

    /// Whether a function is known to keep nothing and to call nothing that it is given.
    fn is_harmless(&self, object: ObjId) -> bool {
        let Some(summary) = self.knowledge.function(object) else { return false };
        let is_left = |param: &ParamSummary| {
            let uses = [param.called, param.closed, param.sent, param.received];
            !param.kept && !param.spawned && uses.iter().all(|often| *often == Often::Never)
        };
        summary.complete && !summary.never_returns && !summary.may_block && summary.params.iter().all(is_left)
    }

    /// The name of a function declaration; none for literals and initialisers.
    pub(crate) fn name(&self, code: CodeId) -> Option<String> {
        let (file, func) = (self.source(code).file, self.body(code).func);
        let is_decl = file.tree.kind(func) == Kind::FuncDecl;
        is_decl.then(|| file.texts.str(file.tree.text(file.tree.slot(func, 1))).into_owned())
    }

    /// The number of the parameter that takes all further arguments, if there is one.
    pub(crate) fn variadic(&self, code: CodeId) -> Option<usize> {
        let (tree, body) = (&self.source(code).file.tree, self.body(code));
        let of_type = match tree.kind(body.func) {
            Kind::FuncDecl => tree.slot(body.func, 2),
            Kind::FuncLit => tree.slot(body.func, 0),
            _ => return None,
        };
        let last = tree.children(tree.slot(of_type, 1)).last()?;
        let is_variadic = tree.kind(last) == Kind::Field && tree.kind(tree.slot(last, 1)) == Kind::Variadic;
        body.params.len().checked_sub(1).filter(|_| is_variadic)
    }

    /// Whether a body is that of a method.
    pub(crate) fn is_method(&self, code: CodeId) -> bool {
        self.body(code).has_receiver
    }

    /// The method that a value of a type has under a name, with the fields on the way to it; none for those of interfaces.
    pub(crate) fn method(&self, ty: Ty, name: Name) -> Option<(ObjId, Vec<Name>)> {
        let types = self.files.first()?.types;
        let relations = types.relations();
        let Lookup::Method { method: Some(method), index, .. } = relations.lookup(ty, types.package(), name, true)
        else {
            return None;
        };
        let mut way = Vec::new();
        let mut at = relations.deref(ty).0;
        for number in index.iter().take(index.len().saturating_sub(1)) {
            let TypeData::Struct(fields) = relations.under(at) else { return None };
            let field = fields.get(*number as usize)?;
            way.push(field.name);
            at = relations.deref(field.ty).0;
        }
        Some((method, way))
    }

    /// The type of a field of a struct type, pointers looked through.
    pub(crate) fn field_type(&self, ty: Ty, name: Name) -> Option<Ty> {
        let relations = self.files.first()?.types.relations();
        let TypeData::Struct(fields) = relations.under(relations.deref(ty).0) else { return None };
        fields.iter().find(|field| field.name == name).map(|field| field.ty)
    }

    /// What a pointer type points to; any other type itself.
    pub(crate) fn pointee(&self, ty: Ty) -> Ty {
        self.files.first().map_or(Ty::UNKNOWN, |source| source.types.relations().deref(ty).0)
    }

    /// The structure of a type behind names.
    pub(crate) fn under(&self, ty: Ty) -> Option<&'a TypeData> {
        let source = self.files.first()?;
        Some(source.types.store().data(source.types.relations().underlying(ty)))
    }

    /// Whether values of a type can be channels or locks, or hold some.
    pub(crate) fn matters(&self, ty: Ty) -> bool {
        ty.is_unknown() || !matches!(self.under(ty), Some(TypeData::Basic(_)) | None)
    }

    /// Whether values of a type are of an interface.
    pub(crate) fn is_interface(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Interface(_)))
    }

    /// Whether values of a type are channels.
    pub(crate) fn is_chan(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Chan { .. }))
    }

    /// The names of the fields that the elements of a composite literal of a struct type stand for, in source order.
    pub(crate) fn composite_fields(&self, code: CodeId, row: Node, ty: Ty) -> Option<Vec<Name>> {
        let source = self.source(code);
        let store = self.store()?;
        let tree = &source.file.tree;
        let TypeData::Struct(fields) = self.under(self.pointee(ty))? else { return None };
        let literal = composite_literal(tree, row)?;
        let name_of = |(position, element): (usize, Node)| match tree.kind(element) {
            Kind::KeyValue => Some(store.name(&source.file.texts.str(tree.text(tree.slot(element, 0))))),
            _ => fields.get(position).map(|field| field.name),
        };
        tree.tail(literal).enumerate().map(name_of).collect()
    }

    /// The canonical variable that a captured variable is: the outermost one.
    pub(crate) fn variable(&self, code: CodeId, var: VarId) -> (CodeId, VarId) {
        let mut at = (code, var);
        // A variable is captured at most through all literals of the file.
        for _ in 0..self.codes.len() {
            let outer = self.body(at.0).var(at.1).outer.and_then(|(body, var)| Some((self.beside(at.0, body)?, var)));
            match outer {
                Some(outer) => at = outer,
                None => break,
            }
        }
        at
    }

    /// The variables of bodies around it that a literal uses: itself, in literals inside of it, and in those of the bodies
    /// around it that it calls by the variable that holds them.
    pub(crate) fn captures(&self, literal: CodeId) -> Captures {
        if let Some(known) = self.captures.borrow().get(&literal) {
            return known.clone();
        }
        let (mut seen, mut todo) = (FxHashSet::from_iter([literal]), vec![literal]);
        let mut used: FxHashSet<(CodeId, VarId)> = FxHashSet::default();
        while let Some(code) = todo.pop() {
            let body = self.body(code);
            let captured = (0..body.vars.len() as u32).map(VarId).filter(|var| body.var(*var).outer.is_some());
            used.extend(captured.map(|var| self.variable(code, var)));
            let made = body.insts.iter().filter_map(|inst| match inst.op {
                Op::Closure(inner) => Some(inner),
                _ => None,
            });
            let called = body.calls.iter().filter_map(|call| match call.callee {
                Callee::Closure(inner) => Some(inner),
                _ => None,
            });
            let new = made.chain(called).filter_map(|inner| self.beside(code, inner));
            todo.extend(new.filter(|inner| seen.insert(*inner)));
        }
        let used = Rc::new(used);
        self.captures.borrow_mut().insert(literal, used.clone());
        used
    }

    /// The body of the package that a callee of a body is, if it is one.
    pub(crate) fn called(&self, code: CodeId, callee: Callee) -> Option<CodeId> {
        let body = self.body(code);
        match callee {
            Callee::Func(function) => self.function(function),
            Callee::Closure(inner) => self.beside(code, inner),
            Callee::Value(value) => match body.op(body.source_of(value)) {
                Op::Closure(inner) => self.beside(code, inner),
                Op::Func(function) => self.function(function),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a return can be reached after an instruction without passing one of these.
    pub(crate) fn reaches_end(&self, code: CodeId, from: Value, passes: &dyn Fn(Value) -> bool) -> bool {
        let body = self.body(code);
        let start = body.block_of(from);
        if (from.0 + 1..body.block(start).end).map(Value).any(passes) {
            return false;
        }
        let mut seen = vec![false; body.blocks.len()];
        let mut todo: Vec<BlockId> = body.block(start).succs.iter().map(|edge| edge.to).collect();
        while let Some(block) = todo.pop() {
            if std::mem::replace(&mut seen[block.0 as usize], true) || body.insts_of(block).any(passes) {
                continue;
            }
            if block == body.returned {
                return true;
            }
            todo.extend(body.block(block).succs.iter().map(|edge| edge.to));
        }
        false
    }

    pub(crate) fn shape(&self, code: CodeId) -> &Shape {
        let code = self.code(code);
        code.shape.get_or_init(|| shape(code.body))
    }

    /// Whether a function is where goroutines start that nobody of the package starts: `main`, `init`, tests.
    pub(crate) fn is_entry(&self, code: CodeId) -> bool {
        let is_main = self.name(code).is_some_and(|name| name == "main" || name == "init");
        is_main && !self.is_method(code) || self.is_test(code)
    }

    /// Whether the testing package calls a function.
    pub(crate) fn is_test(&self, code: CodeId) -> bool {
        let Some(name) = self.name(code) else { return false };
        let is_test = ["Test", "Benchmark", "Example", "Fuzz"].iter().any(|prefix| name.starts_with(prefix));
        is_test && !self.is_method(code)
    }
}

/// The composite literal that a row is, or takes the address of.
fn composite_literal(tree: &rulec_tree::Tree, row: Node) -> Option<Node> {
    let mut at = row;
    loop {
        match tree.kind(at) {
            Kind::CompositeLit => return Some(at),
            Kind::Paren | Kind::Unary => at = tree.slot(at, 0),
            _ => return None,
        }
    }
}

fn declared_function(source: &SourceFile<'_>, func: Node) -> Option<ObjId> {
    let tree = &source.file.tree;
    (tree.kind(func) == Kind::FuncDecl).then(|| source.types.object(tree.slot(func, 1))).flatten()
}

/// A place as its root and the fields from there on, the outermost first; none if an index lies on the way.
pub(crate) fn place_path(body: &Body, place: PlaceId) -> (Place, Vec<PathStep>) {
    let mut steps = Vec::new();
    let mut at = place;
    let root = loop {
        match body.place(at) {
            Place::Field(of, field) => {
                steps.push(PathStep::Field(field));
                at = of;
            }
            Place::Elem(of, index) => {
                steps.push(PathStep::Index(index));
                at = of;
            }
            root => break root,
        }
    };
    steps.reverse();
    (root, steps)
}

/// A step into a struct or array.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PathStep {
    Field(Field),
    Index(Value),
}

fn shape(body: &Body) -> Shape {
    let order = depth_first(body);
    Shape { live: live(body, &order), component: components(body), order: positions(body, &order) }
}

/// Blocks in postorder from the entry.
fn depth_first(body: &Body) -> Vec<BlockId> {
    let mut seen = vec![false; body.blocks.len()];
    let mut post = Vec::with_capacity(body.blocks.len());
    let mut stack = vec![(Body::ENTRY, 0usize)];
    if let Some(first) = seen.first_mut() {
        *first = true;
    }
    while let Some((block, next)) = stack.pop() {
        match body.block(block).succs.get(next) {
            Some(edge) => {
                stack.push((block, next + 1));
                if !std::mem::replace(&mut seen[edge.to.0 as usize], true) {
                    stack.push((edge.to, 0));
                }
            }
            None => post.push(block),
        }
    }
    post
}

fn positions(body: &Body, post: &[BlockId]) -> Vec<u32> {
    let mut positions = vec![u32::MAX; body.blocks.len()];
    for (position, block) in (0..).zip(post.iter().rev()) {
        positions[block.0 as usize] = position;
    }
    positions
}

/// Which values are alive at the start of each block, by iteration to a fixed point in postorder.
fn live(body: &Body, post: &[BlockId]) -> Vec<Vec<Value>> {
    let words = body.insts.len().div_ceil(64);
    let mut live = vec![vec![0u64; words]; body.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for block in post {
            let mut alive = vec![0u64; words];
            for edge in &body.block(*block).succs {
                alive.iter_mut().zip(&live[edge.to.0 as usize]).for_each(|(own, succ)| *own |= succ);
                for operand in phi_operands(body, *block, edge.to) {
                    alive[operand.0 as usize / 64] |= 1 << (operand.0 % 64);
                }
            }
            for value in body.insts_of(*block).rev() {
                alive[value.0 as usize / 64] &= !(1 << (value.0 % 64));
                if !matches!(body.op(value), Op::Phi(..) | Op::Join(..)) {
                    body.operands(value, |x| alive[x.0 as usize / 64] |= 1 << (x.0 % 64));
                }
            }
            let own = &mut live[block.0 as usize];
            if *own != alive {
                *own = alive;
                changed = true;
            }
        }
    }
    live.iter().map(|set| values_of(set)).collect()
}

fn values_of(set: &[u64]) -> Vec<Value> {
    let mut values = Vec::new();
    for (word, bits) in (0u32..).zip(set) {
        let mut bits = *bits;
        while bits != 0 {
            values.push(Value(word * 64 + bits.trailing_zeros()));
            bits &= bits - 1;
        }
    }
    values
}

/// The operands of phis and joins of a block for the edges from one predecessor.
fn phi_operands(body: &Body, from: BlockId, to: BlockId) -> Vec<Value> {
    let mut found = Vec::new();
    for value in body.insts_of(to) {
        let (Op::Phi(_, list) | Op::Join(list)) = body.op(value) else { continue };
        let operands = body.list(list).iter().zip(&body.block(to).preds);
        found.extend(operands.filter(|(_, pred)| **pred == from).map(|(operand, _)| *operand));
    }
    found
}

/// The strongly connected components of the blocks.
///
/// Source: R. Tarjan, "Depth-first search and linear graph algorithms", 1972; the stack is explicit.
fn components(body: &Body) -> Vec<u32> {
    let count = body.blocks.len();
    let mut index = vec![u32::MAX; count];
    let mut low = vec![0u32; count];
    let mut component = vec![u32::MAX; count];
    let (mut next, mut made) = (0u32, 0u32);
    let mut open: Vec<usize> = Vec::new();
    for root in 0..count {
        if index[root] != u32::MAX {
            continue;
        }
        let mut stack = vec![(root, 0usize)];
        while let Some((block, edge)) = stack.pop() {
            if edge == 0 {
                index[block] = next;
                low[block] = next;
                next += 1;
                open.push(block);
            }
            match body.blocks[block].succs.get(edge) {
                Some(succ) => {
                    let succ = succ.to.0 as usize;
                    stack.push((block, edge + 1));
                    if index[succ] == u32::MAX {
                        stack.push((succ, 0));
                    } else if component[succ] == u32::MAX {
                        low[block] = low[block].min(index[succ]);
                    }
                }
                None => {
                    if low[block] == index[block] {
                        while let Some(member) = open.pop() {
                            component[member] = made;
                            if member == block {
                                break;
                            }
                        }
                        made += 1;
                    }
                    if let Some((parent, _)) = stack.last() {
                        low[*parent] = low[*parent].min(low[block]);
                    }
                }
            }
        }
    }
    component
}
