//! The syntax of facts, resources, instances, models and declarations.

use super::{Alternative, Cond, Event, Name, Rule, Spanned, SymbolRef};
use rulec_tree::Span;

/// Something that holds for functions, parameters, types and the like, and that conditions ask for by its name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it can hold for.
    pub kind: Spanned<FactKind>,
    /// The hole that is bound to what it holds for.
    pub hole: Name,
    /// When it holds: a rule without reports. Its name is that of the fact.
    pub rule: Rule,
}

/// What facts hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// `func`: functions and methods, declared or literal.
    Func,
    /// `param`: parameters and receivers.
    Param,
    /// `result`: results.
    Result,
    /// `type`: declared types.
    Type,
    /// `field`: fields of structs.
    Field,
    /// `global`: package-level variables.
    Global,
}

/// Something that is acquired and has to be released.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Markdown of the `///` lines above it.
    pub doc: String,
    /// Its name.
    pub name: Name,
    /// `acquire stmt { … } or { … }`.
    pub acquire: Vec<Alternative>,
    /// `where …` behind the code that acquires it.
    pub cond: Option<Cond>,
    /// `value $r`: the hole that is bound to what was acquired.
    pub value: Name,
    /// `release expr { … }`.
    pub release: Vec<Event>,
    /// `transfer escapes($r)`: somebody else has to release it from then on.
    pub transfer: Vec<Event>,
    /// `fails when $err != nil`: nothing was acquired.
    pub fails: Vec<Event>,
    /// The whole item.
    pub span: Span,
}

/// A rule with a resource as parameter, for one resource.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The generic rule.
    pub generic: Name,
    /// The resource.
    pub resource: Name,
    /// What it says instead of the generic rule: name, documentation, metadata, options, reports, fix; and its own examples
    /// and further conditions.
    pub rule: Rule,
}

/// `acquire $R` behind `match`: the code that acquires a resource.
#[derive(Clone, Debug)]
pub struct Acquire {
    /// The parameter that stands for the resource.
    pub resource: Name,
    /// `@label` behind it.
    pub label: Option<Name>,
}

/// What some functions do, which their code does not show or is not at hand.
#[derive(Clone, Debug)]
pub struct Model {
    /// Markdown of the `///` lines above it.
    pub doc: String,
    /// Functions, methods and fields.
    pub subjects: Vec<SymbolRef>,
    /// What is said of each.
    pub says: Vec<Spanned<Says>>,
    /// The whole item.
    pub span: Span,
}

/// What a Go package declares whose source may not be at hand.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Markdown of the `///` lines above it.
    pub doc: String,
    /// The import path.
    pub path: Name,
    /// The name of the package; without one, the path's last element that is not a version.
    pub alias: Option<Name>,
    /// Go declarations without bodies of functions; `...` as a field or element is written as Go's grammar has it.
    pub text: Spanned<String>,
    /// The whole item.
    pub span: Span,
}

/// One thing that a model says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// `never returns`.
    NeverReturns,
    /// `may block`.
    MayBlock,
    /// `pure`.
    Pure,
    /// `calls arg 0`: it runs it before it returns.
    Calls(Slot),
    /// `spawns arg 0`: another goroutine runs it.
    Spawns(Slot),
    /// `keeps arg 0`.
    Keeps(Slot),
    /// `borrows arg 0`.
    Borrows(Slot),
    /// `dereferences arg 0`.
    Dereferences(Slot),
    /// `checks arg 0`: it returns only if it is not nil, or true.
    Checks(Slot),
    /// `checks arg 0 is nil`, `checks arg 0 is false`: it returns only if it is nil, or false.
    ChecksNot(Slot),
    /// `calls Close on arg 0`, `closes arg 0`.
    CallsMethod(Slot, String),
    /// `result 0 derives from receiver`.
    Derives(u32, Slot),
    /// `result 0 is arg 1`.
    Returns(u32, Slot),
    /// `result 0 never nil`.
    NeverNil(u32),
    /// `result 0 may be nil`.
    MayBeNil(u32),
    /// `result 0 never nil without error`.
    NeverNilWithoutError(u32),
    /// `writes arg 0 from arg 1`.
    Writes(Slot, Slot),
    /// `source KIND`.
    Source(String),
    /// `source KIND in arg 1`.
    SourceIn(String, Slot),
    /// `sink KIND arg 1`.
    Sink(String, Slot),
    /// `sanitizes KIND`.
    Sanitizes(String),
    /// `guards KIND arg 0`.
    Guards(String, Slot),
    /// `may panic`.
    MayPanic,
    /// `requires STATE receiver`; without a slot, of the program as a whole.
    Requires(String, Option<Slot>),
    /// `establishes STATE receiver`; without a slot, of the program as a whole.
    Establishes(String, Option<Slot>),
    /// `ends STATE receiver`.
    Ends(String, Slot),
    /// `lacks STATE`: of a type.
    Lacks(String),
    /// `result 0 lacks STATE`.
    ResultLacks(u32, String),
    /// `takes KIND arg 1`; of a field, without a slot.
    Takes(String, Option<Slot>),
    /// `zero means KIND`: of a field.
    ZeroMeans(String),
}

/// An argument of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// `receiver`.
    Receiver,
    /// `arg 0`: counted from 0, the receiver not counted.
    Arg(u32),
    /// `args from 1`: this one and all that follow.
    From(u32),
}
