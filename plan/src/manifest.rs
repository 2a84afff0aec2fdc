//! What is known of a rule besides how it matches: identity, documentation, message, fix, options.

use crate::deferred::Deferred;
use rulec_tree::Category;
use serde::{Deserialize, Serialize};

/// The data of one rule that selection, reports and fixes need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleMeta {
    /// `pack.family.name`.
    pub id: String,
    /// Markdown; the first paragraph is the summary.
    pub doc: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// Who has it switched on.
    pub level: Level,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// The version of the pack that first had it.
    pub since: Option<String>,
    /// Its options.
    pub options: Vec<OptionMeta>,
    /// Not for `_test.go` files.
    pub skip_tests: bool,
    /// Only for `_test.go` files.
    pub only_tests: bool,
    /// Not for generated files, even where these are checked.
    pub skip_generated: bool,
    /// How the candidates are found.
    pub cost: CostClass,
    /// Whether it asks anything that can depend on types: only then are the packages read that a file imports.
    pub needs_types: bool,
    /// Whether it asks what happens inside of functions. It needs types then.
    pub needs_flow: bool,
    /// If it is no rule but a fact: it reports nothing, and what its first capture holds is what the fact holds for.
    pub fact: Option<FactMeta>,
    /// What a match hands out; the first is the match as a whole.
    pub captures: Vec<Capture>,
    /// The finding (first) and the related places.
    pub reports: Vec<ReportMeta>,
    /// The fix, if the rule has one.
    pub fix: Option<FixMeta>,
    /// Path of the rule's file, as given.
    pub file: String,
    /// The rule's text, from its documentation to its closing brace.
    pub source: Deferred<String>,
    /// Offset of `source` in the file, in bytes.
    pub source_offset: u32,
}

impl RuleMeta {
    /// The last segment of the id.
    pub fn name(&self) -> &str {
        self.id.rsplit('.').next().unwrap_or(&self.id)
    }

    /// The middle of the id: `http` of `stdlib.http.nil-body`.
    pub fn family(&self) -> &str {
        family(&self.id)
    }

    /// The first paragraph of the documentation, on one line.
    pub fn summary(&self) -> String {
        self.doc.split("\n\n").next().unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The middle of the id of a rule: `http` of `stdlib.http.nil-body`.
pub fn family(id: &str) -> &str {
    let without_name = id.rsplit_once('.').map_or("", |(rest, _)| rest);
    without_name.split_once('.').map_or(without_name, |(_, family)| family)
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending.
    Warning,
    /// Has to be mended.
    Error,
}

impl Severity {
    /// As written in rules, configurations and reports.
    pub fn text(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// Who has a rule switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// On by default: high precision.
    Recommended,
    /// For teams that want more.
    Strict,
    /// Taste.
    Pedantic,
}

/// How the candidates of a rule are found, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CostClass {
    /// At the uses of symbols.
    Symbol,
    /// At nodes of a kind that also have a certain text, in files that hold it.
    Literal,
    /// At nodes of some kinds.
    Kind,
    /// At every node, or at every expression or statement.
    ScanAll,
}

/// An option of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionMeta {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: OptionType,
    /// Its value where the configuration does not set it.
    pub default: crate::ir::Constant,
    /// What it does.
    pub doc: String,
}

/// The type of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionType {
    /// An integer.
    Int,
    /// A string.
    String,
    /// `true` or `false`.
    Bool,
    /// A duration.
    Duration,
    /// A list of strings.
    Strings,
    /// A list of integers.
    Ints,
    /// A table from strings to strings.
    StringTable,
    /// A table from strings to integers.
    IntTable,
}

/// What a match hands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// `$x`, `$*xs` or `@label` as written; empty for the match as a whole and for values of messages.
    pub name: String,
    /// What the register holds.
    pub form: CaptureForm,
}

/// What a capture is; see [`crate::ir::Arg`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CaptureForm {
    /// A row.
    Node,
    /// A run of elements.
    Run,
    /// A value.
    Value,
}

/// An entry of [`RuleMeta::captures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CaptureId(pub u32);

impl CaptureId {
    /// The match as a whole.
    pub const MATCH: CaptureId = CaptureId(0);
}

/// Where a finding or a related place is, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportMeta {
    /// Where.
    pub at: CaptureId,
    /// What it says.
    pub message: Vec<MessagePiece>,
    /// A value that tells a way, to be shown as places of its own.
    pub trace: Option<CaptureId>,
}

/// What a fact is about. Its name is the id of its [`RuleMeta`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactMeta {
    /// What it can hold for.
    pub of: FactKind,
    /// Facts ask for facts of their own stratum and of lower ones; only of lower ones, whether they do not hold.
    pub stratum: u32,
}

/// What facts hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    /// A function or method, declared or literal.
    Func,
    /// A parameter or receiver.
    Param,
    /// A result.
    Result,
    /// A declared type.
    Type,
    /// A field of a struct.
    Field,
    /// A package-level variable.
    Global,
}

/// A piece of a message or text template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessagePiece {
    /// Text.
    Text(String),
    /// The source text of a row or run, or a value.
    Capture(CaptureId),
}

/// A fix: all of its edits, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixMeta {
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// The edits.
    pub edits: Vec<EditMeta>,
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Applied by `--fix`.
    Safe,
    /// Shown; applied by `--fix-unsafe`.
    Suggest,
    /// Applied by `--fix-unsafe`.
    Unsafe,
}

/// One edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditMeta {
    /// What it does.
    pub action: EditAction,
    /// Its target.
    pub target: CaptureId,
    /// The new code, if any.
    pub template: Option<TemplateMeta>,
}

/// What an edit does to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditAction {
    /// Puts the template in its place.
    Replace,
    /// Removes it; a statement with its line, a list element with its comma.
    Delete,
    /// Puts the template in front of it.
    InsertBefore,
    /// Puts the template behind it.
    InsertAfter,
}

/// New code with holes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateMeta {
    /// What the code is; `None` for plain text.
    pub category: Option<Category>,
    /// How tightly the code as a whole binds: the precedence of its outermost operator, 6 for a unary one, 7 if it never
    /// needs parentheses; 0 if it is one capture alone, which then binds as its source does.
    pub binds: u8,
    /// The pieces.
    pub pieces: Vec<TemplatePiece>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplatePiece {
    /// Code as written.
    Text(String),
    /// The source of a capture; parenthesised if it binds less tightly than `binds` (0: never).
    Capture {
        /// Which.
        capture: CaptureId,
        /// How tightly it must bind, in the numbers of [`TemplateMeta::binds`].
        binds: u8,
    },
    /// The name under which the file imports this package, `name.` included; the import is added where missing.
    Package {
        /// Import path.
        path: String,
        /// The name to use where the import is added.
        name: String,
    },
}
