//! What is known of a function for those who call it, without its body.
//!
//! Made from the bottom up by `rulec-calls`, from the standard library's embedded ones, or from models that rule files
//! declare. Parameters are counted with the receiver as number 0, where there is one.

use rulec_types::{Name, ObjId, Ty};
use serde::{Deserialize, Serialize};

/// What a function does, as far as its callers can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Whether it never returns normally: it ends the process or the goroutine, panics or runs for ever.
    pub never_returns: bool,
    /// Its parameters, the receiver first. Of a variadic one the last stands for all its arguments.
    pub params: Vec<ParamSummary>,
    /// Its results.
    pub results: Vec<ResultSummary>,
    /// Whether it may wait for something another goroutine does: a channel, a lock, a group; unknown for what is not known.
    pub may_block: bool,
    /// Whether it writes nothing that its caller can see, what it returns aside: what the caller found in memory before
    /// still holds.
    pub pure: bool,
    /// Whether all that it does is known: what is not said here does not happen.
    pub complete: bool,
}

/// What a function does with a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamSummary {
    /// It may be kept beyond the call: stored in a field, global, element or channel, captured by what is kept, or passed to
    /// somebody who keeps it or is not known. Returning it is told by [`ResultSummary::copies`].
    pub kept: bool,
    /// A function that is called, on some path or on every path to a normal return.
    pub called: Often,
    /// A function, or what a goroutine uses, that another goroutine runs.
    pub spawned: bool,
    /// Dereferenced on some or every path, before anything shows that it is not nil.
    pub dereferenced: Often,
    /// A channel that is closed.
    pub closed: Often,
    /// A channel that is sent to.
    pub sent: Often,
    /// A channel that is received from.
    pub received: Often,
    /// If it returns normally, it is not nil (`require.NotNil(t, x)`), or true (`must(cond)`).
    pub holds_after: bool,
    /// If it returns normally, it is nil (`require.NoError(t, err)`), or false. Known of models alone.
    pub nil_after: bool,
    /// Parameters that its content may come from after the call: `Write(p)` fills the receiver from *p*. Bit *n* for
    /// number *n*.
    pub filled_from: u64,
    /// Methods that are called on it, by name: `Close`, `Unlock`, `Done`.
    pub methods: Vec<(String, Often)>,
}

/// Whether something happens on the way to a normal return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Often {
    /// On no path.
    #[default]
    Never,
    /// On some paths, or it is not known on which.
    Sometimes,
    /// On every path.
    Always,
}

/// What a function returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSummary {
    /// Whether it can be nil.
    pub nil: Nilness,
    /// The same where the last result, an error, is nil.
    pub nil_without_error: Nilness,
    /// The same where the last result, a boolean, is true.
    pub nil_if_ok: Nilness,
    /// Parameters of which it may be a copy; bit *n* for number *n*.
    pub copies: u64,
    /// Parameters that it may be computed from, copies included.
    pub derives: u64,
}

/// Whether a value can be nil. A lattice: [`Nilness::Unknown`] is no knowledge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Nilness {
    /// Not known.
    #[default]
    Unknown,
    /// Never nil.
    Never,
    /// Nil on some path, for sure.
    Sometimes,
    /// Always nil.
    Always,
}

/// Knows what functions do.
pub trait Knowledge {
    /// A declared function or a method of a type that is no interface.
    fn function(&self, function: ObjId) -> Option<&Summary>;

    /// A method of an interface of this type: what holds for all that it can be.
    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary>;
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignorance;

impl Knowledge for Ignorance {
    fn function(&self, _: ObjId) -> Option<&Summary> {
        None
    }

    fn method(&self, _: Ty, _: Name) -> Option<&Summary> {
        None
    }
}
