//! The form in which the body of a function is analysed.
//!
//! A [`Body`] is a control-flow graph of [`Block`]s, each a run of [`Inst`]s. An instruction makes at most one value and is
//! named by the same number, a [`Value`]. Local variables that no closure writes and whose address nobody takes are in
//! static single assignment form: [`Op::Assign`] defines, [`Op::Read`] uses, [`Op::Phi`] joins. All other memory is reached
//! through [`Place`]s.
//!
//! Each expression and simple statement that is evaluated has exactly one instruction that completes it, found by
//! [`Body::at`]. Instructions stand in Go's order of evaluation, operands before operations; `&&` and `||` are branches
//! wherever they stand. A function literal is a [`Body`] of its own.
//!
//! At `return` and `panic` deferred calls run in the opposite order of their registration: both lead into a chain of
//! [`Op::RunDefer`], one chain for each way out, with edges around those that may not be registered.
//!
//! Source: the Go specification, "Order of evaluation", "Defer statements", "Handling panics"; the form is that of Cytron et
//! al., *Efficiently computing static single assignment form*, 1991.

use rulec_gofront::ObjectId;
use rulec_tree::Node;
use rulec_types::{Builtin, Name, ObjId, Ty};

/// An instruction of one body, and the value that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub u32);

/// A block of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// A body of one file: functions, function literals and initialisers in source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId(pub u32);

/// A variable of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarId(pub u32);

/// A place of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u32);

/// A call of one body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// A run of values in [`Body::lists`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Where it starts.
    pub start: u32,
    /// One past its end.
    pub end: u32,
}

/// The body of a function, a function literal, or the initialiser of a package-level variable.
#[derive(Clone, Debug)]
pub struct Body {
    /// The function declaration, function literal, or the `VarSpec` whose values are evaluated.
    pub func: Node,
    /// For a function literal, the body it stands in.
    pub outer: Option<BodyId>,
    /// The values of the parameters, the receiver first.
    pub params: Vec<Value>,
    /// Whether the first parameter is a receiver.
    pub has_receiver: bool,
    /// Named and unnamed results: the variable of each named one.
    pub results: Vec<Option<VarId>>,
    /// The blocks; the first is the entry, and no edge leads there. Blocks that cannot be reached are there, behind those
    /// that can; edges from them into the others are left out. The last two are `returned` and `panicked`.
    pub blocks: Vec<Block>,
    /// All instructions, block after block.
    pub insts: Vec<Inst>,
    /// Values in lists: arguments, results, elements, operands of phis.
    pub lists: Vec<Value>,
    /// The variables that the body declares or captures.
    pub vars: Vec<Var>,
    /// The places that it names.
    pub places: Vec<Place>,
    /// Its calls: ordinary, `go` and `defer`.
    pub calls: Vec<Call>,
    /// Constants with their values.
    pub consts: Vec<rulec_constant::Value>,
    /// The block in which the body has returned to its caller; it has no instructions.
    pub returned: BlockId,
    /// The block in which it panics on to its caller; it has no instructions.
    pub panicked: BlockId,
    /// The fields that literals of structs name, by the row of the literal, sorted by row; nothing for those without names.
    pub named_fields: Vec<(Node, Box<[Name]>)>,
    /// The instruction that completes each row, sorted by row.
    pub rows: Vec<(Node, Value)>,
    /// Whether the body is not known in full: parts of it could not be parsed, or it was too large.
    pub partial: bool,
}

/// A block: instructions that run one after the other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its first instruction.
    pub start: u32,
    /// One past its last instruction. Only the last one can be a branch, a return, a panic or a call that never returns.
    pub end: u32,
    /// Where it goes on: nowhere after a call that never returns, and in the two last blocks.
    pub succs: Vec<Edge>,
    /// Where it is reached from, in the order of the operands of its phis. A block that another one reaches by two edges
    /// has it twice.
    pub preds: Vec<BlockId>,
}

/// An edge and when it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it leads.
    pub to: BlockId,
    /// When it is taken.
    pub when: When,
}

