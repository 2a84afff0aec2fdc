//! Names: which object each identifier of a file defines or uses.
//!
//! In: the canonical tree of one file and its texts. Out: [`Names`], and symbols in the tree: `http.Get` gets the
//! symbol (`net/http`, `Get`), a predeclared name the symbol (empty path, name). Scopes are Go's: a variable is known
//! from after its statement, `:=` takes what its own block already has, each clause is a block, parameters share the
//! block of the body, labels have a space of their own.
//!
//! One pass over the rows with a stack of [`Task`]s; time is linear in the rows. The innermost object of each name is
//! kept in a table by text, and leaving a scope undoes what it changed.
//!
//! **Absent:** no types, so fields and methods have no objects; and no other file of the package: a name that is
//! declared in one stays unresolved, and one that hides a predeclared name must be told by
//! [`File::hide_predeclared`](crate::File::hide_predeclared).

use rulec_tree::{Kind, Node, Op, Predeclared, SymbolId, Text, Texts, Tree};
use rustc_hash::FxHashMap;

/// The number of an object of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// What an identifier can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A constant, at package level or in a function.
    Const,
    /// A variable that is no parameter, result or receiver.
    Var,
    /// A parameter of a function.
    Param,
    /// A named result of a function.
    Result,
    /// The receiver of a method.
    Receiver,
    /// A function at package level.
    Func,
    /// A type.
    Type,
    /// A type parameter.
    TypeParam,
    /// An imported package.
    Package,
    /// A label.
    Label,
    /// A predeclared function, such as `len`.
    Builtin,
    /// The predeclared `nil`.
    Nil,
    /// A predeclared type, such as `int`.
    PredeclaredType,
    /// `true`, `false` or `iota`.
    PredeclaredConst,
}

impl ObjectKind {
    /// The word for it, as `rulec inspect names` writes it.
    pub const fn name(self) -> &'static str {
        match self {
            ObjectKind::Const => "const",
            ObjectKind::Var => "var",
            ObjectKind::Param => "param",
            ObjectKind::Result => "result",
            ObjectKind::Receiver => "receiver",
            ObjectKind::Func => "func",
            ObjectKind::Type => "type",
            ObjectKind::TypeParam => "type parameter",
            ObjectKind::Package => "package",
            ObjectKind::Label => "label",
            ObjectKind::Builtin => "builtin",
            ObjectKind::Nil => "nil",
            ObjectKind::PredeclaredType => "predeclared type",
            ObjectKind::PredeclaredConst => "predeclared const",
        }
    }

    /// Whether the name needs no declaration.
    pub const fn is_predeclared(self) -> bool {
        use ObjectKind::{Builtin, Nil, PredeclaredConst, PredeclaredType};
        matches!(self, Builtin | Nil | PredeclaredType | PredeclaredConst)
    }

    /// Whether it holds a value that can change.
    pub const fn is_variable(self) -> bool {
        matches!(self, ObjectKind::Var | ObjectKind::Param | ObjectKind::Result | ObjectKind::Receiver)
    }
}

/// What an identifier names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: Text,
    /// The identifier that declares it: for a package its import spec; none for predeclared names.
    pub decl: Option<Node>,
    /// The import path of a package; [`Text::NONE`] for all else.
    pub path: Text,
    /// How many scopes lie around it: 0 for predeclared names, 1 at package level, 2 for imports.
    pub depth: u32,
    /// The function declaration or literal it is local to.
    pub func: Option<Node>,
    /// Writes after its declaration: assignments, `++`, redeclarations by `:=`, `range` without a `:=` of its own.
    pub assigned: u32,
    /// Whether a function literal inside of its function uses it.
    pub captured: bool,
    /// Whether `&x`, `&x.f`, `&x[i]` or `x[:]` occurs: its address may be known elsewhere.
    pub address_taken: bool,
    /// Whether its name stands as a key in a composite literal, where only types tell fields and values apart.
    pub maybe_key: bool,
    scope: u32,
}

/// The objects of one file, and which identifiers name them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    objects: Vec<Object>,
    /// For each node: the object's number plus one, and [`DEFINES`].
    of_node: Vec<u32>,
    /// Uses by object: those of object *o* are `uses[first_use[o]..first_use[o + 1]]`.
    uses: Vec<Node>,
    first_use: Vec<u32>,
    funcs: Vec<Func>,
    /// Keys of composite literals, each a field's name or a use of this local object; sorted.
    maybe_keys: Vec<(Node, ObjectId)>,
}

/// Set for an identifier that defines something.
const DEFINES: u32 = 1 << 31;

/// A function declaration or literal and the rows it covers.
#[derive(Clone, Copy, Debug)]
struct Func {
    node: Node,
    end: Node,
    /// The function around it.
    outer: Option<u32>,
}

