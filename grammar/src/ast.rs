//! The syntax of one `.rule` file, with spans. What was written, not what it means: names are not resolved here.

mod item;
mod path;
mod pattern;
mod report;

pub use item::*;
pub use path::*;
pub use pattern::*;
pub use report::*;
use rulec_tree::{Op, Span};

/// A value and where it stands in the rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A name as written, without `$` or `@`.
pub type Name = Spanned<String>;

/// One `.rule` file.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// `use` lines, in order.
    pub uses: Vec<Use>,
    /// Rules, predicates and symbol sets, in order. Items with mistakes are left out; their diagnostics tell.
    pub items: Vec<Item>,
}

/// `use "net/http"`, `use h "net/http"` or `use stdlib.http { is_handler }`.
#[derive(Clone, Debug)]
pub enum Use {
    /// A Go package that patterns name.
    Package {
        /// The import path.
        path: Name,
        /// The name that patterns use; without one, the path's last element that is not a version.
        alias: Option<Name>,
        /// The whole line.
        span: Span,
    },
    /// Names of another rule module.
    Module {
        /// The module's path, dotted.
        module: Name,
        /// The names brought in.
        names: Vec<Name>,
        /// The whole line.
        span: Span,
    },
}

/// A top-level item.
#[derive(Clone, Debug)]
pub enum Item {
    /// `rule name { … }`.
    Rule(Box<Rule>),
    /// `predicate name($a, $b) { condition }`.
    Predicate(Box<Predicate>),
    /// `symbols name { http.Get, "a/b".C }`.
    Symbols(SymbolSet),
    /// `fact name(func $f) { … }`.
    Fact(Box<Fact>),
    /// `resource name { … }`.
    Resource(Box<Resource>),
    /// `instance name = rule(resource) { … }`.
    Instance(Box<Instance>),
    /// `model "net/http".Get { … }`.
    Model(Model),
    /// `declare "github.com/jmoiron/sqlx" { … }`.
    Declaration(Declaration),
}

/// A named condition.
#[derive(Clone, Debug)]
pub struct Predicate {
    /// Markdown of the `///` lines above it.
    pub doc: String,
    /// Its name.
    pub name: Name,
    /// Parameters, holes without `$`.
    pub params: Vec<Name>,
    /// What it stands for.
    pub body: Cond,
    /// The whole item.
    pub span: Span,
}

/// A named set of symbols.
#[derive(Clone, Debug)]
pub struct SymbolSet {
    /// Markdown of the `///` lines above it.
    pub doc: String,
    /// Its name.
    pub name: Name,
    /// The members.
    pub members: Vec<SymbolRef>,
    /// The whole item.
    pub span: Span,
}

/// `http.Get` or, without `use`, `"net/http".Get`; with a method, `http.Client.Do`.
#[derive(Clone, Debug)]
pub struct SymbolRef {
    /// The package: a name that `use` brings in, or an import path.
    pub package: Spanned<PackageRef>,
    /// The name in the package.
    pub name: Name,
    /// The method of the type with this name.
    pub method: Option<Name>,
}

impl SymbolRef {
    /// Where it stands.
    pub fn span(&self) -> Span {
        Span::new(self.package.span.start, self.method.as_ref().unwrap_or(&self.name).span.end)
    }
}

/// How a symbol names its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageRef {
    /// By a name that `use` brings in.
    Used(String),
    /// By import path.
    Path(String),
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Markdown of the `///` lines above it.
    pub doc: String,
    /// Its name, kebab-case.
    pub name: Name,
    /// `(resource $R)`: it is a pattern for the rules that instances make of it.
    pub param: Option<Name>,
    /// How bad a finding is; `warning` if not said.
    pub severity: Option<Spanned<Severity>>,
    /// Who has it switched on; `recommended` if not said.
    pub level: Option<Spanned<Level>>,
    /// `tags [a, b]`.
    pub tags: Vec<Name>,
    /// `since "0.1.0"`.
    pub since: Option<Name>,
    /// `option name: type = default "what it does"`.
    pub options: Vec<RuleOption>,
    /// `allow [define, init, commute]`: equivalences asked for.
    pub allow: Vec<Spanned<Equivalence>>,
    /// `scan all`: the rule may be tried at every node.
    pub scan_all: Option<Span>,
    /// `skip tests`, `only tests`, `skip generated`: which files it is for.
    pub files: Vec<Spanned<FileFilter>>,
    /// `match … or …`.
    pub alternatives: Vec<Alternative>,
    /// `match acquire $R`, instead of alternatives.
    pub acquire: Option<Acquire>,
    /// `where`, `unless` and structural clauses in source order; all must hold.
    pub clauses: Vec<Clause>,
    /// The first is the finding, the others (`also`) are related places.
    pub reports: Vec<Report>,
    /// `fix safe …`.
    pub fix: Option<Fix>,
    /// `test bad { … }`, `test good { … }`.
    pub examples: Vec<Example>,
    /// The whole rule.
    pub span: Span,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending.
    Warning,
    /// Has to be mended.
    Error,
}

