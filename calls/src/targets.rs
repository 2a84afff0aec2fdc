//! Function values: which functions a value of a package can be.
//!
//! In: all bodies of a package. Out: for each value of a function type the functions that it can be, and whether that is
//! all. Places that hold functions are *cells*: values, variables, parameters, results, fields by their struct type, and
//! variables of the package. What is assigned flows from cell to cell, in whatever order it happens; elements of slices,
//! maps and channels are one cell for all that have that type in the package.
//!
//! A cell that code elsewhere can write (a parameter of an exported function, an exported field) is not known in full. A
//! function that flows to where it cannot be followed is *lost*: code that is not seen may call it.

use crate::bodies::PackageBodies;
use crate::key::{FunctionKey, type_name};
use crate::known::Known;
use crate::returns::{own_callee, summary_of};
use crate::sites::{named_function, types_of};
use rulec_flow::ir::{Body, Call, Callee, Field, Op, Place, PlaceId, Value};
use rulec_gofront::ObjectId;
use rulec_tree::{Kind, Node};
use rulec_types::{Builtin, Name, ObjId, PackageId, Ty, TypeData, Types};
use rustc_hash::{FxHashMap, FxHashSet};

/// The functions that a value can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TargetSet {
    pub(crate) functions: Vec<FunctionKey>,
    pub(crate) complete: bool,
}

/// Where functions flow in a package.
#[derive(Default)]
pub(crate) struct Flows {
    cells: FxHashMap<Cell, u32>,
    /// The functions in each cell.
    held: Vec<FxHashSet<FunctionKey>>,
    /// Whether something else may be in it.
    open: Vec<bool>,
    lost: FxHashSet<FunctionKey>,
}

/// A place that holds functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Cell {
    /// A value of a function of the package.
    Value(u32, Value),
    /// A variable of a function or of those around it: by file and object.
    Var(u32, ObjectId),
    /// A parameter, the receiver counted.
    Param(u32, u32),
    /// A result.
    Result(u32, u32),
    /// A field of a declared struct type.
    Field(PackageId, Name, Name),
    /// A field of a struct type that has no name.
    Part(Ty, Name),
    /// A variable of a package.
    Global(ObjId),
    /// The elements of all values of a type, or what its pointers point to.
    Elements(Ty),
    /// Where nothing can be followed.
    Elsewhere,
}

/// How many functions a cell holds before it counts as unknown.
const MAX_HELD: usize = 64;

impl Flows {
    /// Follows all function values of a package.
    pub(crate) fn of(package: &PackageBodies<'_>, known: &Known<'_>) -> Flows {
        let types = types_of(package, known);
        let mut builder = Builder { package, known, types, flows: Flows::default(), edges: Vec::new() };
        for function in 0..package.functions.len() as u32 {
            builder.function(function);
        }
        builder.solve()
    }

    /// The functions that a value of a function of the package can be.
    pub(crate) fn of_value(&self, function: u32, value: Value) -> TargetSet {
        let Some(cell) = self.cells.get(&Cell::Value(function, value)) else { return TargetSet::default() };
        let functions = self.held[*cell as usize].iter().copied().collect();
        TargetSet { functions, complete: !self.open[*cell as usize] }
    }

    /// Whether a function flows to where it cannot be followed.
    pub(crate) fn is_lost(&self, function: &FunctionKey) -> bool {
        self.lost.contains(function)
    }

    fn cell(&mut self, cell: Cell) -> u32 {
        let (held, open) = (&mut self.held, &mut self.open);
        *self.cells.entry(cell).or_insert_with(|| {
            held.push(FxHashSet::default());
            open.push(false);
            held.len() as u32 - 1
        })
    }
}

struct Builder<'a> {
    package: &'a PackageBodies<'a>,
    known: &'a Known<'a>,
    types: Types<'a>,
    flows: Flows,
    edges: Vec<(u32, u32)>,
}

