//! Values of one body: what they are made of, where they go, whether they can be nil, and in which range they lie.
//!
//! In: the bodies of one file, what is known of the functions that they call and, where there are some, types. Out:
//! answers of [`Values`], a handle for questions about one of the bodies. What all questions share (uses, roots, facts
//! along branches, ranges) is made when first asked for and kept in a [`ValueCache`], which borrows nothing.
//!
//! A value is named by the instruction that makes it. Questions that follow copies leave the body where closures do:
//! through the variables that they capture.
//!
//! **Absent:** other files and functions, but for their [`Summary`](crate::Summary); what goroutines write meanwhile;
//! guesses. What is not known is unknown, and what has come to its budget of steps as well.
//!
//! Read in this order: [`Values`], `numbering`, then by question: `copies`, `derive`, `escape`, `guards`
//! and `nil`, `range`, `constant`, `dead`.

mod typed;
mod uses;

mod made;
mod numbering;
mod variables;

mod copies;
mod derive;
mod escape;

mod guards;
mod nil;
mod support;

mod constant;

mod interval;
mod range;

mod dead;

pub use copies::Sources;
pub use derive::{Derivation, Trace};
pub use escape::{Escape, EscapeKind, Keeper};
pub use interval::Interval;

use crate::graph::Graph;
use crate::ir::{Body, BodyId, Op, Value, VarId};
use crate::summary::Knowledge;
use constant::{Build, Constants};
use guards::Guards;
use numbering::Numbering;
use range::Ranges;
use rulec_tree::Node;
use rulec_types::{ObjId, Types};
use std::sync::OnceLock;
use typed::Typed;
use uses::Uses;
use variables::{Captures, Variables};

/// A value and the body that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Located {
    /// The body.
    pub body: BodyId,
    /// The value.
    pub value: Value,
}

/// What questions about the values of one file share. Keep it beside the file's bodies.
#[derive(Debug)]
pub struct ValueCache {
    bodies: Vec<Parts>,
    captures: OnceLock<Captures>,
}

/// What questions about one body share.
#[derive(Debug, Default)]
struct Parts {
    uses: OnceLock<Uses>,
    graph: OnceLock<Graph>,
    numbering: OnceLock<Numbering>,
    variables: OnceLock<Variables>,
    constants: OnceLock<Constants>,
    constants_of_any_build: OnceLock<Constants>,
    guards: OnceLock<Guards>,
    ranges: OnceLock<Ranges>,
}

impl ValueCache {
    /// An empty one for the bodies of a file.
    pub fn new(bodies: &[Body]) -> ValueCache {
        ValueCache { bodies: bodies.iter().map(|_| Parts::default()).collect(), captures: OnceLock::new() }
    }
}

/// Answers questions about the values of one body. A light handle: make one whenever there is something to ask.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    bodies: &'a [Body],
    id: BodyId,
    body: &'a Body,
    cache: &'a ValueCache,
    knowledge: &'a dyn Knowledge,
    typed: Typed<'a>,
}

impl<'a> Values<'a> {
    /// For the body `id` of a file with these bodies. The same `cache` must always come with the same bodies, knowledge
    /// and types.
    ///
    /// # Panics
    /// If there is no body with this number, or the cache is one of other bodies.
    pub fn new(
        bodies: &'a [Body],
        id: BodyId,
        cache: &'a ValueCache,
        knowledge: &'a dyn Knowledge,
        types: Option<Types<'a>>,
    ) -> Values<'a> {
        assert_eq!(bodies.len(), cache.bodies.len(), "a cache belongs to the bodies that it was made for");
        Values { bodies, id, body: &bodies[id.0 as usize], cache, knowledge, typed: Typed(types) }
    }

    /// The body.
    pub fn body(&self) -> &'a Body {
        self.body
    }

    /// Its number.
    pub fn id(&self) -> BodyId {
        self.id
    }

    /// The same for another body of the file.
    ///
    /// # Panics
    /// If there is none with this number.
    pub fn within(&self, id: BodyId) -> Values<'a> {
        Values { id, body: &self.bodies[id.0 as usize], ..*self }
    }

    /// The instructions that use a value, in the order of the body; one that uses it twice is there twice.
    pub fn uses_of(&self, value: Value) -> &'a [Value] {
        self.parts().uses.get_or_init(|| Uses::new(self.body)).of(value)
    }

    /// The first instruction that is known to make the same value, the same way: assignments and reads have the root of
    /// what they hand on, a second load of `x.f` that of the first if nothing in between can have written it. A value
    /// that is put into an interface has another root than outside.
    pub fn root(&self, value: Value) -> Value {
        self.numbering().root(value)
    }

    /// Whether a value is a field that has its zero value: the literal left it out, or there is none, and nobody wrote it.
    fn is_left_out(&self, value: Value) -> bool {
        self.numbering().is_left_out(value)
    }

    /// The receiver, the selector's row and, unless it is one of an interface, the method, of a value that is a bound
    /// method: `f` after `f := x.Close`.
    pub fn method_value_of(&self, value: Value) -> Option<(Value, Node, Option<ObjId>)> {
        let root = self.root(value);
        match self.body.op(root) {
            Op::MethodValue { recv, method } => Some((recv, self.body.inst(root).row, method)),
            _ => None,
        }
    }

    /// The instructions that give a variable a value as a whole.
    pub fn definitions_of(&self, var: VarId) -> &'a [Value] {
        &self.variables().of(var).definitions
    }

    /// The instructions that read a variable as a whole.
    pub fn reads_of(&self, var: VarId) -> &'a [Value] {
        &self.variables().of(var).reads
    }

    /// The control-flow graph of the body.
    pub fn graph(&self) -> &'a Graph {
        self.parts().graph.get_or_init(|| Graph::new(self.body))
    }

    fn locate(&self, value: Value) -> Located {
        Located { body: self.id, value }
    }

    fn parts(&self) -> &'a Parts {
        &self.cache.bodies[self.id.0 as usize]
    }

    fn numbering(&self) -> &'a Numbering {
        let new = || Numbering::new(self.body, self.graph(), self.knowledge, self.typed);
        self.parts().numbering.get_or_init(new)
    }

    fn variables(&self) -> &'a Variables {
        self.parts().variables.get_or_init(|| Variables::new(self.body))
    }

    fn constants(&self) -> &'a Constants {
        self.parts().constants.get_or_init(|| Constants::new(self, Build::This))
    }

    fn constants_of_any_build(&self) -> &'a Constants {
        self.parts().constants_of_any_build.get_or_init(|| Constants::new(self, Build::Any))
    }

    fn guards(&self) -> &'a Guards {
        self.parts().guards.get_or_init(|| Guards::new(self))
    }

    fn ranges(&self) -> &'a Ranges {
        self.parts().ranges.get_or_init(|| Ranges::new(self))
    }

    fn captures(&self) -> &'a Captures {
        self.cache.captures.get_or_init(|| Captures::new(self.bodies))
    }
}

impl std::fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values").field("id", &self.id).finish_non_exhaustive()
    }
}
