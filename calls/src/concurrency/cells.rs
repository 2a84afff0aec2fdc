//! Which expressions name the same channel, lock, group or condition.
//!
//! In: the bodies of the package. Out: for each value and place the number of its cell. Cells are classes of a union of all
//! that is assigned, passed, returned, captured, sent or stored from one to the other, whatever the order: fields by the
//! type that has them, elements by the type of what holds them. Two expressions of one cell may name the same thing; those
//! of different cells never do, as long as both are private.
//!
//! **Absent:** instances: `a.mu` and `b.mu` of one type are one cell. [`super::locks`] tells them apart.
//!
//! Source: B. Steensgaard, *Points-to analysis in almost linear time*, 1996.

use super::known::Known;
use super::program::{CodeId, Program};
use rulec_flow::ir::{Callee, Op, Place, PlaceId, Value, VarId};
use rulec_types::{Builtin, Name, ObjId, Ty, TypeData};
use rustc_hash::FxHashMap;

/// Something that can hold a channel or lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Value(CodeId, Value),
    Variable(CodeId, VarId),
    Global(ObjId),
    Field(Ty, Name),
    Element(Ty),
    Result(CodeId, u32),
    /// What code that is not looked at holds.
    Outside,
}

/// The cells of a package.
pub(crate) struct Cells<'p, 'a> {
    program: &'p Program<'a>,
    numbers: FxHashMap<Holder, u32>,
    parents: Vec<u32>,
}

impl<'p, 'a> Cells<'p, 'a> {
    pub(crate) fn of(program: &'p Program<'a>) -> Cells<'p, 'a> {
        let mut cells = Cells { program, numbers: FxHashMap::default(), parents: Vec::new() };
        for code in program.ids() {
            for value in (0..program.body(code).insts.len() as u32).map(Value) {
                cells.instruction(code, value);
            }
            cells.boundary(code);
        }
        cells
    }

    /// The cell of a value: of a pointer, what it points to.
    pub(crate) fn of_value(&mut self, code: CodeId, value: Value) -> u32 {
        let holder = self.holder(code, value);
        let number = self.number(holder);
        self.root(number)
    }

    /// Whether code that is not looked at can touch a cell.
    pub(crate) fn is_open(&mut self, cell: u32) -> bool {
        let outside = self.number(Holder::Outside);
        self.root(cell) == self.root(outside)
    }

    fn number(&mut self, holder: Holder) -> u32 {
        let parents = &mut self.parents;
        *self.numbers.entry(holder).or_insert_with(|| {
            parents.push(parents.len() as u32);
            parents.len() as u32 - 1
        })
    }