/// Who has a rule switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// On by default: high precision.
    Recommended,
    /// For teams that want more.
    Strict,
    /// Taste.
    Pedantic,
}

/// An equivalence that a rule asks for; the others hold for all rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Equivalence {
    /// `x := y`, `x = y` and `var x = y` are the same.
    Define,
    /// `s; if c {…}` and `if s; c {…}` are the same.
    Init,
    /// Operands of `+ * & | ^ && ||` may be swapped where their order of evaluation cannot be told.
    Commute,
}

/// Which files a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileFilter {
    /// `skip tests`: not for `_test.go` files.
    SkipTests,
    /// `only tests`: only for `_test.go` files.
    OnlyTests,
    /// `skip generated`: not for generated files, even where these are checked.
    SkipGenerated,
}

/// `option mode: int = 0o600 "the widest mode allowed"`.
#[derive(Clone, Debug)]
pub struct RuleOption {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Spanned<OptionType>,
    /// Its default, a literal, or a list or table of literals.
    pub default: Value,
    /// What it does.
    pub doc: Option<Name>,
    /// The whole clause.
    pub span: Span,
}

/// The type of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionType {
    /// `int`.
    Int,
    /// `string`.
    String,
    /// `bool`.
    Bool,
    /// `duration`.
    Duration,
    /// `[string]`.
    Strings,
    /// `[int]`.
    Ints,
    /// `[string: string]`.
    StringTable,
    /// `[string: int]`.
    IntTable,
}

/// One alternative of a `match`.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The pattern.
    pub pattern: Pattern,
    /// `@label` behind the closing brace.
    pub label: Option<Name>,
}

/// A condition that a match has to meet.
#[derive(Clone, Debug)]
pub struct Clause {
    /// `unless` instead of `where`.
    pub negated: bool,
    /// The condition. `inside …` and its like are [`Cond::Shape`] of [`Value::Root`].
    pub cond: Cond,
    /// The whole clause.
    pub span: Span,
}

/// A condition: yes, no or unknown.
#[derive(Clone, Debug)]
pub enum Cond {
    /// `a and b`.
    And(Vec<Cond>),
    /// `a or b`.
    Or(Vec<Cond>),
    /// `not a`.
    Not(Box<Cond>, Span),
    /// `left < right`.
    Compare {
        /// `==`, `!=`, `<`, `<=`, `>`, `>=`.
        op: Spanned<Op>,
        /// Left operand.
        left: Value,
        /// Right operand.
        right: Value,
        /// The whole comparison.
        span: Span,
    },
    /// `$x is const`, `$x is not call`.
    Is {
        /// What is asked about.
        subject: Value,
        /// `is not`.
        negated: bool,
        /// The word.
        word: Name,
        /// The whole condition.
        span: Span,
    },
    /// `name($x) matches "regex"`.
    Matches {
        /// A string value.
        subject: Value,
        /// The regular expression.
        regex: Name,
        /// The whole condition.
        span: Span,
    },
    /// `$f in SYMBOLS`, `name($f) in ["a", "b"]`, `$f in option`.
    In {
        /// What is asked about.
        subject: Value,
        /// A list, an option, or a symbol set by name.
        set: Value,
        /// The whole condition.
        span: Span,
    },
    /// `$x contains stmt { … }`, `not inside func $f`, `$x matches expr { … }`.
    Shape {
        /// Where the search starts.
        subject: Value,
        /// Which way it goes.
        relation: Spanned<Relation>,
        /// What is looked for.
        alternatives: Vec<Alternative>,
        /// Where it stops.
        bound: Bound,
        /// The whole condition.
        span: Span,
    },
    /// `$x : []byte`, `$x :? error`, `$x implements io.Closer`, `$x assignable to T`, `$x identical to T`.
    Type {
        /// What is asked about.
        subject: Value,
        /// How it is compared.
        relation: Spanned<TypeRelation>,
        /// The type.
        ty: TypePattern,
        /// The whole condition.
        span: Span,
    },
    /// `is_handler($h, request: $r)`.
    Call(Call),
    /// `some path from @a to exit avoiding expr { … }` and its like.
    Path(Box<Path>),
    /// `@x repeats`: some path leads from it to itself.
    Repeats {
        /// What is asked about.
        subject: Value,
        /// The whole condition.
        span: Span,
    },
    /// `$y derives from $x`, `$y same as $x`, `$y tainted by "kind" for "purpose"`.
    Flow {
        /// What is asked about.
        subject: Value,
        /// How its value came about.
        relation: Spanned<FlowRelation>,
        /// From what.
        origin: FlowOrigin,
        /// `for "sql"`: what cleans it for this purpose counts too.
        purpose: Option<Name>,
        /// The whole condition.
        span: Span,
    },
    /// `some $r in senders(@x) has (…)`, `every $r in … has (…)`.
    Quantified {
        /// `every` instead of `some`.
        every: bool,
        /// The hole that stands for one row of the set after the other.
        hole: Name,
        /// A value that is a set of rows.
        set: Value,
        /// What is asked of each.
        cond: Box<Cond>,
        /// The whole condition.
        span: Span,
    },
}

