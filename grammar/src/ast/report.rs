//! The syntax of reports and fixes.

use super::{Pattern, Spanned, Value};
use rulec_tree::Span;

/// `report at @x "message with {$x}"`.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where; the whole match if not said.
    pub at: Option<Value>,
    /// The message.
    pub message: Message,
    /// `trace path`, `trace flow`: the way that a condition found is told.
    pub trace: Option<Spanned<Trace>>,
    /// The whole clause.
    pub span: Span,
}

/// The way that a finding tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trace {
    /// `trace path`: that of the last condition on paths.
    Path,
    /// `trace flow`: that of the last `tainted by`.
    Flow,
}

/// A text with holes: literal pieces and `{…}`. Braces are doubled to stand for themselves.
#[derive(Clone, Debug)]
pub struct Message {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
    /// The string literal, quotes included.
    pub span: Span,
}

/// A piece of a [`Message`].
#[derive(Clone, Debug)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// `{$x}`, `{@l}`, `{name($x)}`, `{option}`.
    Value(Value),
}

/// `fix safe { … }`: all edits are made, or none.
#[derive(Clone, Debug)]
pub struct Fix {
    /// How far it may be trusted.
    pub applicability: Spanned<Applicability>,
    /// The edits, at least one.
    pub edits: Vec<FixEdit>,
    /// The whole clause.
    pub span: Span,
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Keeps the meaning, or mends it for certain; applied by `--fix`.
    Safe,
    /// Probably what is wanted; shown, applied by `--fix-unsafe`.
    Suggest,
    /// May change the meaning; applied by `--fix-unsafe`.
    Unsafe,
}

/// One edit of a fix.
#[derive(Clone, Debug)]
pub struct FixEdit {
    /// What it does.
    pub action: Spanned<EditAction>,
    /// A hole or label; the whole match ([`Value::Root`]) if not said.
    pub target: Value,
    /// The new code; none for `delete`.
    pub template: Option<Template>,
}

/// What an edit does to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditAction {
    /// Puts the template in its place.
    Replace,
    /// Removes it; a statement with its line.
    Delete,
    /// Puts the template in front of it.
    InsertBefore,
    /// Puts the template behind it.
    InsertAfter,
}

/// New code, or new text.
#[derive(Clone, Debug)]
pub enum Template {
    /// `{ code }`: Go with holes. `text` is what stands between the braces, trimmed; `span` is where.
    Code {
        /// The code as written.
        text: Spanned<String>,
        /// The code as a pattern; spans of its holes say where they stand in the rule file.
        pattern: Pattern,
    },
    /// `"text {$x}"`: any text, for tags and comments.
    Text(Message),
}