impl Names {
    /// The object that an identifier defines or uses; of an import spec, the package it brings in. `None` for fields
    /// and methods, and for names that this file does not declare. The name in the guard of a type switch defines an
    /// object in each clause, and has none itself.
    pub fn object(&self, node: Node) -> Option<ObjectId> {
        let number = self.of_node.get(node.index())? & !DEFINES;
        number.checked_sub(1).map(ObjectId)
    }

    /// The local object that a key in a composite literal uses if it is no field's name: only types can tell.
    pub fn object_of_key(&self, node: Node) -> Option<ObjectId> {
        let at = self.maybe_keys.binary_search_by_key(&node, |(key, _)| *key).ok()?;
        self.maybe_keys.get(at).map(|(_, object)| *object)
    }

    /// Whether an identifier declares a name; fields and methods do not count, and neither does `_`.
    pub fn is_definition(&self, node: Node) -> bool {
        self.of_node.get(node.index()).is_some_and(|number| number & DEFINES != 0)
    }

    /// An object by its number.
    ///
    /// # Panics
    /// If `object` is of another file.
    pub fn get(&self, object: ObjectId) -> &Object {
        &self.objects[object.0 as usize]
    }

    /// All objects, in the order of their numbers. Predeclared names are there if they are used.
    pub fn objects(&self) -> impl Iterator<Item = (ObjectId, &Object)> {
        self.objects.iter().enumerate().map(|(number, object)| (ObjectId(number as u32), object))
    }

    /// The identifiers that use an object, in source order; its declaration is not among them.
    pub fn uses(&self, object: ObjectId) -> &[Node] {
        let bounds = (self.first_use.get(object.0 as usize), self.first_use.get(object.0 as usize + 1));
        let (Some(start), Some(end)) = bounds else { return &[] };
        self.uses.get(*start as usize..*end as usize).unwrap_or_default()
    }

    /// The innermost function declaration or literal strictly around a node.
    pub fn func_of(&self, node: Node) -> Option<Node> {
        let before = self.funcs.partition_point(|func| func.node < node);
        let mut func = before.checked_sub(1)?;
        loop {
            let candidate = self.funcs.get(func)?;
            if node < candidate.end {
                return Some(candidate.node);
            }
            func = candidate.outer? as usize;
        }
    }

    /// Function declarations and literals in source order.
    pub fn funcs(&self) -> impl Iterator<Item = Node> + '_ {
        self.funcs.iter().map(|func| func.node)
    }

    /// Takes predeclared names for which `is_declared` says yes back: they are declared in another file of the package.
    pub(crate) fn hide_predeclared(&mut self, tree: &mut Tree, is_declared: &dyn Fn(Text) -> bool) {
        for number in 0..self.objects.len() {
            let object = &self.objects[number];
            if !object.kind.is_predeclared() || !is_declared(object.name) {
                continue;
            }
            let [start, end] = [number, number + 1].map(|at| self.first_use[at] as usize);
            for node in &self.uses[start..end] {
                self.of_node[node.index()] = 0;
                tree.set_symbol(*node, SymbolId::NONE);
            }
        }
    }
}

/// Resolves the names of one file and writes symbols into its tree.
pub(crate) fn resolve(tree: &mut Tree, texts: &mut Texts) -> Names {
    let mut resolver = Resolver::new(tree, texts);
    resolver.package_level();
    resolver.imports();
    resolver.declarations();
    resolver.finish()
}

/// What is still to be done, the next on top of the stack.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// Resolve the identifiers in rows of expressions or types.
    Scan(Node, Node),
    /// Go through the statements from one row up to another.
    Stmts(Node, Node),
    /// Go through one statement.
    Stmt(Node),
    /// Go through one declaration, of a package or of a function.
    Decl(Node),
    /// Go through a function literal.
    FuncLit(Node),
    /// Leave the innermost scope.
    Exit,
    /// Leave the innermost function and its scope.
    ExitFunc,
    /// Declare the identifiers of a list.
    Declare(Node, ObjectKind),
    /// Declare the names of the fields in a list.
    DeclareFields(Node, ObjectKind),
    /// The left side of `:=`.
    Define(Node),
    /// A node on the left side of `=`.
    Write(Node),
    /// Key or value of a `range` with `:=`.
    DefineOne(Node),
    /// The clauses of a `switch`, with the identifier of a type switch.
    Clauses(Node, Node, Option<Node>),
    /// Declare the variable that a clause of a type switch has.
    ClauseVar(Node),
}