/// Which way a structural search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The subject itself.
    Matches,
    /// An ancestor.
    Inside,
    /// A descendant.
    Contains,
    /// An earlier statement (element) of the same list.
    PrecededBy,
    /// A later one.
    FollowedBy,
    /// The subject is the first element of a list in a node of this form.
    FirstIn,
    /// The last.
    LastIn,
}

/// Where a structural search stops.
#[derive(Clone, Debug, Default)]
pub enum Bound {
    /// At the nearest function, declaration or literal: the default.
    #[default]
    Func,
    /// `across func`: functions do not stop it.
    Across(Span),
    /// `until CATEGORY { … }`: at nodes of this form, and at functions.
    Until(Vec<Alternative>),
    /// `directly`: the parent (`inside`), a child (`contains`), the neighbour (`preceded by`, `followed by`).
    Directly(Span),
}

/// How a type is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeRelation {
    /// `:` proven to be.
    Is,
    /// `:?` not disproven.
    MaybeIs,
    /// `implements`.
    Implements,
    /// `assignable to`.
    AssignableTo,
    /// `convertible to`.
    ConvertibleTo,
    /// `identical to`.
    IdenticalTo,
}

/// A type in a type condition.
#[derive(Clone, Debug)]
pub struct TypePattern {
    /// `~T`: the underlying type.
    pub underlying: bool,
    /// `*?T`: T or *T.
    pub maybe_pointer: bool,
    /// The type.
    pub pattern: Pattern,
}

/// A value in a condition.
#[derive(Clone, Debug)]
pub enum Value {
    /// The whole match (the subject of a structural clause that names none).
    Root(Span),
    /// `$x` or `$*xs`.
    Hole(Name),
    /// `@label`.
    Label(Name),
    /// A string.
    Str(Spanned<String>),
    /// An integer, with Go's notations.
    Int(Spanned<i64>),
    /// A float.
    Float(Spanned<String>),
    /// `true`, `false`.
    Bool(Spanned<bool>),
    /// `500ms`, `2s`, in nanoseconds.
    Duration(Spanned<i64>),
    /// An option, symbol set or keyword (`file`).
    Word(Name),
    /// `http.Get`, `http.Client.Do`.
    Symbol(SymbolRef),
    /// `text($x)`.
    Call(Call),
    /// `["a", "b"]`.
    List(Vec<Value>, Span),
    /// `["a": 1, "b": 2]`: each key once.
    Table(Vec<(Spanned<String>, Value)>, Span),
}

impl Value {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Value::Root(span) | Value::List(_, span) | Value::Table(_, span) => *span,
            Value::Hole(name) | Value::Label(name) | Value::Word(name) => name.span,
            Value::Str(text) | Value::Float(text) => text.span,
            Value::Int(number) | Value::Duration(number) => number.span,
            Value::Bool(truth) => truth.span,
            Value::Symbol(symbol) => symbol.span(),
            Value::Call(call) => call.span,
        }
    }
}

/// A call of a builtin or of a predicate.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its name.
    pub name: Name,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// `request: $r`.
    pub named: Vec<(Name, Value)>,
    /// The whole call.
    pub span: Span,
}

/// `test bad { … }`.
#[derive(Clone, Debug)]
pub struct Example {
    /// Findings are expected.
    pub bad: bool,
    /// `test bad "name" …`.
    pub name: Option<Name>,
    /// `with option = value`: overridden options; `go = "1.21"`, `goos`, `goarch` and `tags` set the build.
    pub settings: Vec<(Name, Value)>,
    /// The files; one without a name if the example has no `-- name --` lines.
    pub files: Vec<ExampleFile>,
    /// `fixed { … }` behind a bad example: the same files after all fixes.
    pub fixed: Vec<ExampleFile>,
    /// The whole example.
    pub span: Span,
}

/// One file of an example.
#[derive(Clone, Debug)]
pub struct ExampleFile {
    /// `-- name --`, or none.
    pub path: Option<Name>,
    /// The text, exactly as it stands in the rule file from `span.start` to `span.end`.
    pub text: Spanned<String>,
}
