//! From the trees of a package to objects and types.
//!
//! A [`Unit`] is looked at in two steps. *Declaring* ([`declare`]) makes its package-level objects, with their types and
//! constant values, from the declarations alone; other packages need no more, and a summary can stand in for it.
//! *Recording* ([`record`]) goes through one top-level declaration of a file, the body of a function included, and
//! writes down what is known of each of its rows. It needs nothing but what was declared, so that declarations can be
//! recorded in any order, on any thread, or not at all.
//!
//! Both are done by one [`Checker`] a thread: the same code reads type expressions and expressions, and writes down what
//! it finds if [`Checker::rows`] is there.

mod body;
mod context;
mod declare;
mod names;

mod signature;
mod type_expr;

mod assign;
mod clause;
mod stmt;

mod operand;

mod arith;
mod builtin;
mod call;
mod constant;
mod expr;
mod index;
mod literal;
mod selector;
mod untyped;

pub use body::{Recorded, UnitTypes, record};
pub use declare::declare;
pub use names::{ImportSpec, Imported, import_specs};

use crate::relate::Types;
use crate::{Builtin, Name, ObjId, PackageId, Store, Ty};
use rulec_constant::Value;
use rulec_gofront::{File, ObjectId};
use rulec_tree::Node;
use rustc_hash::{FxHashMap, FxHashSet};

/// Part of a package: its files without tests, or its own tests (an extension of it), or an external test.
#[derive(Debug)]
pub struct Unit<'a> {
    /// Where objects and types go.
    pub store: &'a Store,
    /// The package; own tests have the number of the package that they extend.
    pub pkg: PackageId,
    /// The files of this unit, and for own tests those of the package itself are not among them.
    pub files: Vec<UnitFile<'a>>,
    /// What own tests add to the package; empty for all other units, but given to an external test as well.
    pub extension: Extension,
    /// What the size of `int` and pointers is, in bytes: 4 or 8.
    pub word_bytes: u8,
    /// The minor number of the language version (22 of Go 1.22), if it is known.
    pub go_minor: Option<u32>,
    /// Whether the package may declare more than is in its files: what is not there is unknown, and not missing.
    pub is_partial: bool,
}

/// A file of a [`Unit`].
#[derive(Debug)]
pub struct UnitFile<'a> {
    /// The file as read, in full or for its declarations only.
    pub file: &'a File,
    /// Its path as it is shown.
    pub path: Name,
    /// What it imports.
    pub imports: FileScope,
    names: names::NameTable,
}

/// What the imports of one file bring in.
#[derive(Clone, Debug, Default)]
pub struct FileScope {
    /// Packages under the names that the file has for them; `None` for those whose content is not known (`C`, missing).
    pub named: FxHashMap<Name, Option<PackageId>>,
    /// Dot imports.
    pub dots: Vec<PackageId>,
    /// Whether an import is a dot import of an unknown package, or has a name that could not be found out: a name that
    /// is found nowhere else may be its.
    pub partial: bool,
}

/// Objects and methods that the test files of a package add to it. Other packages do not see them.
#[derive(Clone, Debug, Default)]
pub struct Extension {
    /// Objects by name.
    pub objects: FxHashMap<Name, ObjId>,
    /// All methods, by the declared type (never an instance) that some are added to. Their order is that of the paths of
    /// their files, which gives them their numbers.
    pub methods: FxHashMap<Ty, Vec<ObjId>>,
}

/// What an expression is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// No expression, or nothing was found out about it.
    #[default]
    Unknown,
    /// A call without results.
    NoValue,
    /// A function that the language defines.
    Builtin(Builtin),
    /// A type.
    Type,
    /// A constant.
    Const,
    /// An addressable variable.
    Var,
    /// An element of a map: assignable, not addressable; may have a second value.
    MapIndex,
    /// A value that is computed.
    Value,
    /// The predeclared `nil`.
    Nil,
    /// A value that may have a second one (`x.(T)`, `<-ch`).
    CommaOk,
    /// The name of a package.
    Package,
}

/// What is known of a selector `x.name`.
///
/// Source: the same facts as `go/types.Selection`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Field, method value or method expression.
    pub kind: SelectionKind,
    /// The type of `x`.
    pub recv: Ty,
    /// The name selected.
    pub name: Name,
    /// The package in which the field or method is declared.
    pub pkg: PackageId,
    /// The declared method, where there is one: not for fields and methods of interfaces.
    pub method: Option<ObjId>,
    /// Through which fields it is found, as numbers of fields, the last one the number of the field or method itself.
    /// Empty for a method whose number cannot be known.
    pub index: Box<[u32]>,
    /// Whether a pointer lies on the way from `x` to it.
    pub indirect: bool,
}

/// What a selector selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectionKind {
    /// `x.field`
    Field,
    /// `x.method`
    Method,
    /// `T.method`
    MethodExpr,
}