/// When an edge is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always, or there is no saying when.
    Always,
    /// The condition has this value.
    Is {
        /// A value of type boolean that is no `!`, `&&` or `||`.
        cond: Value,
        /// Its value.
        truth: bool,
    },
    /// The tag of an expression switch is equal to this case (`equal`), or not.
    Case {
        /// The tag.
        tag: Value,
        /// The expression of the case.
        case: Value,
        /// Which way.
        equal: bool,
    },
    /// The guard of a type switch has the type of this row (`equal`; `nil` stands for no type), or not.
    Type {
        /// The value that is switched on.
        of: Value,
        /// The row of the type in its case.
        row: Node,
        /// Which way.
        equal: bool,
    },
    /// The select takes its case with this number, or `default`.
    Chosen {
        /// The [`Op::Select`].
        select: Value,
        /// The number of its [`rulec_tree::Kind::Comm`], from 0.
        case: u32,
    },
    /// The range has another element.
    Next(Value),
    /// The range has no more elements; for a channel: it is closed.
    Done(Value),
    /// The deferred call was registered, or not.
    Registered {
        /// The [`Op::Defer`].
        defer: Value,
        /// Which way.
        truth: bool,
    },
    /// A deferred call recovered from the panic.
    Recovered,
}

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub struct Inst {
    /// What it does.
    pub op: Op,
    /// The row that it evaluates, or for which it is there.
    pub row: Node,
    /// The type of its value; unknown if there is none.
    pub ty: Ty,
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The value that a parameter comes with, the receiver counted as 0 if there is one.
    Param(u32),
    /// The value of a captured variable in single assignment form: nobody writes it after the closure is made.
    Captured(VarId),
    /// A constant; its number in [`Body::consts`] if its value is known.
    Const(Option<u32>),
    /// `nil`.
    Nil,
    /// The zero value that a variable or result is declared with.
    Zero,
    /// A declared function, or a method expression, as a value.
    Func(ObjId),
    /// A function literal.
    Closure(BodyId),
    /// `x.Method` as a value.
    MethodValue {
        /// The receiver.
        recv: Value,
        /// The method; none for methods of interfaces.
        method: Option<ObjId>,
    },
    /// `&place`.
    Addr(PlaceId),
    /// The content of a place: also of captured variables that are written, fields, elements, globals.
    Load(PlaceId),
    /// Assigns to a place.
    Store(PlaceId, Value),
    /// Gives a variable in single assignment form a value. Its value is the new one.
    Assign(VarId, Value),
    /// Uses a variable in single assignment form: the definition that reaches here.
    Read(VarId, Value),
    /// One of these, by the predecessor that the block was entered from. None for a variable that has no value there, which
    /// only wrong or dead code can use.
    Phi(VarId, List),
    /// `-x`, `!x`, `^x`, `+x`.
    Unary(rulec_tree::Op, Value),
    /// `x + y` and the like; `&&` and `||` are branches and a phi without a variable: [`Op::Join`].
    Binary(rulec_tree::Op, Value, Value),
    /// The value of `&&`, `||`: by the predecessor, like a phi.
    Join(List),
    /// `T(x)`.
    Convert(Value),
    /// `x.(T)`; with `comma`, a pair.
    Assert {
        /// The interface value.
        x: Value,
        /// `v, ok := x.(T)`.
        comma: bool,
    },
    /// The value that a clause of a type switch binds.
    Narrow(Value),
    /// The field of a value that is in no place: `f().x`.
    Field(Value, Field),
    /// `x[i]` of a string, or of an array that is in no place.
    Elem(Value, Value),
    /// `m[k]`; with `comma`, a pair.
    Lookup {
        /// The map.
        map: Value,
        /// The key.
        key: Value,
        /// `v, ok := m[k]`.
        comma: bool,
    },
    /// `x[low:high:max]`: the operand, and the bounds as far as they are there; 0 for one that only others follow.
    Slice(Value, List),
    /// `T{…}`: the elements' values in source order, of a map each key before its value. [`Op::New`] of it for `&T{…}`.
    Composite(List),
    /// `new(T)`, `&T{…}`: a pointer to a new variable, with this content.
    New(Option<Value>),
    /// `make(T, args…)`.
    Make(List),
    /// Calls and yields the result: a tuple for several.
    Call(CallId),
    /// Number *n* of a tuple.
    Extract(Value, u32),
    /// Starts a goroutine.
    Go(CallId),
    /// Registers a deferred call; callee and arguments are evaluated here.
    Defer(CallId),
    /// Runs a deferred call: the [`Op::Defer`] that registered it.
    RunDefer(Value),
    /// `<-ch`; with `comma`, a pair.
    Receive {
        /// The channel.
        ch: Value,
        /// `v, ok := <-ch`.
        comma: bool,
    },
    /// `ch <- x`.
    Send {
        /// The channel.
        ch: Value,
        /// What is sent.
        value: Value,
    },
    /// Chooses a case of a `select`; channels and values to send were evaluated before. The block of each case that was
    /// chosen starts with its [`Op::Send`] or [`Op::Receive`].
    Select {
        /// Whether there is a `default`.
        default: bool,
        /// How many cases there are, `default` included.
        cases: u32,
    },
    /// Asks for the next element of a range; key and value are [`Op::Extract`] 0 and 1 of it.
    Range(Value),
    /// Branches on a boolean, a tag, a type: the edges tell.
    Branch(Option<Value>),
    /// Returns these.
    Return(List),
    /// Panics.
    Panic(Value),
    /// Something that could not be understood, or is not looked into, made of these.
    Opaque(List),
}