    fn root(&mut self, number: u32) -> u32 {
        let mut at = number;
        while let Some(parent) = self.parents.get(at as usize).copied().filter(|parent| *parent != at) {
            let above = self.parents[parent as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }

    fn unite(&mut self, a: Holder, b: Holder) {
        let (a, b) = (self.number(a), self.number(b));
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// A value is what its variable or place holds; the address of a place stands for the place.
    fn holder(&self, code: CodeId, value: Value) -> Holder {
        let body = self.program.body(code);
        match body.op(value) {
            Op::Addr(place) | Op::Load(place) => self.place(code, place).unwrap_or(Holder::Value(code, value)),
            _ => Holder::Value(code, value),
        }
    }

    fn place(&self, code: CodeId, place: PlaceId) -> Option<Holder> {
        let body = self.program.body(code);
        Some(match body.place(place) {
            Place::Var(var) => {
                let (code, var) = self.program.variable(code, var);
                Holder::Variable(code, var)
            }
            Place::Global(global) => Holder::Global(global),
            Place::Field(_, field) => Holder::Field(field.owner, field.name),
            Place::Deref(pointer) => return Some(self.holder(code, pointer)),
            Place::Elem(of, _) => self.place(code, of)?,
            Place::SliceElem(of, _) | Place::MapElem(of, _) => Holder::Element(body.inst(of).ty),
            Place::Unknown => return None,
        })
    }

    fn instruction(&mut self, code: CodeId, value: Value) {
        let program = self.program;
        let body = program.body(code);
        let own = Holder::Value(code, value);
        match body.op(value) {
            Op::Assign(var, from) => {
                let from = self.holder(code, from);
                let (code, var) = program.variable(code, var);
                self.unite(Holder::Variable(code, var), from);
                self.unite(own, from);
            }
            Op::Captured(var) => {
                let (code, var) = program.variable(code, var);
                self.unite(own, Holder::Variable(code, var));
            }
            Op::Read(_, from) | Op::Convert(from) | Op::Narrow(from) | Op::Assert { x: from, .. }
                if program.matters(body.inst(value).ty) =>
            {
                let from = self.holder(code, from);
                self.unite(own, from);
            }
            Op::Phi(_, list) | Op::Join(list) if program.matters(body.inst(value).ty) => {
                for operand in body.list(list) {
                    let from = self.holder(code, *operand);
                    self.unite(own, from);
                }
            }
            Op::Store(place, from) if program.matters(body.inst(from).ty) => {
                let from = self.holder(code, from);
                self.unite(own, from);
                match self.place(code, place) {
                    Some(place) => self.unite(place, from),
                    None => self.unite(Holder::Outside, from),
                }
            }
            Op::Field(_, field) => self.unite(own, Holder::Field(field.owner, field.name)),
            Op::Elem(of, _) | Op::Lookup { map: of, comma: false, .. } => {
                self.unite(own, Holder::Element(body.inst(of).ty));
            }
            Op::New(Some(content)) => {
                let content = self.holder(code, content);
                self.unite(own, content);
            }
            Op::Extract(tuple, number) => self.part(code, value, tuple, number),
            Op::Composite(list) => self.composite(code, value, body.list(list)),
            Op::Send { ch, value: sent } if program.matters(body.inst(sent).ty) => {
                let sent = self.holder(code, sent);
                self.unite(Holder::Element(self.channel_type(body.inst(ch).ty)), sent);
            }
            Op::Receive { ch, comma: false } if program.matters(body.inst(value).ty) => {
                self.unite(own, Holder::Element(self.channel_type(body.inst(ch).ty)));
            }
            Op::Return(list) => {
                for (number, result) in (0..).zip(body.list(list)) {
                    let result = self.holder(code, *result);
                    self.unite(Holder::Result(code, number), result);
                }
            }
            Op::Opaque(list) => {
                for part in body.list(list) {
                    let part = self.holder(code, *part);
                    self.unite(Holder::Outside, part);
                }
            }
            Op::Call(_) | Op::Go(_) | Op::Defer(_) => self.call(code, value),
            _ => {}
        }
    }

    /// A channel type without its direction, so that both ends share their elements.
    fn channel_type(&self, ty: Ty) -> Ty {
        match (self.program.under(ty), self.program.store()) {
            (Some(TypeData::Chan { elem, .. }), Some(store)) => store.chan(rulec_types::ChanDir::Both, *elem),
            _ => ty,
        }
    }

    fn part(&mut self, code: CodeId, value: Value, tuple: Value, number: u32) {
        let program = self.program;
        let body = program.body(code);
        let own = Holder::Value(code, value);
        match body.op(tuple) {
            Op::Call(call) => match program.called(code, body.call(call).callee) {
                Some(callee) => self.unite(own, Holder::Result(callee, number)),
                None if program.matters(body.inst(value).ty) => self.unite(own, Holder::Outside),
                None => {}
            },
            Op::Lookup { map, .. } if number == 0 => self.unite(own, Holder::Element(body.inst(map).ty)),
            Op::Receive { ch, .. } if number == 0 => {
                self.unite(own, Holder::Element(self.channel_type(body.inst(ch).ty)));
            }
            Op::Range(over) if program.matters(body.inst(value).ty) => {
                self.unite(own, Holder::Element(self.channel_type(body.inst(over).ty)));
            }
            Op::Assert { x, .. } if number == 0 => {
                let x = self.holder(code, x);
                self.unite(own, x);
            }
            _ => {}
        }
    }

    fn composite(&mut self, code: CodeId, value: Value, parts: &[Value]) {
        let program = self.program;
        let body = program.body(code);
        let inst = body.inst(value);
        let fields = match self.program.under(inst.ty) {
            Some(TypeData::Struct(_)) => self.program.composite_fields(code, inst.row, inst.ty),
            _ => None,
        };
        for (number, part) in parts.iter().enumerate().filter(|(_, part)| program.matters(body.inst(**part).ty)) {
            let part = self.holder(code, *part);
            match fields.as_ref().and_then(|fields| fields.get(number)) {
                Some(name) => self.unite(Holder::Field(inst.ty, *name), part),
                None => self.unite(Holder::Element(inst.ty), part),
            }
        }
    }

    fn call(&mut self, code: CodeId, value: Value) {
        let program = self.program;
        let body = program.body(code);
        let Some(call) = body.call_at(value).copied() else { return };
        let args = body.list(call.args);
        let callees: Vec<CodeId> = match call.callee {
            Callee::Interface(name) => program.methods_named(name).to_vec(),
            callee => program.called(code, callee).into_iter().collect(),
        };
        for callee in &callees {
            self.bind(code, value, args, *callee);
        }
        let is_known = match call.callee {
            Callee::Func(function) if callees.is_empty() => !matches!(program.known(function), Known::Foreign),
            Callee::Builtin(Builtin::Append) => {
                self.appended(code, value, args);
                true
            }
            Callee::Builtin(_) => true,
            _ => !callees.is_empty(),
        };
        if !is_known {
            for arg in args.iter().filter(|arg| program.matters(body.inst(**arg).ty)) {
                let arg = self.holder(code, *arg);
                self.unite(Holder::Outside, arg);
            }
            if program.matters(body.inst(value).ty) && matches!(body.op(value), Op::Call(_)) {
                self.unite(Holder::Outside, Holder::Value(code, value));
            }
        }
    }

    fn bind(&mut self, code: CodeId, value: Value, args: &[Value], callee: CodeId) {
        let program = self.program;
        let variadic = program.variadic(callee);
        for (number, arg) in args.iter().enumerate() {
            let params = &program.body(callee).params;
            let Some(param) = params.get(number).or(params.last()).copied() else { break };
            if !program.matters(program.body(code).inst(*arg).ty) {
                continue;
            }
            let arg = self.holder(code, *arg);
            match variadic.filter(|first| number >= *first) {
                Some(_) => self.unite(Holder::Element(program.body(callee).inst(param).ty), arg),
                None => self.unite(Holder::Value(callee, param), arg),
            }
        }
        self.unite(Holder::Value(code, value), Holder::Result(callee, 0));
    }

    fn appended(&mut self, code: CodeId, value: Value, args: &[Value]) {
        let program = self.program;
        let body = program.body(code);
        for arg in args.iter().skip(1).filter(|arg| program.matters(body.inst(**arg).ty)) {
            let arg = self.holder(code, *arg);
            self.unite(Holder::Element(body.inst(value).ty), arg);
        }
    }

    /// What callers that are not seen pass and get.
    fn boundary(&mut self, code: CodeId) {
        let program = self.program;
        let body = program.body(code);
        let name = program.name(code);
        // Literals are bound where they are called; one that is handed away is called with what is theirs.
        let is_exported = name.is_some_and(|name| name.starts_with(char::is_uppercase));
        if !is_exported || program.is_entry(code) {
            return;
        }
        for param in body.params.iter().skip(usize::from(body.has_receiver)) {
            if program.matters(body.inst(*param).ty) {
                self.unite(Holder::Outside, Holder::Value(code, *param));
            }
        }
        for number in 0..body.results.len() as u32 {
            self.unite(Holder::Outside, Holder::Result(code, number));
        }
    }
}