/// What is known of the rows of one top-level declaration.
#[derive(Debug, Default)]
pub struct Rows {
    first: u32,
    types: Vec<Ty>,
    modes: Vec<Mode>,
    /// Values of constant expressions.
    values: FxHashMap<Node, Value>,
    selections: FxHashMap<Node, Selection>,
    /// The package-level object that an identifier uses or declares.
    objects: FxHashMap<Node, ObjId>,
    /// The type arguments that were found out for a generic function used by this identifier.
    instances: FxHashMap<Node, Box<[Ty]>>,
    /// Types of variables that clauses of type switches declare, which share one identifier.
    clause_vars: FxHashMap<ObjectId, Ty>,
    /// Identifiers that are no expressions.
    names: FxHashSet<Node>,
}

impl Rows {
    /// Empty rows from `first` up to `end`.
    pub fn new(first: Node, end: Node) -> Rows {
        let count = end.index() - first.index();
        Rows { first: first.0, types: vec![Ty::UNKNOWN; count], modes: vec![Mode::Unknown; count], ..Rows::default() }
    }

    /// The type of an expression, type expression or declared identifier; unknown for all else.
    pub fn ty(&self, node: Node) -> Ty {
        self.types.get(node.0.wrapping_sub(self.first) as usize).copied().unwrap_or(Ty::UNKNOWN)
    }

    /// What an expression is.
    pub fn mode(&self, node: Node) -> Mode {
        self.modes.get(node.0.wrapping_sub(self.first) as usize).copied().unwrap_or_default()
    }

    /// Whether a row is an expression or a type: something was found out about it, and it is no mere name such as one that
    /// is declared, one of a package, or one behind a dot.
    ///
    /// Source: the keys of `go/types.Info.Types`.
    pub fn is_expression(&self, node: Node) -> bool {
        self.mode(node) != Mode::Unknown && !self.names.contains(&node)
    }

    /// The value of a constant expression.
    pub fn value(&self, node: Node) -> Option<&Value> {
        self.values.get(&node)
    }

    /// What a selector selects; none for qualified names.
    pub fn selection(&self, node: Node) -> Option<&Selection> {
        self.selections.get(&node)
    }

    /// The package-level object that an identifier stands for.
    pub fn object(&self, node: Node) -> Option<ObjId> {
        self.objects.get(&node).copied()
    }

    /// The type arguments of a generic function or type where this identifier names it.
    pub fn instance(&self, node: Node) -> Option<&[Ty]> {
        self.instances.get(&node).map(|args| &**args)
    }

    /// The type of a variable of a clause of a type switch.
    pub fn clause_var(&self, object: ObjectId) -> Option<Ty> {
        self.clause_vars.get(&object).copied()
    }
}

/// The result of looking at an expression.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) node: Node,
    pub(crate) mode: Mode,
    /// Of a call with several results, or of none: a tuple.
    pub(crate) ty: Ty,
    /// For [`Mode::Const`]; a constant whose value is not known has none.
    pub(crate) value: Option<Value>,
}

/// What an identifier means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Something declared in a function.
    Local(ObjectId),
    /// Something declared by a package or predeclared.
    Object(ObjId),
    /// The name of an import, with the package if it is known.
    Package(Option<PackageId>),
    /// Nobody knows.
    Unknown,
}

/// What is known of a local object.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub(crate) ty: Ty,
    pub(crate) value: Option<Value>,
}

/// Looks at declarations, types and expressions of one unit. Make one for each thread and unit.
pub(crate) struct Checker<'a> {
    pub(crate) unit: &'a Unit<'a>,
    pub(crate) store: &'a Store,
    /// Relations between types, as this unit sees them.
    pub(crate) types: Types<'a>,
    /// The file being looked at, an index into `unit.files`.
    pub(crate) file: usize,
    /// Where findings go; none while declaring.
    pub(crate) rows: Option<Rows>,
    /// What is being declared; none while recording.
    declaring: Option<declare::Declaring<'a>>,
    locals: FxHashMap<ObjectId, Local>,
    /// The type that the variable of a type switch has in the clause being looked at, by the identifier in the guard.
    guards: FxHashMap<Node, Ty>,
    /// Local constants that hide what the names in an expression meant where it was written, while it is repeated.
    redeclared: FxHashMap<Name, ObjectId>,
    /// The value of `iota` in the constant declaration being looked at.
    pub(crate) iota: Option<Value>,
    /// The results of the functions being looked at, the innermost last.
    pub(crate) results: Vec<Box<[Ty]>>,
    /// Whether a call or receive was looked at since this was set back: the length of an array is no constant then.
    pub(crate) has_call: bool,
    /// How many expressions, types and statements lie around the one being looked at.
    pub(crate) depth: u32,
}