impl Builder<'_> {
    fn function(&mut self, function: u32) {
        let package = self.package;
        let body = package.body(function);
        for number in 0..body.insts.len() as u32 {
            self.inst(function, body, Value(number));
        }
    }

    fn inst(&mut self, function: u32, body: &Body, value: Value) {
        let own = Cell::Value(function, value);
        match body.op(value) {
            Op::Store(place, x) if self.is_func(body, x) => {
                let to = self.cell_of_place(function, body, place);
                self.flow(Cell::Value(function, x), to);
            }
            Op::Send { ch, value: x } if self.is_func(body, x) => {
                self.flow(Cell::Value(function, x), Cell::Elements(body.inst(ch).ty));
            }
            Op::Return(list) => self.returned(function, body, body.list(list)),
            Op::Composite(list) => self.composite(function, body, value, body.list(list)),
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => self.call(function, body, value, body.call(call)),
            Op::Addr(place) => self.address(function, body, place),
            Op::Convert(x) if self.is_func(body, x) && !self.is_func(body, value) => {
                self.flow(Cell::Value(function, x), Cell::Elsewhere);
            }
            Op::New(Some(x)) | Op::Panic(x) if self.is_func(body, x) => {
                self.flow(Cell::Value(function, x), Cell::Elsewhere);
            }
            Op::Opaque(list) => {
                for x in body.list(list) {
                    if self.is_func(body, *x) {
                        self.flow(Cell::Value(function, *x), Cell::Elsewhere);
                    }
                }
            }
            _ => {}
        }
        if self.is_func(body, value) {
            self.made(function, body, value, own);
        }
    }

    /// Where a value of a function type comes from.
    fn made(&mut self, function: u32, body: &Body, value: Value, own: Cell) {
        match body.op(value) {
            Op::Func(_) | Op::MethodValue { .. } | Op::Closure(_) => {
                match named_function(self.package, function, body, value) {
                    Some(key) => self.hold(own, key),
                    None => self.open(own),
                }
            }
            Op::Assign(var, x) => {
                self.flow(Cell::Value(function, x), own);
                self.flow(Cell::Value(function, x), self.var(function, body.var(var).object));
            }
            Op::Read(_, x) | Op::Narrow(x) | Op::Convert(x) => self.flow(Cell::Value(function, x), own),
            Op::Phi(_, list) | Op::Join(list) => {
                body.list(list).iter().for_each(|x| self.flow(Cell::Value(function, *x), own));
            }
            Op::Captured(var) => self.flow(self.var(function, body.var(var).object), own),
            Op::Load(place) => {
                let from = self.cell_of_place(function, body, place);
                self.flow(from, own);
            }
            Op::Field(x, field) => self.flow(self.field(body.inst(x).ty, field), own),
            Op::Elem(x, _) | Op::Lookup { map: x, comma: false, .. } | Op::Receive { ch: x, comma: false } => {
                self.flow(Cell::Elements(body.inst(x).ty), own);
            }
            Op::Param(number) => self.flow(Cell::Param(function, number), own),
            Op::Call(call) => match own_callee(self.package, function, body.call(call)) {
                Some(callee) => self.flow(Cell::Result(callee, 0), own),
                None => self.open(own),
            },
            Op::Extract(tuple, number) => self.extracted(function, body, tuple, number, own),
            Op::Nil | Op::Zero => {}
            _ => self.open(own),
        }
    }

    fn extracted(&mut self, function: u32, body: &Body, tuple: Value, number: u32, own: Cell) {
        match body.op(tuple) {
            Op::Call(call) => match own_callee(self.package, function, body.call(call)) {
                Some(callee) => self.flow(Cell::Result(callee, number), own),
                None => self.open(own),
            },
            Op::Lookup { map: x, .. } | Op::Receive { ch: x, .. } | Op::Range(x) => {
                self.flow(Cell::Elements(body.inst(x).ty), own);
            }
            _ => self.open(own),
        }
    }

    fn returned(&mut self, function: u32, body: &Body, values: &[Value]) {
        let is_plain = values.len() == body.results.len();
        for (number, value) in (0..).zip(values) {
            if self.is_func(body, *value) {
                self.flow(Cell::Value(function, *value), Cell::Result(function, number));
            }
        }
        for number in 0..body.results.len() as u32 {
            let is_rewritten = body.results[number as usize].is_some_and(|var| body.var(var).in_memory);
            if !is_plain || is_rewritten {
                self.open(Cell::Result(function, number));
            }
        }
    }

    /// Elements of structs go to their fields, all others to the elements of the type.
    fn composite(&mut self, function: u32, body: &Body, value: Value, values: &[Value]) {
        let ty = body.inst(value).ty;
        let TypeData::Struct(fields) = self.types.under(ty) else {
            for (_, x) in self.funcs_among(body, values) {
                self.flow(Cell::Value(function, x), Cell::Elements(ty));
            }
            return;
        };
        let names = self.keys_of(function, body.inst(value).row);
        for (position, x) in self.funcs_among(body, values) {
            let name = match names.get(position) {
                Some(Some(name)) => Some(*name),
                _ => fields.get(position).map(|field| field.name),
            };
            let to = name.map_or(Cell::Elsewhere, |name| self.field(ty, Field { owner: ty, name }));
            self.flow(Cell::Value(function, x), to);
        }
    }

    /// The keys of the elements of a composite literal.
    fn keys_of(&self, function: u32, row: Node) -> Vec<Option<Name>> {
        let file = self.package.file_of(function).file;
        let tree = &file.tree;
        let row = if tree.kind(row) == Kind::Unary { tree.unparen(tree.slot(row, 0)) } else { tree.unparen(row) };
        if tree.kind(row) != Kind::CompositeLit {
            return Vec::new();
        }
        let key = |element: Node| {
            (tree.kind(element) == Kind::KeyValue).then(|| {
                let key = file.texts.str(tree.text(tree.slot(element, 0)));
                self.package.store.name(&key)
            })
        };
        tree.tail(row).map(key).collect()
    }

    fn call(&mut self, function: u32, body: &Body, value: Value, call: &Call) {
        let args = body.list(call.args);
        if call.callee == Callee::Builtin(Builtin::Append) {
            for (_, x) in self.funcs_among(body, args) {
                self.flow(Cell::Value(function, x), Cell::Elements(body.inst(value).ty));
            }
            return;
        }
        let callee = own_callee(self.package, function, call);
        let summary = if callee.is_none() { summary_of(self.known, body, call) } else { None };
        for (position, x) in self.funcs_among(body, args) {
            let from = Cell::Value(function, x);
            match callee {
                Some(callee) => {
                    let to = self.param(callee, position);
                    self.flow(from, to);
                }
                None => {
                    let param = summary.and_then(|summary| {
                        let last = summary.params.len().checked_sub(1)?;
                        summary.params.get(position.min(last))
                    });
                    // One that calls it and lets go of it: the edge is there, and nobody else has it.
                    if param.is_none_or(|param| param.kept) {
                        self.flow(from, Cell::Elsewhere);
                    }
                }
            }
        }
    }

    /// The parameter that an argument goes to: of a variadic one its elements.
    fn param(&self, callee: u32, position: usize) -> Cell {
        let body = self.package.body(callee);
        let last = body.params.len().saturating_sub(1);
        match body.params.get(position.min(last)) {
            Some(param) if self.is_func(body, *param) => Cell::Param(callee, position.min(last) as u32),
            Some(param) => Cell::Elements(body.inst(*param).ty),
            None => Cell::Elsewhere,
        }
    }

    /// What is written through a pointer to a place that holds a function is not followed.
    fn address(&mut self, function: u32, body: &Body, place: PlaceId) {
        let holds_func = match body.place(place) {
            Place::Var(var) => matches!(self.types.under(body.var(var).ty), TypeData::Func(_)),
            Place::Global(object) => {
                self.package.store.type_of(object).is_some_and(|ty| matches!(self.types.under(ty), TypeData::Func(_)))
            }
            Place::Field(_, field) => self.field_is_func(field),
            Place::Elem(..) | Place::SliceElem(..) | Place::MapElem(..) | Place::Deref(_) | Place::Unknown => true,
        };
        if holds_func {
            let cell = self.cell_of_place(function, body, place);
            self.open(cell);
            self.flow(cell, Cell::Elsewhere);
        }
    }

    fn field_is_func(&self, field: Field) -> bool {
        match self.types.under(field.owner) {
            TypeData::Struct(fields) => {
                let mut fields = fields.iter().filter(|own| own.name == field.name);
                fields.any(|own| matches!(self.types.under(own.ty), TypeData::Func(_)))
            }
            _ => true,
        }
    }

    fn cell_of_place(&self, function: u32, body: &Body, place: PlaceId) -> Cell {
        match body.place(place) {
            Place::Var(var) => self.var(function, body.var(var).object),
            Place::Global(object) => Cell::Global(object),
            Place::Field(_, field) => self.field(field.owner, field),
            Place::Deref(x) | Place::SliceElem(x, _) | Place::MapElem(x, _) => Cell::Elements(body.inst(x).ty),
            Place::Elem(of, _) => self.type_of_place(body, of).map_or(Cell::Elsewhere, Cell::Elements),
            Place::Unknown => Cell::Elsewhere,
        }
    }

    /// The type of a variable or field.
    fn type_of_place(&self, body: &Body, place: PlaceId) -> Option<Ty> {
        match body.place(place) {
            Place::Var(var) => Some(body.var(var).ty),
            Place::Global(object) => self.package.store.type_of(object),
            Place::Deref(pointer) => self.types.pointer_base(body.inst(pointer).ty),
            Place::Field(_, field) => match self.types.under(field.owner) {
                TypeData::Struct(fields) => fields.iter().find(|own| own.name == field.name).map(|own| own.ty),
                _ => None,
            },
            Place::Elem(..) | Place::SliceElem(..) | Place::MapElem(..) | Place::Unknown => None,
        }
    }

    fn var(&self, function: u32, object: ObjectId) -> Cell {
        Cell::Var(self.package.functions[function as usize].file, object)
    }

    fn field(&self, ty: Ty, field: Field) -> Cell {
        let store = self.package.store;
        let owner = if field.owner.is_unknown() { ty } else { field.owner };
        let (base, _) = self.types.deref(owner);
        match (store.data(store.unalias(base)), type_name(store, base)) {
            (TypeData::Named(named), Some(name)) => Cell::Field(store.object(named.obj).pkg, name, field.name),
            _ => Cell::Part(base, field.name),
        }
    }

    /// The values of function types, with their positions.
    fn funcs_among(&self, body: &Body, values: &[Value]) -> Vec<(usize, Value)> {
        values.iter().copied().enumerate().filter(|(_, value)| self.is_func(body, *value)).collect()
    }

    fn is_func(&self, body: &Body, value: Value) -> bool {
        matches!(self.types.under(body.inst(value).ty), TypeData::Func(_))
    }

    // The graph of cells.

    fn hold(&mut self, cell: Cell, function: FunctionKey) {
        let cell = self.flows.cell(cell);
        self.flows.held[cell as usize].insert(function);
    }

    fn open(&mut self, cell: Cell) {
        let cell = self.flows.cell(cell);
        self.flows.open[cell as usize] = true;
    }

    fn flow(&mut self, from: Cell, to: Cell) {
        if from == Cell::Elsewhere {
            // What was lost may come back, and anything else with it.
            return self.open(to);
        }
        let (from, to) = (self.flows.cell(from), self.flows.cell(to));
        self.edges.push((from, to));
    }

    fn solve(mut self) -> Flows {
        self.open_to_others();
        self.propagate();
        // A function that is lost is called by code that is not seen: with whatever arguments.
        self.open_params();
        self.propagate();
        self.flows
    }

    /// Cells that code of other packages reads and writes.
    fn open_to_others(&mut self) {
        let store = self.package.store;
        let is_command = store.str(store.package(self.package.package).name) == "main";
        let is_own = |package: PackageId| package == self.package.package;
        let is_offered = |name: Name| store.is_exported(name) && !is_command;
        let cells: Vec<Cell> = self.flows.cells.keys().copied().collect();
        for cell in cells {
            let is_open = match cell {
                Cell::Field(package, _, name) => !is_own(package) || is_offered(name),
                Cell::Global(object) => {
                    let object = store.object(object);
                    !is_own(object.pkg) || is_offered(object.name)
                }
                Cell::Elements(ty) => type_name(store, ty).is_none_or(is_offered),
                // Values of a declared type may be assigned to it and back.
                Cell::Part(..) | Cell::Elsewhere => true,
                Cell::Result(function, _) => {
                    if self.is_offered(function) {
                        self.flow(cell, Cell::Elsewhere);
                    }
                    false
                }
                Cell::Param(function, _) => self.is_offered(function),
                Cell::Value(..) | Cell::Var(..) => false,
            };
            if is_open {
                self.open(cell);
                self.flow(cell, Cell::Elsewhere);
            }
        }
    }

    /// Whether a function can be called from other packages by its name, or through an interface.
    fn is_offered(&self, function: u32) -> bool {
        let function = &self.package.functions[function as usize];
        function.object.is_some_and(|object| {
            let object = self.package.store.object(object);
            self.package.store.is_exported(object.name) || object.kind == rulec_types::ObjectKind::Method
        })
    }

    /// Parameters of functions that are used as values.
    fn open_params(&mut self) {
        let used: FxHashSet<FunctionKey> = self.flows.held.iter().flatten().copied().collect();
        let cells: Vec<Cell> = self.flows.cells.keys().copied().collect();
        for cell in cells {
            if let Cell::Param(function, _) = cell
                && used.contains(&self.package.functions[function as usize].key)
            {
                self.open(cell);
            }
        }
    }

    /// Until nothing changes any more. Every cell grows a bounded number of times.
    fn propagate(&mut self) {
        let mut leads: Vec<Vec<u32>> = vec![Vec::new(); self.flows.held.len()];
        for (from, to) in &self.edges {
            leads[*from as usize].push(*to);
        }
        let mut waiting: Vec<u32> = (0..leads.len() as u32).collect();
        while let Some(from) = waiting.pop() {
            let held = self.flows.held[from as usize].clone();
            let is_open = self.flows.open[from as usize];
            for to in &leads[from as usize] {
                if *to != from && self.flows.grow(*to, &held, is_open) {
                    waiting.push(*to);
                }
            }
        }
        if let Some(elsewhere) = self.flows.cells.get(&Cell::Elsewhere) {
            self.flows.lost = self.flows.held[*elsewhere as usize].clone();
        }
    }
}

impl Flows {
    fn grow(&mut self, cell: u32, functions: &FxHashSet<FunctionKey>, is_open: bool) -> bool {
        let (held, open) = (&mut self.held[cell as usize], &mut self.open[cell as usize]);
        let before = (held.len(), *open);
        let is_elsewhere = self.cells.get(&Cell::Elsewhere) == Some(&cell);
        for function in functions {
            if held.len() < MAX_HELD || is_elsewhere {
                held.insert(*function);
            } else {
                *open |= !held.contains(function);
            }
        }
        *open |= is_open;
        before != (held.len(), *open)
    }
}