struct Resolver<'a> {
    tree: &'a mut Tree,
    texts: &'a mut Texts,
    names: Names,
    /// For each text: the innermost object's number plus one, [`UNKNOWN`], or 0 if nobody has asked yet.
    bindings: Vec<u32>,
    /// What to put back on leaving a scope.
    undo: Vec<(Text, u32)>,
    scopes: Vec<Scope>,
    scope_count: u32,
    /// Functions being gone through, as numbers of `names.funcs`, with where their labels start.
    funcs: Vec<OpenFunc>,
    labels: Vec<(Text, ObjectId)>,
    label_uses: Vec<(Text, Node)>,
    /// Uses in the order of resolution, and whose they are.
    uses: Vec<(ObjectId, Node)>,
    /// Names under which packages may be known besides those that their paths suggest first.
    guesses: FxHashMap<Text, Option<ObjectId>>,
    /// The paths of dot imports.
    dot_imports: Vec<Text>,
    /// The identifier whose address the expression around it takes.
    addressed: Option<Node>,
    tasks: Vec<Task>,
    blank: Text,
    no_path: Text,
}

/// Nobody declares this name.
const UNKNOWN: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Scope {
    number: u32,
    undo_len: usize,
}

#[derive(Clone, Copy, Debug)]
struct OpenFunc {
    number: u32,
    labels: usize,
    label_uses: usize,
}