/// A field of a struct type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field {
    /// The declared type that has it, pointers removed, or the struct type itself.
    pub owner: Ty,
    /// Its name.
    pub name: Name,
}

/// A variable that a body declares or captures.
#[derive(Clone, Copy, Debug)]
pub struct Var {
    /// The object of the file; clauses of a type switch have one each.
    pub object: ObjectId,
    /// The identifier that declares it.
    pub decl: Node,
    /// Its type.
    pub ty: Ty,
    /// The variable of an outer body that it is.
    pub outer: Option<(BodyId, VarId)>,
    /// Whether it is memory, written by closures or by address, rather than in single assignment form.
    pub in_memory: bool,
    /// Whether a closure inside of this body uses it.
    pub captured: bool,
}

/// Something that can be read, written or pointed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A variable that is memory.
    Var(VarId),
    /// A variable of a package.
    Global(ObjId),
    /// What a pointer points to.
    Deref(Value),
    /// A field of the struct at a place.
    Field(PlaceId, Field),
    /// An element of the array at a place.
    Elem(PlaceId, Value),
    /// An element of a slice.
    SliceElem(Value, Value),
    /// An element of a map: written only; reading is [`Op::Lookup`].
    MapElem(Value, Value),
    /// Something that is not known.
    Unknown,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The row of the call expression.
    pub row: Node,
    /// What is called.
    pub callee: Callee,
    /// The arguments, the receiver of a method first.
    pub args: List,
    /// Whether the first argument is the receiver of a method.
    pub has_receiver: bool,
    /// `f(xs...)`.
    pub spread: bool,
    /// How.
    pub how: How,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callee {
    /// A declared function, or a method of a type that is no interface: of a generic one, its origin.
    Func(ObjId),
    /// A method of an interface: of the type of the receiver.
    Interface(Name),
    /// A predeclared function.
    Builtin(Builtin),
    /// A function literal that stands here, or a variable that only ever holds it.
    Closure(BodyId),
    /// Some other value.
    Value(Value),
    /// Not known.
    Unknown,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// Here and now.
    Now,
    /// In a goroutine of its own.
    Go,
    /// At the end of the function.
    Defer,
}

