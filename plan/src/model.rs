//! Models: what foreign functions do, and what their packages declare, as data of rule files.
//!
//! A model speaks of a function or method by its full name and says what its body would show, or what a body cannot show:
//! where values that nobody may trust come from, and where they must not go.

use serde::{Deserialize, Serialize};

/// A function, method, field or type that a model speaks of: `net/http`, `Request.FormValue`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The import path of its package.
    pub package: String,
    /// Its name in the package.
    pub name: String,
    /// The method or field of the type with this name; none for functions, variables and types.
    pub member: Option<String>,
}

/// What a package declares whose source may not be at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Its import path.
    pub import_path: String,
    /// Its name.
    pub package_name: String,
    /// Go declarations without bodies of functions.
    pub text: String,
}

/// What a model says of its subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The function, method or field.
    pub subject: Subject,
    /// What is said.
    pub says: Vec<Says>,
}

/// One property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Says {
    /// `never returns`
    NeverReturns,
    /// `may block`
    MayBlock,
    /// `pure`: keeps nothing, changes nothing, does not block.
    Pure,
    /// `calls ARG`: runs this argument before it returns.
    Calls(Slot),
    /// `spawns ARG`: another goroutine runs this argument.
    Spawns(Slot),
    /// `keeps ARG`: holds on to it.
    Keeps(Slot),
    /// `borrows ARG`: does not hold on to it.
    Borrows(Slot),
    /// `dereferences ARG`: panics if it is nil.
    Dereferences(Slot),
    /// `checks ARG`: returns only if it is not nil, or true.
    Checks(Slot),
    /// `checks ARG is nil`, `checks ARG is false`: returns only if it is nil, or false.
    ChecksNot(Slot),
    /// `closes ARG`, `releases ARG`: calls this method on it on every path.
    CallsMethod(Slot, String),
    /// `result N derives from ARG`; the receiver is argument `receiver`.
    Derives(u32, Slot),
    /// `result N is ARG`
    Returns(u32, Slot),
    /// `result N never nil`
    NeverNil(u32),
    /// `result N may be nil`
    MayBeNil(u32),
    /// `result N never nil without error`
    NeverNilWithoutError(u32),
    /// `writes ARG from ARG`: the content of the first comes from the second: `io.Copy`, `json.Unmarshal`.
    Writes(Slot, Slot),
    /// `source KIND`: its results, or the field's content, are values of this kind.
    Source(String),
    /// `source KIND in ARG`: it writes such a value there.
    SourceIn(String, Slot),
    /// `sink KIND ARG`
    Sink(String, Slot),
    /// `sanitizes KIND`: its results are safe for sinks of this kind.
    Sanitizes(String),
    /// `guards KIND ARG`: where it is true, the argument is safe for sinks of this kind, or has this state.
    Guards(String, Slot),
    /// `may panic`: it panics on input that others report as an error.
    MayPanic,
    /// `requires STATE ARG`: it goes wrong unless the argument, or without one the program as a whole, has this state.
    Requires(String, Option<Slot>),
    /// `establishes STATE ARG`: if it succeeds, the argument, or the program as a whole, has this state.
    Establishes(String, Option<Slot>),
    /// `ends STATE ARG`: the argument no longer has this state.
    Ends(String, Slot),
    /// `lacks STATE`, of a type: values that a literal, `new` or `var` makes do not have this state yet.
    Lacks(String),
    /// `result N lacks STATE`: the result does not have this state yet.
    ResultLacks(u32, String),
    /// `takes KIND ARG`, and of a field `takes KIND`: what the value is: a time-out.
    Takes(String, Option<Slot>),
    /// `zero means KIND`, of a field: what it means that the field is not set: no limit.
    ZeroMeans(String),
}

/// An argument of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The receiver.
    Receiver,
    /// Argument number *n*, from 0, the receiver not counted.
    Arg(u32),
    /// This argument and all that follow.
    From(u32),
}