impl<'a> Resolver<'a> {
    fn new(tree: &'a mut Tree, texts: &'a mut Texts) -> Resolver<'a> {
        let [blank, no_path] = [&b"_"[..], b""].map(|text| texts.intern(text));
        let names = Names { of_node: vec![0; tree.len()], ..Names::default() };
        Resolver {
            bindings: vec![0; texts.count() + 1],
            tree,
            texts,
            names,
            undo: Vec::new(),
            scopes: vec![Scope { number: 1, undo_len: 0 }],
            scope_count: 1,
            funcs: Vec::new(),
            labels: Vec::new(),
            label_uses: Vec::new(),
            uses: Vec::new(),
            guesses: FxHashMap::default(),
            dot_imports: Vec::new(),
            addressed: None,
            tasks: Vec::new(),
            blank,
            no_path,
        }
    }

    fn decls(&self) -> (Node, Node) {
        let decls = self.tree.end(Node(1));
        (Node(decls.0 + 1), self.tree.end(decls))
    }

    /// Declares what this file adds to the package, before anything is resolved: order does not matter there.
    fn package_level(&mut self) {
        let (mut decl, end) = self.decls();
        while decl < end {
            let next = self.tree.end(decl);
            match self.tree.kind(decl) {
                Kind::FuncDecl => self.declare_func(decl),
                Kind::ConstDecl => self.declare_specs(decl, ObjectKind::Const),
                Kind::VarDecl => self.declare_specs(decl, ObjectKind::Var),
                Kind::TypeDecl => self.declare_specs(decl, ObjectKind::Type),
                _ => {}
            }
            decl = next;
        }
    }

    fn declare_func(&mut self, decl: Node) {
        let recv = Node(decl.0 + 1);
        let name = self.tree.end(recv);
        if self.tree.kind(recv) != Kind::Absent {
            return;
        }
        if self.texts.bytes(self.tree.text(name)) == b"init" {
            // Nothing can refer to it.
            self.names.of_node[name.index()] = DEFINES;
        } else {
            self.declare(name, ObjectKind::Func);
        }
    }

    fn declare_specs(&mut self, decl: Node, kind: ObjectKind) {
        let (mut spec, end) = (Node(decl.0 + 1), self.tree.end(decl));
        while spec < end {
            let names = Node(spec.0 + 1);
            if kind == ObjectKind::Type {
                self.declare(names, kind);
            } else {
                self.declare_list(names, kind);
            }
            spec = self.tree.end(spec);
        }
    }

    /// Declares the imports, in a scope inside of the package's.
    fn imports(&mut self) {
        self.enter();
        let (mut decl, end) = self.decls();
        let mut specs = Vec::new();
        while decl < end {
            if self.tree.kind(decl) == Kind::ImportDecl {
                specs.extend(self.tree.children(decl));
            }
            decl = self.tree.end(decl);
        }
        for spec in &specs {
            self.import(*spec);
        }
    }

    fn import(&mut self, spec: Node) {
        let name = Node(spec.0 + 1);
        let path = self.tree.text(self.tree.end(name));
        if self.tree.kind(name) == Kind::Ident {
            let text = self.tree.text(name);
            match self.texts.bytes(text) {
                b"." => self.dot_imports.push(path),
                b"_" => {}
                _ => {
                    let package = self.declare_as(text, name, ObjectKind::Package);
                    self.names.objects[package.0 as usize].path = path;
                    self.names.of_node[spec.index()] = package.0 + 1;
                }
            }
            return;
        }
        let path_text = self.texts.str(path).into_owned();
        let mut guesses = package_names(&path_text).into_iter();
        let Some(first) = guesses.next() else { return };
        let text = self.texts.intern(first.as_bytes());
        let package = self.declare_as(text, spec, ObjectKind::Package);
        self.names.objects[package.0 as usize].path = path;
        for guess in guesses {
            let text = self.texts.intern(guess.as_bytes());
            // A name that two packages may have is no guess.
            self.guesses.entry(text).and_modify(|known| *known = None).or_insert(Some(package));
        }
    }

    fn declarations(&mut self) {
        let (mut decl, end) = self.decls();
        while decl < end {
            self.run(Task::Decl(decl));
            decl = self.tree.end(decl);
        }
    }

    fn finish(mut self) -> Names {
        let mut first_use = vec![0u32; self.names.objects.len() + 1];
        for (object, _) in &self.uses {
            first_use[object.0 as usize + 1] += 1;
        }
        for at in 1..first_use.len() {
            first_use[at] += first_use[at - 1];
        }
        let mut next = first_use.clone();
        let mut sorted = vec![Node::ROOT; self.uses.len()];
        for (object, node) in &self.uses {
            let at = &mut next[object.0 as usize];
            sorted[*at as usize] = *node;
            *at += 1;
        }
        for bounds in first_use.windows(2) {
            sorted[bounds[0] as usize..bounds[1] as usize].sort_unstable();
        }
        self.names.uses = sorted;
        self.names.first_use = first_use;
        self.names.maybe_keys.sort_unstable();
        // Only what Go refuses, such as a function literal on the left of `:=`, is gone through out of order.
        if !self.names.funcs.is_sorted_by_key(|func| func.node) {
            sort_funcs(&mut self.names.funcs);
        }
        self.names
    }

    fn run(&mut self, task: Task) {
        self.tasks.push(task);
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Scan(from, to) => self.scan(from, to),
                Task::Stmts(next, end) if next < end => {
                    self.tasks.push(Task::Stmts(self.tree.end(next), end));
                    self.stmt(next);
                }
                Task::Stmts(..) => {}
                Task::Stmt(node) => self.stmt(node),
                Task::Decl(node) => self.decl(node),
                Task::FuncLit(node) => {
                    let func_type = Node(node.0 + 1);
                    self.func(node, None, func_type, self.tree.end(func_type));
                }
                Task::Exit => self.exit(),
                Task::ExitFunc => self.exit_func(),
                Task::Declare(list, kind) => self.declare_list(list, kind),
                Task::DeclareFields(list, kind) => self.declare_fields(list, kind),
                Task::Define(list) => self.define(list),
                Task::Write(node) => self.write(node),
                Task::DefineOne(node) => self.define_one(node),
                Task::Clauses(next, end, name) => self.clauses(next, end, name),
                Task::ClauseVar(name) => self.clause_var(name),
            }
        }
    }

    /// Asks for tasks; the first one given comes first.
    fn then<const N: usize>(&mut self, tasks: [Task; N]) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    fn scan_of(&self, node: Node) -> Task {
        Task::Scan(node, self.tree.end(node))
    }

    /// The first `N` children of a node.
    fn slots<const N: usize>(&self, node: Node) -> [Node; N] {
        let mut next = Node(node.0 + 1);
        std::array::from_fn(|_| {
            let slot = next;
            next = self.tree.end(slot);
            slot
        })
    }

    // Scopes.

    fn enter(&mut self) {
        self.scope_count += 1;
        self.scopes.push(Scope { number: self.scope_count, undo_len: self.undo.len() });
    }

    fn exit(&mut self) {
        let Some(scope) = self.scopes.pop() else { return };
        for (text, earlier) in self.undo.drain(scope.undo_len..).rev() {
            self.bindings[text.0 as usize] = earlier;
        }
    }

    fn scope_number(&self) -> u32 {
        self.scopes.last().map_or(0, |scope| scope.number)
    }

    fn binding(&self, text: Text) -> u32 {
        self.bindings.get(text.0 as usize).copied().unwrap_or(0)
    }

    fn bind(&mut self, text: Text, number: u32) {
        if text.0 as usize >= self.bindings.len() {
            self.bindings.resize(self.texts.count() + 1, 0);
        }
        let slot = &mut self.bindings[text.0 as usize];
        self.undo.push((text, *slot));
        *slot = number;
    }

    /// Declares an identifier in the innermost scope; `_` is not declared.
    fn declare(&mut self, ident: Node, kind: ObjectKind) {
        let text = self.tree.text(ident);
        if self.tree.kind(ident) == Kind::Ident && text != self.blank {
            self.declare_as(text, ident, kind);
        }
    }

    fn declare_as(&mut self, text: Text, decl: Node, kind: ObjectKind) -> ObjectId {
        let object = self.add(kind, text, Some(decl));
        self.bind(text, object.0 + 1);
        self.names.of_node[decl.index()] = (object.0 + 1) | DEFINES;
        object
    }

    fn add(&mut self, kind: ObjectKind, name: Text, decl: Option<Node>) -> ObjectId {
        let id = ObjectId(self.names.objects.len() as u32);
        let func = self.funcs.last().map(|func| self.names.funcs[func.number as usize].node);
        let is_local = !kind.is_predeclared() && kind != ObjectKind::Package;
        self.names.objects.push(Object {
            kind,
            name,
            decl,
            path: Text::NONE,
            depth: if kind.is_predeclared() { 0 } else { self.scopes.len() as u32 },
            func: func.filter(|_| is_local),
            assigned: 0,
            captured: false,
            address_taken: false,
            maybe_key: false,
            scope: self.scope_number(),
        });
        id
    }

    fn declare_list(&mut self, list: Node, kind: ObjectKind) {
        let (mut ident, end) = (Node(list.0 + 1), self.tree.end(list));
        while ident < end {
            self.declare(ident, kind);
            ident = self.tree.end(ident);
        }
    }

    fn declare_fields(&mut self, list: Node, kind: ObjectKind) {
        if self.tree.kind(list) != Kind::List {
            return;
        }
        let (mut field, end) = (Node(list.0 + 1), self.tree.end(list));
        while field < end {
            self.declare_list(Node(field.0 + 1), kind);
            field = self.tree.end(field);
        }
    }

    // Expressions and types.

    /// Resolves the identifiers in rows of expressions or types, none of which is a statement outside of a function
    /// literal.
    fn scan(&mut self, from: Node, to: Node) {
        let mut node = from;
        while node < to {
            match self.tree.kind(node) {
                Kind::Ident => self.ident(node),
                Kind::FuncLit => {
                    self.then([Task::FuncLit(node), Task::Scan(self.tree.end(node), to)]);
                    return;
                }
                // Names of fields, methods and parameters of function types are no uses.
                Kind::Field => {
                    node = self.tree.end(Node(node.0 + 1));
                    continue;
                }
                Kind::Unary if self.tree.op(node) == Op::And => self.addressed = self.root_variable(Node(node.0 + 1)),
                Kind::Slice => self.addressed = self.root_variable(Node(node.0 + 1)),
                _ => {}
            }
            node = Node(node.0 + 1);
        }
    }

    /// `x` of `x.f[i].g`, parentheses aside.
    fn root_variable(&self, mut node: Node) -> Option<Node> {
        loop {
            match self.tree.kind(node) {
                Kind::Ident => return Some(node),
                Kind::Paren | Kind::Selector | Kind::Index => node = Node(node.0 + 1),
                _ => return None,
            }
        }
    }

    fn ident(&mut self, node: Node) {
        let parent = self.tree.parent(node);
        let is_first = node.0 == parent.0 + 1;
        match self.tree.kind(parent) {
            Kind::Selector if !is_first => {}
            Kind::KeyValue if is_first && !self.has_value_keys(parent) => self.maybe_key(node),
            _ => {
                self.resolve(node);
            }
        }
    }

    /// Whether the keys of the composite literal around a `key: value` are expressions for certain.
    fn has_value_keys(&self, key_value: Node) -> bool {
        let literal = self.tree.parent(key_value);
        let of_type = self.tree.unparen(Node(literal.0 + 1));
        matches!(self.tree.kind(of_type), Kind::MapType | Kind::ArrayType | Kind::SliceType)
    }

    fn maybe_key(&mut self, node: Node) {
        let number = self.binding(self.tree.text(node));
        if number != UNKNOWN && number > 0 {
            let object = &mut self.names.objects[number as usize - 1];
            object.maybe_key = true;
            if object.func.is_some() {
                self.names.maybe_keys.push((node, ObjectId(number - 1)));
            }
        }
    }

    /// Links an identifier to the innermost object of its name.
    fn resolve(&mut self, node: Node) -> Option<ObjectId> {
        let text = self.tree.text(node);
        if text == self.blank {
            return None;
        }
        let mut number = self.binding(text);
        if number == 0 {
            number = self.predeclared(text);
        }
        if number == UNKNOWN {
            match self.guessed_package(node, text) {
                Some(package) => number = package.0 + 1,
                None => {
                    self.take_from_dot_import(node, text);
                    return None;
                }
            }
        }
        let object = ObjectId(number - 1);
        self.names.of_node[node.index()] = number;
        self.uses.push((object, node));
        self.note_use(object, node);
        Some(object)
    }

    /// A name that nothing in the file declares can come from a dot import. Go refuses a package that declares a name
    /// which one of its files imports that way; so if the package imported has the name, the name means nothing else.
    /// That it has the name is the word of the rules, whose symbols are the vocabulary's.
    fn take_from_dot_import(&mut self, node: Node, text: Text) {
        for path in &self.dot_imports {
            if let Some(symbol) = self.texts.known_symbol(*path, text) {
                self.tree.set_symbol(node, symbol);
            }
        }
    }

    fn note_use(&mut self, id: ObjectId, node: Node) {
        let here = self.funcs.last().map(|func| self.names.funcs[func.number as usize].node);
        let addressed = self.addressed.take_if(|addressed| *addressed == node).is_some();
        let object = &mut self.names.objects[id.0 as usize];
        object.captured |= object.func.is_some() && object.func != here;
        object.address_taken |= addressed;
        let (kind, path, name) = (object.kind, object.path, object.name);
        if kind == ObjectKind::Package {
            self.qualify(node, path);
        } else if kind.is_predeclared() {
            let symbol = self.texts.symbol(self.no_path, name);
            self.tree.set_symbol(node, symbol);
        }
    }

    /// `http.Get`: the selector names a symbol.
    fn qualify(&mut self, package: Node, path: Text) {
        let selector = self.tree.parent(package);
        if self.tree.kind(selector) == Kind::Selector && package.0 == selector.0 + 1 {
            let name = self.tree.text(self.tree.end(package));
            let symbol = self.texts.symbol(path, name);
            self.tree.set_symbol(selector, symbol);
        }
    }

    /// What a name means that is declared nowhere in the file. The answer is bound outside of all scopes.
    fn predeclared(&mut self, text: Text) -> u32 {
        let number = match predeclared_kind(self.texts.bytes(text)) {
            Some(kind) => self.add(kind, text, None).0 + 1,
            None => UNKNOWN,
        };
        // No undo: there is no declaration around that a scope could have hidden.
        if let Some(slot) = self.bindings.get_mut(text.0 as usize) {
            *slot = number;
        }
        number
    }

    /// A package whose name its path only hints at, where `name.` stands and nothing else has that name.
    fn guessed_package(&self, node: Node, text: Text) -> Option<ObjectId> {
        let parent = self.tree.parent(node);
        let qualifies = self.tree.kind(parent) == Kind::Selector && node.0 == parent.0 + 1;
        *self.guesses.get(&text).filter(|_| qualifies)?
    }

    // Functions.

    fn func(&mut self, node: Node, recv: Option<Node>, func_type: Node, body: Node) {
        self.enter_func(node);
        let [tparams, params, results] = self.slots(func_type);
        self.declare_fields(tparams, ObjectKind::TypeParam);
        let mut tasks = vec![Task::ExitFunc];
        if self.tree.kind(body) == Kind::Block {
            // The parameters are in the block of the body.
            tasks.push(Task::Stmts(Node(body.0 + 1), self.tree.end(body)));
        }
        tasks.push(Task::DeclareFields(results, ObjectKind::Result));
        tasks.push(Task::DeclareFields(params, ObjectKind::Param));
        if let Some(recv) = recv {
            tasks.push(Task::DeclareFields(recv, ObjectKind::Receiver));
        }
        tasks.push(self.scan_of(func_type));
        if let Some(recv) = recv {
            tasks.push(self.receiver_type(recv));
        }
        self.tasks.append(&mut tasks);
    }

    /// `func (r *T[K, V])` declares `K` and `V`. Gives what is left to be scanned.
    fn receiver_type(&mut self, recv: Node) -> Task {
        let Some(field) = self.tree.children(recv).next() else { return self.scan_of(recv) };
        let [_, of_type] = self.slots(field);
        let mut base = of_type;
        while matches!(self.tree.kind(base), Kind::Star | Kind::Paren) {
            base = Node(base.0 + 1);
        }
        if self.tree.kind(base) != Kind::Index {
            return self.scan_of(recv);
        }
        let generic = Node(base.0 + 1);
        let (mut param, end) = (self.tree.end(generic), self.tree.end(base));
        while param < end {
            self.declare(param, ObjectKind::TypeParam);
            param = self.tree.end(param);
        }
        self.scan_of(generic)
    }

    fn enter_func(&mut self, node: Node) {
        let outer = self.funcs.last().map(|func| func.number);
        let number = self.names.funcs.len() as u32;
        self.names.funcs.push(Func { node, end: self.tree.end(node), outer });
        self.funcs.push(OpenFunc { number, labels: self.labels.len(), label_uses: self.label_uses.len() });
        self.enter();
    }

    fn exit_func(&mut self) {
        self.exit();
        let Some(func) = self.funcs.pop() else { return };
        let labels: FxHashMap<Text, ObjectId> = self.labels.drain(func.labels..).collect();
        for (text, node) in self.label_uses.drain(func.label_uses..) {
            if let Some(label) = labels.get(&text) {
                self.names.of_node[node.index()] = label.0 + 1;
                self.uses.push((*label, node));
            }
        }
    }

    // Declarations.

    fn decl(&mut self, node: Node) {
        match self.tree.kind(node) {
            Kind::FuncDecl => {
                let [recv, _, func_type, body] = self.slots(node);
                let recv = Some(recv).filter(|recv| self.tree.kind(*recv) == Kind::List);
                self.func(node, recv, func_type, body);
            }
            Kind::ConstDecl | Kind::VarDecl | Kind::TypeDecl => {
                self.tasks.push(Task::Stmts(Node(node.0 + 1), self.tree.end(node)));
            }
            _ => {}
        }
    }

    /// The names of a specification at package level are declared already.
    fn spec(&mut self, node: Node) {
        let is_local = !self.funcs.is_empty();
        let [names, second, third] = self.slots(node);
        match self.tree.kind(node) {
            Kind::TypeSpec => {
                if is_local {
                    self.declare(names, ObjectKind::Type);
                }
                self.enter();
                self.declare_fields(second, ObjectKind::TypeParam);
                self.then([Task::Scan(second, self.tree.end(third)), Task::Exit]);
            }
            kind => {
                let kind = if kind == Kind::ConstSpec { ObjectKind::Const } else { ObjectKind::Var };
                if is_local {
                    self.tasks.push(Task::Declare(names, kind));
                }
                self.tasks.push(Task::Scan(second, self.tree.end(third)));
            }
        }
    }

    // Statements.

    fn stmt(&mut self, node: Node) {
        let end = self.tree.end(node);
        let first = Node(node.0 + 1);
        match self.tree.kind(node) {
            Kind::Block => {
                self.enter();
                self.then([Task::Stmts(first, end), Task::Exit]);
            }
            Kind::ConstSpec | Kind::VarSpec | Kind::TypeSpec => self.spec(node),
            Kind::DeclStmt => self.tasks.push(Task::Decl(first)),
            Kind::Assign => {
                let rhs = self.tree.end(first);
                if self.tree.op(node) == Op::Define {
                    self.then([self.scan_of(rhs), Task::Define(first)]);
                } else {
                    self.tasks.push(self.scan_of(rhs));
                    self.writes(first);
                }
            }
            Kind::IncDec => self.write(first),
            Kind::If => {
                let [init, cond, then, otherwise] = self.slots(node);
                self.enter();
                self.then([Task::Stmt(init), self.scan_of(cond), Task::Stmt(then), Task::Stmt(otherwise), Task::Exit]);
            }
            Kind::For => {
                let [init, cond, post, body] = self.slots(node);
                self.enter();
                self.then([Task::Stmt(init), self.scan_of(cond), Task::Stmt(post), Task::Stmt(body), Task::Exit]);
            }
            Kind::Range => self.range(node),
            Kind::Switch => {
                let [init, tag, body] = self.slots(node);
                self.enter();
                self.then([
                    Task::Stmt(init),
                    self.scan_of(tag),
                    Task::Clauses(Node(body.0 + 1), end, None),
                    Task::Exit,
                ]);
            }
            Kind::TypeSwitch => self.type_switch(node),
            Kind::Select => self.tasks.push(Task::Clauses(Node(first.0 + 1), end, None)),
            Kind::Labeled => {
                let text = self.tree.text(first);
                if text != self.blank {
                    let label = self.add(ObjectKind::Label, text, Some(first));
                    self.names.of_node[first.index()] = (label.0 + 1) | DEFINES;
                    self.labels.push((text, label));
                }
                self.tasks.push(Task::Stmt(self.tree.end(first)));
            }
            Kind::Branch => {
                if self.tree.kind(first) == Kind::Ident {
                    self.label_uses.push((self.tree.text(first), first));
                }
            }
            // An absent slot has no rows; anything else holds expressions only.
            _ => self.tasks.push(Task::Scan(first, end)),
        }
    }

    /// The left side of an assignment.
    fn writes(&mut self, list: Node) {
        let from = self.tasks.len();
        self.tasks.extend(self.tree.children(list).map(Task::Write));
        self.tasks[from..].reverse();
    }

    fn write(&mut self, node: Node) {
        let target = self.tree.unparen(node);
        if self.tree.kind(target) != Kind::Ident {
            self.tasks.push(self.scan_of(node));
        } else if let Some(object) = self.resolve(target) {
            self.names.objects[object.0 as usize].assigned += 1;
        }
    }

    /// `a, b := …` declares what the innermost scope does not have yet, and assigns the rest.
    fn define(&mut self, list: Node) {
        let (mut node, end) = (Node(list.0 + 1), self.tree.end(list));
        while node < end {
            self.define_one(node);
            node = self.tree.end(node);
        }
    }

    fn define_one(&mut self, node: Node) {
        if self.tree.kind(node) != Kind::Ident {
            self.tasks.push(self.scan_of(node));
            return;
        }
        let number = self.binding(self.tree.text(node));
        let is_here =
            self.known(number).is_some_and(|object| object.kind.is_variable() && object.scope == self.scope_number());
        if is_here {
            self.write(node);
        } else {
            self.declare(node, ObjectKind::Var);
        }
    }

    /// The object with this number in `bindings`, if there is one.
    fn known(&self, number: u32) -> Option<&Object> {
        self.names.objects.get((number.checked_sub(1)?) as usize)
    }

    fn range(&mut self, node: Node) {
        let [key, value, x, body] = self.slots(node);
        self.enter();
        // `x` does not see what `:=` declares; what `=` writes comes in source order.
        if self.tree.op(node) == Op::Define {
            self.then([self.scan_of(x), Task::DefineOne(key), Task::DefineOne(value), Task::Stmt(body), Task::Exit]);
        } else {
            self.then([Task::Write(key), Task::Write(value), self.scan_of(x), Task::Stmt(body), Task::Exit]);
        }
    }

    fn type_switch(&mut self, node: Node) {
        let [init, name, x, body] = self.slots(node);
        self.enter();
        let name = Some(name).filter(|name| self.tree.kind(*name) == Kind::Ident);
        if let Some(name) = name {
            self.names.of_node[name.index()] = DEFINES;
        }
        let clauses = Task::Clauses(Node(body.0 + 1), self.tree.end(body), name);
        self.then([Task::Stmt(init), self.scan_of(x), clauses, Task::Exit]);
    }

    /// Each clause is a block of its own; that of a type switch has a variable of its own.
    fn clauses(&mut self, clause: Node, end: Node, name: Option<Node>) {
        if clause >= end {
            return;
        }
        let next = self.tree.end(clause);
        let head = Node(clause.0 + 1);
        let body = Task::Stmts(self.tree.end(head), next);
        self.enter();
        self.then([body, Task::Exit, Task::Clauses(next, end, name)]);
        if self.tree.kind(clause) == Kind::Comm {
            self.tasks.push(Task::Stmt(head));
            return;
        }
        // The types of the clause are resolved outside of the variable's scope.
        self.tasks.extend(name.map(Task::ClauseVar));
        self.tasks.push(self.scan_of(head));
    }

    fn clause_var(&mut self, name: Node) {
        let text = self.tree.text(name);
        if text != self.blank {
            let object = self.add(ObjectKind::Var, text, Some(name));
            self.bind(text, object.0 + 1);
        }
    }
}