impl Op {
    /// The same with other values for those that it names directly: not those in lists, places and calls.
    #[must_use]
    pub fn map(self, mut map: impl FnMut(Value) -> Value) -> Op {
        match self {
            Op::MethodValue { recv, method } => Op::MethodValue { recv: map(recv), method },
            Op::Store(place, value) => Op::Store(place, map(value)),
            Op::Assign(var, value) => Op::Assign(var, map(value)),
            Op::Read(var, value) => Op::Read(var, map(value)),
            Op::Unary(op, x) => Op::Unary(op, map(x)),
            Op::Binary(op, x, y) => Op::Binary(op, map(x), map(y)),
            Op::Convert(x) => Op::Convert(map(x)),
            Op::Assert { x, comma } => Op::Assert { x: map(x), comma },
            Op::Narrow(x) => Op::Narrow(map(x)),
            Op::Field(x, field) => Op::Field(map(x), field),
            Op::Elem(x, index) => Op::Elem(map(x), map(index)),
            Op::Lookup { map: of, key, comma } => Op::Lookup { map: map(of), key: map(key), comma },
            Op::Slice(x, bounds) => Op::Slice(map(x), bounds),
            Op::New(content) => Op::New(content.map(map)),
            Op::Extract(tuple, number) => Op::Extract(map(tuple), number),
            Op::RunDefer(defer) => Op::RunDefer(map(defer)),
            Op::Receive { ch, comma } => Op::Receive { ch: map(ch), comma },
            Op::Send { ch, value } => Op::Send { ch: map(ch), value: map(value) },
            Op::Range(x) => Op::Range(map(x)),
            Op::Branch(of) => Op::Branch(of.map(map)),
            Op::Panic(value) => Op::Panic(map(value)),
            Op::Param(_)
            | Op::Captured(_)
            | Op::Const(_)
            | Op::Nil
            | Op::Zero
            | Op::Func(_)
            | Op::Closure(_)
            | Op::Addr(_)
            | Op::Load(_)
            | Op::Phi(..)
            | Op::Join(_)
            | Op::Composite(_)
            | Op::Make(_)
            | Op::Call(_)
            | Op::Go(_)
            | Op::Defer(_)
            | Op::Select { .. }
            | Op::Return(_)
            | Op::Opaque(_) => self,
        }
    }

    /// The list of values that it names, if it has one.
    pub fn list(self) -> Option<List> {
        match self {
            Op::Phi(_, list)
            | Op::Join(list)
            | Op::Slice(_, list)
            | Op::Composite(list)
            | Op::Make(list)
            | Op::Return(list)
            | Op::Opaque(list) => Some(list),
            _ => None,
        }
    }

    /// The place that it reads, writes or points to.
    pub fn place(self) -> Option<PlaceId> {
        match self {
            Op::Addr(place) | Op::Load(place) | Op::Store(place, _) => Some(place),
            _ => None,
        }
    }

    /// Whether nothing can follow it in its block.
    pub fn ends_block(self) -> bool {
        matches!(self, Op::Branch(_) | Op::Select { .. } | Op::Range(_) | Op::Return(_) | Op::Panic(_))
    }
}

impl Place {
    /// The same with other values for those that it names directly.
    #[must_use]
    pub fn map(self, mut map: impl FnMut(Value) -> Value) -> Place {
        match self {
            Place::Deref(pointer) => Place::Deref(map(pointer)),
            Place::Elem(array, index) => Place::Elem(array, map(index)),
            Place::SliceElem(slice, index) => Place::SliceElem(map(slice), map(index)),
            Place::MapElem(of, key) => Place::MapElem(map(of), map(key)),
            Place::Var(_) | Place::Global(_) | Place::Field(..) | Place::Unknown => self,
        }
    }
}

impl When {
    /// The same with other values.
    #[must_use]
    pub fn map(self, mut map: impl FnMut(Value) -> Value) -> When {
        match self {
            When::Is { cond, truth } => When::Is { cond: map(cond), truth },
            When::Case { tag, case, equal } => When::Case { tag: map(tag), case: map(case), equal },
            When::Type { of, row, equal } => When::Type { of: map(of), row, equal },
            When::Chosen { select, case } => When::Chosen { select: map(select), case },
            When::Next(range) => When::Next(map(range)),
            When::Done(range) => When::Done(map(range)),
            When::Registered { defer, truth } => When::Registered { defer: map(defer), truth },
            When::Always | When::Recovered => self,
        }
    }
}

