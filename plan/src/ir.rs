//! The plan's instructions.
//!
//! A rule is a list of [`Step`]s run at a candidate root. A step fails, goes on to the next step, or *chooses*: it goes
//! on once for each of its choices. When a step fails, or the last one is done, the nearest choice before it takes its
//! next value; so a list of steps is a nest of loops, all solutions are found, and no stack is needed to find them.
//! [`Op::Emit`] reports the registers as they stand.
//!
//! Registers are typed and assigned before use on every way to a step; [`crate::verify`] checks it.

use crate::deferred::Deferred;
use crate::host::HostFn;
use crate::manifest::RuleMeta;
use crate::model::{Declaration, Model};
use crate::type_pattern::TypePattern;
use rulec_tree::KindSet;
use serde::{Deserialize, Serialize};

/// Rules lowered, with the tables they share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Names and literal values that rules compare with; [`AtomId`] is an index.
    pub atoms: Vec<Vec<u8>>,
    /// Import path and name of the symbols that rules name; predeclared names have the empty path. [`SymbolIndex`] is
    /// an index.
    pub symbols: Vec<(String, String)>,
    /// Constants passed to host functions; [`ConstId`] is an index.
    pub constants: Vec<Constant>,
    /// The rules, and the facts that they ask for: those with a [`RuleMeta::fact`]. [`RuleIndex`] is an index.
    pub rules: Vec<RulePlan>,
    /// What rule files say of functions.
    pub models: Vec<Model>,
    /// What they say of packages whose source may not be at hand.
    pub declarations: Vec<Declaration>,
}

/// A rule of one [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleIndex(pub u32);

/// An entry of [`Plan::atoms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AtomId(pub u32);

/// An entry of [`Plan::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolIndex(pub u32);

/// An entry of [`Plan::constants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConstId(pub u32);

/// A constant operand of a host function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Constant {
    /// An integer.
    Int(i64),
    /// A floating-point number, as written.
    Float(String),
    /// A string.
    Str(String),
    /// A truth value.
    Bool(bool),
    /// A duration in nanoseconds.
    Duration(i64),
    /// A list.
    List(Vec<Constant>),
    /// A table: each key once, with a scalar. In the value that a project gives an option, `false` takes a key away.
    Table(Vec<(String, Constant)>),
    /// A set of symbols.
    Symbols(Vec<SymbolIndex>),
    /// A regular expression, of the `regex-automata` syntax.
    Regex(String),
    /// A pattern of types.
    Type(TypePattern),
    /// The value of an option of a rule: its default unless the project's configuration says otherwise.
    Option {
        /// The rule.
        rule: RuleIndex,
        /// Index into the options of the rule's [`RuleMeta`].
        option: u32,
    },
}

impl Constant {
    /// The value of an option that a project sets: a table goes key by key over the default, and takes away the keys whose
    /// value is `false`; all else replaces it.
    #[must_use]
    pub fn over(&self, default: &Constant) -> Constant {
        let (Constant::Table(set), Constant::Table(entries)) = (self, default) else { return self.clone() };
        let mut merged = entries.clone();
        for (key, value) in set {
            match merged.iter_mut().find(|(other, _)| other == key) {
                Some((_, old)) => *old = value.clone(),
                None => merged.push((key.clone(), value.clone())),
            }
        }
        merged.retain(|(_, value)| *value != Constant::Bool(false));
        Constant::Table(merged)
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RulePlan {
    /// All that is not matching: identity, documentation, message, fix.
    pub meta: RuleMeta,
    /// What each register holds.
    pub registers: Vec<RegisterType>,
    /// The steps, from the candidate root in [`Register::ROOT`] to the emits.
    pub body: Deferred<Vec<Step>>,
    /// Where a match can start. A filter: the body alone says what matches.
    pub start: Start,
    /// Tests that every match passes, for dispatch. A filter as well.
    pub guards: Vec<Guard>,
    /// Texts a file must hold: one of each inner list. A filter as well. Empty inner lists do not occur.
    pub needs: Vec<Vec<String>>,
    /// Where the steps come from; [`OriginId`] is an index.
    pub origins: Deferred<Vec<Origin>>,
}

/// A register of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Register(pub u16);

impl Register {
    /// Holds the candidate root when a rule starts.
    pub const ROOT: Register = Register(0);
}

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegisterType {
    /// A row of the tree, or the position one past a list's last element.
    Node,
    /// A value made by a host function.
    Value,
}

/// Where a step comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Byte range in the rule's file.
    pub start: u32,
    /// End of the range.
    pub end: u32,
    /// What is asked, in the author's words: `the callee is http.Get`.
    pub what: String,
}

/// An entry of [`RulePlan::origins`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OriginId(pub u32);

/// One step and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    pub op: Op,
    /// Why it is there.
    pub origin: OriginId,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Op {
    /// `dst` = the row reached from `src`. Never fails.
    Move {
        /// Register assigned.
        dst: Register,
        /// Register read.
        src: Register,
        /// Which row.
        way: Way,
    },
    /// Goes on if the test holds.
    Test(Test),
    /// Goes on unless the answer is no; unknown makes every solution from here on doubtful.
    Ask(Cond),
    /// Goes on once for each row, or each value.
    Each {
        /// Register assigned.
        dst: Register,
        /// The rows.
        over: Over,
    },
    /// Goes on with each of the lists of steps in turn, and behind each with the steps after this one. Each list gone into
    /// costs one step of the budget.
    Either(Vec<Vec<Step>>),
    /// `dst` = what the host function answers.
    Let {
        /// Register assigned, of type value.
        dst: Register,
        /// The function.
        host: HostFn,
        /// Its arguments.
        args: Vec<Arg>,
    },
    /// `dst` = the set of the rows that `row` holds in the solutions of the steps: sure if a solution without doubt has
    /// it. The steps hold no [`Op::Emit`]; what they assign is not seen outside.
    Gather {
        /// Register assigned, of type value.
        dst: Register,
        /// If the steps read nothing from outside but this row: a number of its own in the rule, from 1, and the row. The
        /// set that was made for this row before is taken again.
        shared: Option<(u32, Register)>,
        /// The steps.
        steps: Vec<Step>,
        /// The register that holds what is gathered.
        row: Register,
    },
    /// Reports a match with these captures, as the rule's [`RuleMeta::captures`] names them.
    Emit(Vec<Arg>),
}

/// How to reach a row from a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Way {
    /// The same row.
    Same,
    /// Child number *n* from 0; for *n* = number of slots, the first tail element or the position after the last.
    /// The kinds of the row must be known to have *n* slots at least.
    Slot(u8),
    /// The next element of the list, or the position after the last. Not from such a position.
    Next,
    /// One past the last row below: the position after the last element of a list.
    End,
    /// The parent; the root is its own.
    Parent,
    /// The row without parentheses around it.
    Unparen,
    /// The row of the whole file.
    Root,
}