/// Puts functions into source order, with the numbers of those around them.
fn sort_funcs(funcs: &mut Vec<Func>) {
    let mut order: Vec<u32> = (0..funcs.len() as u32).collect();
    order.sort_unstable_by_key(|number| funcs[*number as usize].node);
    let mut place = vec![0u32; funcs.len()];
    for (at, number) in order.iter().enumerate() {
        place[*number as usize] = at as u32;
    }
    *funcs = order
        .iter()
        .map(|number| funcs[*number as usize])
        .map(|func| Func { outer: func.outer.map(|outer| place[outer as usize]), ..func })
        .collect();
}

fn predeclared_kind(name: &[u8]) -> Option<ObjectKind> {
    Predeclared::of(name).map(|predeclared| match predeclared {
        Predeclared::Type => ObjectKind::PredeclaredType,
        Predeclared::Const => ObjectKind::PredeclaredConst,
        Predeclared::Nil => ObjectKind::Nil,
        Predeclared::Func => ObjectKind::Builtin,
    })
}

/// The names that the package with this import path may have, the likeliest first. Only the package clause of its
/// files says for certain.
fn package_names(path: &str) -> Vec<String> {
    let mut elements = path.rsplit('/');
    let mut base = elements.next().unwrap_or(path);
    if is_major_version(base) {
        base = elements.next().unwrap_or(base);
    }
    let is_part = |character: char| character == '_' || character.is_alphanumeric();
    let unprefixed = base.strip_prefix("go-").unwrap_or(base);
    // `yaml.v3` is yaml, `foo-go` is foo: what goimports assumes too.
    let assumed = unprefixed.split(|character| !is_part(character)).next().unwrap_or(unprefixed);
    let mut names = vec![assumed.to_owned()];
    let stem = base.split_once(".v").filter(|(_, version)| version.starts_with(|digit: char| digit.is_ascii_digit()));
    let stem = stem.map_or(base, |(stem, _)| stem);
    let trimmed = stem.strip_prefix("go-").unwrap_or(stem);
    let trimmed = trimmed.strip_suffix("-go").or_else(|| trimmed.strip_suffix(".go")).unwrap_or(trimmed);
    names.push(trimmed.chars().filter(|character| is_part(*character)).collect());
    names.push(stem.chars().filter(|character| is_part(*character)).collect());
    names.push(trimmed.replace(|character| !is_part(character), "_"));
    names.extend(stem.split(|character| !is_part(character)).map(str::to_owned));
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if !name.is_empty() && name != "go" && !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn is_major_version(element: &str) -> bool {
    element
        .strip_prefix('v')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
