//! A body as text, for people and tests.
//!
//! In: a [`Body`], the file it is of and, for the names of what is declared elsewhere, its types. Out: one line for each
//! instruction, in the order of the blocks; operands by number, `v3`; at the end of a block where it leads and when.
//!
//! **Absent:** nothing here can be read back.

use crate::file::FileFlow;
use crate::ir::{BlockId, Body, Call, Callee, Edge, List, Op, Place, PlaceId, Value, VarId, When};
use rulec_gofront::File;
use rulec_tree::Kind;
use rulec_types::{Name, ObjId};
use rulec_world::FileTypes;
use std::fmt::Write;

/// All bodies of a file.
pub fn file_text(flow: &FileFlow, file: &File, types: Option<&FileTypes<'_>>) -> String {
    texts_of(flow, file, types, |_| true).join("\n")
}

/// The bodies of a file for which `chosen` holds, each in its text.
pub fn texts_of(
    flow: &FileFlow,
    file: &File,
    types: Option<&FileTypes<'_>>,
    chosen: impl Fn(&Body) -> bool,
) -> Vec<String> {
    flow.bodies().filter(|(_, body)| chosen(body)).map(|(_, body)| body_text(body, file, types)).collect()
}

/// One body.
pub fn body_text(body: &Body, file: &File, types: Option<&FileTypes<'_>>) -> String {
    let printer = Printer { body, file, types };
    let mut text = printer.head();
    for (number, is_live) in live_blocks(body).into_iter().enumerate() {
        printer.block(BlockId(number as u32), is_live, &mut text);
    }
    text
}

/// Which blocks can be reached.
fn live_blocks(body: &Body) -> Vec<bool> {
    let mut live = vec![false; body.blocks.len()];
    let mut stack = vec![Body::ENTRY];
    while let Some(block) = stack.pop() {
        if !std::mem::replace(&mut live[block.0 as usize], true) {
            stack.extend(body.block(block).succs.iter().map(|edge| edge.to));
        }
    }
    live
}

/// Prints parts of a body.
pub(crate) struct Printer<'a> {
    pub(crate) body: &'a Body,
    pub(crate) file: &'a File,
    pub(crate) types: Option<&'a FileTypes<'a>>,
}