/// A test of columns: yes or no.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Test {
    /// The kind is in the set.
    Kinds(Register, KindSet),
    /// The operator is in the set; bit *n* stands for the operator with number *n*.
    Ops(Register, u64),
    /// The text is this atom.
    Text(Register, AtomId),
    /// The node names one of these symbols.
    Symbols(Register, Vec<SymbolIndex>),
    /// Both are the same row.
    Same(Register, Register),
    /// The first row stands before the second: for positions of one list, it is an element and not the end.
    Before(Register, Register),
    /// Both are equal syntax, parentheses apart.
    Equal(Register, Register),
    /// Two runs, each from a first element to the position after its last, are equal syntax element by element.
    EqualRuns([Register; 2], [Register; 2]),
}

/// The rows a choice takes in turn. Each row *visited* costs one step of the budget.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Over {
    /// Every position of a list from `from` on, `end` included: the possible ends of a run, shortest first.
    Positions {
        /// First position.
        from: Register,
        /// The position after the last element.
        end: Register,
    },
    /// Every element from `from` on, `end` excluded.
    Elements {
        /// First position.
        from: Register,
        /// The position after the last element.
        end: Register,
    },
    /// The ancestors, innermost first. A row of a kind in `stop` is the last.
    Ancestors {
        /// Whose ancestors.
        of: Register,
        /// The kinds that end the walk.
        stop: KindSet,
    },
    /// The rows below of the kinds in `want`, in preorder. Rows of a kind in `stop` are visited, those below them not.
    /// A subtree whose column of kinds below meets `want` nowhere is stepped over.
    Descendants {
        /// Below which row.
        of: Register,
        /// The kinds taken.
        want: KindSet,
        /// The kinds not entered.
        stop: KindSet,
    },
    /// The statement around a row that is an element of a block or of the body of a case: the row itself or its
    /// nearest ancestor, one row or none. Each row climbed costs a step.
    Statement {
        /// The row.
        of: Register,
    },
    /// The rows of a set, in the order of their numbers, those of other files left out. A doubtful one makes every
    /// solution from here on doubtful.
    Rows {
        /// A register of type value.
        of: Register,
    },
    /// Not rows but the values of a list, in its order; none of a list that is not known. The register assigned is of type
    /// value.
    Values {
        /// A register of type value.
        of: Register,
    },
}

/// A condition: yes, no or unknown, combined as in Kleene's strong logic, left to right, stopping as soon as the
/// answer is settled (at a no of `And`, at a yes of `Or`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cond {
    /// All of them.
    And(Vec<Cond>),
    /// One of them.
    Or(Vec<Cond>),
    /// The opposite.
    Not(Box<Cond>),
    /// A test of columns.
    Test(Test),
    /// Whether the steps have a solution: yes if a sure one, unknown if only doubtful ones. Ends at the first sure one.
    /// The steps hold no [`Op::Emit`]; what they assign is not seen outside.
    Search(Vec<Step>),
    /// What a host function answers.
    Host(HostFn, Vec<Arg>),
}

/// An argument of a host function, or a capture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    /// A row.
    Node(Register),
    /// The elements from a first one to the position after the last.
    Run(Register, Register),
    /// A value made before.
    Value(Register),
    /// A constant.
    Const(ConstId),
    /// The answer of another host function.
    Call(HostFn, Vec<Arg>),
}

/// Where a match can start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// At every node of these kinds.
    Kinds(KindSet),
    /// At the ancestors of the uses of these symbols: `up` parents up, parentheses not counted.
    Symbols {
        /// The symbols.
        symbols: Vec<SymbolIndex>,
        /// How many parents up.
        up: u8,
        /// The kinds that the root can have.
        kinds: KindSet,
    },
}

/// A test that every match passes, at a row reached from the root by slots, parentheses removed at each.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Guard {
    /// Slots from the root; each row on the way has a kind that is tested by an earlier guard.
    pub path: Vec<u8>,
    /// What holds there.
    pub test: GuardTest,
}

/// What a [`Guard`] tests.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GuardTest {
    /// The kind is in the set.
    Kinds(KindSet),
    /// The operator is in the set.
    Ops(u64),
    /// The text is one of these.
    Texts(Vec<AtomId>),
}
