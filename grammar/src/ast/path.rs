//! The syntax of conditions on paths and values.

use super::{Alternative, Call, Cond, Name, Spanned, Value};
use rulec_tree::Span;

/// How a value is made of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowRelation {
    /// `derives from`: a copy, a part, or computed from it.
    DerivesFrom,
    /// `same as`: the same value.
    SameAs,
    /// `tainted by`: it comes from a source of this kind.
    TaintedBy,
}

/// What a value is made of.
#[derive(Clone, Debug)]
pub enum FlowOrigin {
    /// A hole, a label, symbols, or the kind of a source.
    Value(Value),
    /// Code: `expr { … }`.
    Code(Vec<Alternative>),
}

/// A condition on the paths through a function.
#[derive(Clone, Debug)]
pub struct Path {
    /// How many of the paths.
    pub quantifier: Quantifier,
    /// Where they start.
    pub from: PathStart,
    /// What they lead to; nothing for [`Quantifier::Always`].
    pub to: Vec<Event>,
    /// What does not happen on them.
    pub avoiding: Vec<Event>,
    /// What has to happen on every one; nothing for [`Quantifier::Some`].
    pub passing: Vec<Event>,
    /// The whole condition.
    pub span: Span,
}

/// How many paths a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `some path`.
    Some,
    /// `every path`.
    Every,
    /// `always … eventually`: every path, also those that never end.
    Always,
}

/// Where paths start.
#[derive(Clone, Debug)]
pub enum PathStart {
    /// `entry`, `entry of $f`: where the function starts, which is the one around the match or around what the value names, or
    /// what it names.
    Entry(Option<Value>, Span),
    /// Behind what a hole or label marks.
    After(Value),
}

impl PathStart {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            PathStart::Entry(_, span) => *span,
            PathStart::After(value) => value.span(),
        }
    }
}

/// Something that happens on a path.
#[derive(Clone, Debug)]
pub enum Event {
    /// `expr { … }`, with a condition behind `where`: code of this form is evaluated.
    Code {
        /// The code.
        code: Alternative,
        /// What must hold of it.
        cond: Option<Box<Cond>>,
        /// The whole event.
        span: Span,
    },
    /// `escapes($x)`, `assigns($x)`, `reads($x)`.
    Call(Call),
    /// `$x`, `@label`: the code is evaluated.
    Place(Value),
    /// `when $err != nil`: a branch is taken on which this is known.
    When(Branch, Span),
    /// `exit`, `panic`, `process exit`, `any exit`: the function ends.
    Exit(Spanned<Exit>),
    /// `release $R`: what a resource says.
    Role {
        /// `release`.
        role: Name,
        /// The parameter that stands for the resource.
        resource: Name,
        /// The whole event.
        span: Span,
    },
}

impl Event {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Event::Code { span, .. } | Event::When(_, span) | Event::Role { span, .. } => *span,
            Event::Call(call) => call.span,
            Event::Place(value) => value.span(),
            Event::Exit(exit) => exit.span,
        }
    }
}

/// What is known on a branch.
#[derive(Clone, Debug)]
pub enum Branch {
    /// `$x == nil`, `$x != nil`.
    Nil {
        /// The value.
        subject: Value,
        /// `==`.
        equal: bool,
    },
    /// `$ok`, `not $ok`.
    True {
        /// The value.
        subject: Value,
        /// `not`.
        negated: bool,
    },
    /// `expr { … }`, `not expr { … }`: a condition of this form.
    Code {
        /// The form.
        code: Alternative,
        /// `not`.
        negated: bool,
    },
}

/// How a function ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// `exit`: it returns.
    Return,
    /// `panic`: it panics on to its caller.
    Panic,
    /// `process exit`: it calls what never returns.
    Process,
    /// `any exit`: one of them.
    Any,
}