impl Body {
    /// The entry.
    pub const ENTRY: BlockId = BlockId(0);

    /// The instruction that completes a row.
    pub fn at(&self, row: Node) -> Option<Value> {
        let found = self.rows.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        self.rows.get(found).map(|(_, value)| *value)
    }

    /// An instruction.
    ///
    /// # Panics
    /// If it is of another body. So for all that follow.
    pub fn inst(&self, value: Value) -> &Inst {
        &self.insts[value.0 as usize]
    }

    /// What an instruction does.
    pub fn op(&self, value: Value) -> Op {
        self.inst(value).op
    }

    /// A block.
    pub fn block(&self, block: BlockId) -> &Block {
        &self.blocks[block.0 as usize]
    }

    /// The block in which an instruction stands.
    pub fn block_of(&self, value: Value) -> BlockId {
        // Blocks follow each other; empty ones have the same start as the next.
        let after = self.blocks.partition_point(|block| block.start <= value.0);
        let holds = |block: &usize| self.blocks[*block].end > value.0;
        BlockId((0..after).rev().find(holds).unwrap_or(0) as u32)
    }

    /// The instructions of a block.
    pub fn insts_of(&self, block: BlockId) -> impl DoubleEndedIterator<Item = Value> + use<> {
        let block = self.block(block);
        (block.start..block.end).map(Value)
    }

    /// The values of a list.
    pub fn list(&self, list: List) -> &[Value] {
        &self.lists[list.start as usize..list.end as usize]
    }

    /// A variable.
    pub fn var(&self, var: VarId) -> &Var {
        &self.vars[var.0 as usize]
    }

    /// A place.
    pub fn place(&self, place: PlaceId) -> Place {
        self.places[place.0 as usize]
    }

    /// A call.
    pub fn call(&self, call: CallId) -> &Call {
        &self.calls[call.0 as usize]
    }

    /// All values that an instruction uses: operands, those of its list, of its place and of its call.
    pub fn operands(&self, value: Value, mut each: impl FnMut(Value)) {
        let op = self.op(value);
        let _ = op.map(|operand| {
            each(operand);
            operand
        });
        op.list().into_iter().for_each(|list| self.list(list).iter().copied().for_each(&mut each));
        op.place().into_iter().for_each(|place| self.operands_of_place(place, &mut each));
        if let Some(call) = self.call_at(value) {
            if let Callee::Value(callee) = call.callee {
                each(callee);
            }
            self.list(call.args).iter().copied().for_each(each);
        }
    }

    /// The values that a place is named by.
    pub fn operands_of_place(&self, place: PlaceId, mut each: impl FnMut(Value)) {
        let mut next = Some(place);
        while let Some(place) = next.take() {
            let _ = self.place(place).map(|operand| {
                each(operand);
                operand
            });
            if let Place::Field(of, _) | Place::Elem(of, _) = self.place(place) {
                next = Some(of);
            }
        }
    }

    /// The fields that the literal of a struct names, if it has names.
    pub fn named_fields(&self, literal: Node) -> Option<&[Name]> {
        let found = self.named_fields.binary_search_by_key(&literal, |(row, _)| *row).ok()?;
        self.named_fields.get(found).map(|(_, names)| &**names)
    }

    /// The call that an instruction makes, starts or registers.
    pub fn call_at(&self, value: Value) -> Option<&Call> {
        match self.op(value) {
            Op::Call(call) | Op::Go(call) | Op::Defer(call) => Some(self.call(call)),
            _ => None,
        }
    }

    /// A value without the assignments and reads of variables on the way to it.
    pub fn source_of(&self, mut value: Value) -> Value {
        while let Op::Assign(_, from) | Op::Read(_, from) = self.op(value) {
            value = from;
        }
        value
    }
}
