//! The syntax of patterns.

use super::Name;
use rulec_tree::{Category, Kind, Op, Span};

/// A Go-shaped pattern: nodes in an arena, children before or after parents in no particular order.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What the rule says it is. `Category::List` stands for `stmts`.
    pub category: Category,
    /// The arena.
    pub nodes: Vec<PatternNode>,
    /// The outermost node. For `stmts` a [`Kind::List`] whose children are the statements.
    pub root: PatternId,
    /// What stands between the braces.
    pub span: Span,
}

/// The number of a node in [`Pattern::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId(pub u32);

/// One node of a pattern.
#[derive(Clone, Debug)]
pub struct PatternNode {
    /// What it matches.
    pub form: Form,
    /// `@label` behind it.
    pub label: Option<Name>,
    /// Where it stands.
    pub span: Span,
}

/// What a node of a pattern matches.
#[derive(Clone, Debug)]
pub enum Form {
    /// A node of this kind. `children` are the slots of the kind's shape, then its tail elements: exactly the children
    /// a node of a Go tree has, with [`Form::Absent`] for slots left out and [`Form::Any`] for slots that do not matter.
    Node {
        /// The kind.
        kind: Kind,
        /// Its operator.
        op: OpForm,
        /// Its text: the name of an identifier, the value of a literal, as in the tree.
        text: Option<Vec<u8>>,
        /// Its children.
        children: Vec<PatternId>,
    },
    /// `$x`; `$_` has no name.
    Hole(Option<String>),
    /// `$*xs`; `...` has no name. Any run of elements of the list it stands in.
    Run(Option<String>),
    /// `$(a, b)`: one of these.
    OneOf(Vec<PatternId>),
    /// An empty slot.
    Absent,
    /// Anything, an empty slot too.
    Any,
    /// `func $f` as a whole pattern: a function declaration or literal.
    AnyFunc(Option<String>),
    /// A comment by its text, delimiters included; `...` in it stands for any text. `None` for any comment.
    Comment(Option<String>),
}

/// The operator of a pattern node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpForm {
    /// It does not matter.
    Any,
    /// One of these.
    OneOf(Vec<Op>),
    /// `$x $op $y`: any binary operator, bound to the name.
    Hole(String),
}