impl Printer<'_> {
    /// What the body is of, as a line.
    pub(crate) fn head(&self) -> String {
        let tree = &self.file.tree;
        let func = self.body.func;
        let line = self.file.lines.position(tree.span(func).start).0;
        let what = match tree.kind(func) {
            Kind::FuncDecl => format!("func {}", self.file.texts.str(tree.text(tree.slot(func, 1)))),
            Kind::FuncLit => format!("literal at line {line}"),
            _ => format!("initialiser at line {line}"),
        };
        let partial = if self.body.partial { ", partial" } else { "" };
        format!("{what}{partial}\n")
    }

    fn block(&self, block: BlockId, is_live: bool, text: &mut String) {
        let end = match block {
            _ if block == self.body.returned => " returned",
            _ if block == self.body.panicked => " panicked",
            _ => "",
        };
        // The ends of functions that never come there tell nothing.
        if !end.is_empty() && self.body.block(block).preds.is_empty() {
            return;
        }
        let dead = if is_live { "" } else { " dead" };
        let _ = writeln!(text, " b{}{end}{dead}", block.0);
        for value in self.body.insts_of(block) {
            let _ = writeln!(text, "  v{} = {}", value.0, self.inst(value));
        }
        for edge in &self.body.block(block).succs {
            let _ = writeln!(text, "  -> b{}{}", edge.to.0, self.when(edge));
        }
    }

    /// What an instruction does.
    pub(crate) fn inst(&self, value: Value) -> String {
        let v = |value: Value| format!("v{}", value.0);
        match self.body.op(value) {
            Op::Param(number) => format!("param {number}"),
            Op::Captured(var) => format!("captured {}", self.var(var)),
            Op::Const(number) => {
                let known = number.and_then(|number| self.body.consts.get(number as usize));
                known.map_or_else(|| "const ?".to_owned(), |known| format!("const {known}"))
            }
            Op::Nil => "nil".to_owned(),
            Op::Zero => "zero".to_owned(),
            Op::Func(object) => format!("func {}", self.object(object)),
            Op::Closure(body) => format!("closure {}", body.0),
            Op::MethodValue { recv, method } => {
                let method = method.map_or_else(|| "?".to_owned(), |method| self.object(method));
                format!("method {method} of {}", v(recv))
            }
            Op::Addr(place) => format!("addr {}", self.place(place)),
            Op::Load(place) => format!("load {}", self.place(place)),
            Op::Store(place, value) => format!("store {} {}", self.place(place), v(value)),
            Op::Assign(var, value) => format!("assign {} {}", self.var(var), v(value)),
            Op::Read(var, value) => format!("read {} {}", self.var(var), v(value)),
            Op::Phi(var, list) => format!("phi {}{}", self.var(var), self.list(list)),
            Op::Unary(op, x) => format!("{}{}", op.text(), v(x)),
            Op::Binary(op, x, y) => format!("{} {} {}", v(x), op.text(), v(y)),
            Op::Convert(x) => format!("convert {}", v(x)),
            Op::Assert { x, comma } => format!("assert{} {}", comma_text(comma), v(x)),
            Op::Narrow(x) => format!("narrow {}", v(x)),
            Op::Field(x, field) => format!("field {}.{}", v(x), self.name(field.name)),
            Op::Elem(x, index) => format!("elem {}[{}]", v(x), v(index)),
            Op::Lookup { map, key, comma } => format!("lookup{} {}[{}]", comma_text(comma), v(map), v(key)),
            Op::Slice(x, bounds) => format!("slice {}{}", v(x), self.list(bounds)),
            Op::Composite(list) => format!("composite{}", self.list(list)),
            Op::New(content) => content.map_or_else(|| "new".to_owned(), |content| format!("new {}", v(content))),
            Op::Make(list) => format!("make{}", self.list(list)),
            Op::Call(call) => format!("call {}", self.call(self.body.call(call))),
            Op::Go(call) => format!("go {}", self.call(self.body.call(call))),
            Op::Defer(call) => format!("defer {}", self.call(self.body.call(call))),
            Op::Extract(tuple, number) => format!("extract {} {number}", v(tuple)),
            Op::RunDefer(defer) => format!("run {}", v(defer)),
            Op::Join(list) => format!("join{}", self.list(list)),
            Op::Receive { ch, comma } => format!("receive{} {}", comma_text(comma), v(ch)),
            Op::Send { ch, value } => format!("send {} {}", v(ch), v(value)),
            Op::Select { default, cases } => format!("select {cases}{}", if default { " default" } else { "" }),
            Op::Range(x) => format!("range {}", v(x)),
            Op::Branch(of) => of.map_or_else(|| "branch".to_owned(), |of| format!("branch {}", v(of))),
            Op::Return(list) => format!("return{}", self.list(list)),
            Op::Panic(value) => format!("panic {}", v(value)),
            Op::Opaque(list) => format!("opaque{}", self.list(list)),
        }
    }

    /// When an edge is taken: nothing if always, or after a space.
    pub(crate) fn when(&self, edge: &Edge) -> String {
        let not = |holds: bool| if holds { "" } else { "not " };
        match edge.when {
            When::Always => String::new(),
            When::Is { cond, truth } => format!(" if {}v{}", not(truth), cond.0),
            When::Case { tag, case, equal } => format!(" if {}v{} == v{}", not(equal), tag.0, case.0),
            When::Type { of, row, equal } => {
                let span = self.file.tree.span(row);
                let (line, column) = self.file.lines.position(span.start);
                format!(" if {}v{} is the type at {line}:{column}", not(equal), of.0)
            }
            When::Chosen { case, .. } => format!(" if case {case}"),
            When::Next(range) => format!(" if next v{}", range.0),
            When::Done(range) => format!(" if done v{}", range.0),
            When::Registered { defer, truth } => format!(" if {}registered v{}", not(truth), defer.0),
            When::Recovered => " if recovered".to_owned(),
        }
    }

    fn call(&self, call: &Call) -> String {
        let callee = match call.callee {
            Callee::Func(object) => self.object(object),
            Callee::Interface(name) => format!("interface {}", self.name(name)),
            Callee::Builtin(builtin) => {
                let known = rulec_types::Builtin::ALL.iter().find(|(known, ..)| *known == builtin);
                known.map_or("?", |(_, _, name)| name).to_owned()
            }
            Callee::Closure(body) => format!("closure {}", body.0),
            Callee::Value(value) => format!("v{}", value.0),
            Callee::Unknown => "?".to_owned(),
        };
        let recv = if call.has_receiver { " recv" } else { "" };
        let spread = if call.spread { " ..." } else { "" };
        format!("{callee}{recv}{}{spread}", self.list(call.args))
    }

    fn place(&self, place: PlaceId) -> String {
        // Places are as deep as the source is nested: inside out, without recursion.
        let mut behind = Vec::new();
        let mut at = place;
        let base = loop {
            match self.body.place(at) {
                Place::Field(of, field) => {
                    behind.push(format!(".{}", self.name(field.name)));
                    at = of;
                }
                Place::Elem(of, index) => {
                    behind.push(format!("[v{}]", index.0));
                    at = of;
                }
                Place::Var(var) => break self.var(var),
                Place::Global(object) => break self.object(object),
                Place::Deref(pointer) => break format!("*v{}", pointer.0),
                Place::SliceElem(slice, index) => break format!("v{}[v{}]", slice.0, index.0),
                Place::MapElem(map, key) => break format!("v{}[v{}]", map.0, key.0),
                Place::Unknown => break "?".to_owned(),
            }
        };
        behind.reverse();
        base + &behind.concat()
    }

    fn list(&self, list: List) -> String {
        self.body.list(list).iter().map(|value| format!(" v{}", value.0)).collect()
    }

    fn var(&self, var: VarId) -> String {
        let object = self.file.names.get(self.body.var(var).object);
        self.file.texts.str(object.name).into_owned()
    }

    fn name(&self, name: Name) -> String {
        self.types.map_or_else(|| "?".to_owned(), |types| types.store().str(name).to_owned())
    }

    fn object(&self, object: ObjId) -> String {
        self.types
            .map_or_else(|| "?".to_owned(), |types| types.store().str(types.store().object(object).name).to_owned())
    }
}

fn comma_text(comma: bool) -> &'static str {
    if comma { " ok" } else { "" }
}
