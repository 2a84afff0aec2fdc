//! Conditions on regular expressions of Go's package regexp: whether they are valid, and what they consist of.
//!
//! In: the text of an expression, or one of its parts. Out: texts, lists and numbers. Reading has an explicit stack, as deep as Go
//! allows. **Absent:** matching; and the tables of Unicode: of an expression that names a class of theirs it is not said whether it
//! is valid.
//!
//! Source: documentation of package `regexp/syntax`, "Syntax".

mod class;
mod parser;

use crate::value::Value;
use rulec_plan::host::Tri;
use std::sync::Arc;

/// A part of a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexpPart {
    /// What it is.
    pub kind: RegexpKind,
    /// As written.
    pub text: String,
    /// Where it starts in the expression, in bytes.
    pub start: usize,
    /// What it consists of, in order.
    pub parts: Vec<Arc<RegexpPart>>,
    /// The code points that it stands for, as ranges: of a character, a range, or a class with a name.
    pub runes: Option<Vec<(u32, u32)>>,
    /// How often it repeats what it consists of, at least and at most; no limit where there is none.
    pub times: Option<(u32, Option<u32>)>,
    /// The flags.
    pub flags: Flags,
}

/// Flags of a regular expression, at one part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Those that are set where the part starts.
    pub before: Vec<char>,
    /// Those that the part sets.
    pub set: Vec<char>,
    /// Those that the part clears.
    pub cleared: Vec<char>,
}

/// What a part of a regular expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegexpKind {
    /// Alternatives, `a|b`.
    Alternation,
    /// One part behind the other.
    Sequence,
    /// `(re)`, `(?P<name>re)`
    Capture,
    /// `(?:re)`, `(?i:re)`
    Group,
    /// `(?i)`
    Flags,
    /// `re*`, `re+?`, `re{2,3}`
    Repeat,
    /// A character, escaped or not.
    Char,
    /// `a-z` in a class
    Range,
    /// `[a-z]`, `\d`, `[:alpha:]`, `\pL`
    Class,
    /// `.`
    Any,
    /// `^`, `\A`
    Begin,
    /// `$`, `\z`
    End,
    /// `\b`, `\B`
    Boundary,
}

impl RegexpKind {
    /// As rules call it.
    fn name(self) -> &'static str {
        match self {
            RegexpKind::Alternation => "alternation",
            RegexpKind::Sequence => "sequence",
            RegexpKind::Capture => "capture",
            RegexpKind::Group => "group",
            RegexpKind::Flags => "flags",
            RegexpKind::Repeat => "repeat",
            RegexpKind::Char => "char",
            RegexpKind::Range => "range",
            RegexpKind::Class => "class",
            RegexpKind::Any => "any",
            RegexpKind::Begin => "begin",
            RegexpKind::End => "end",
            RegexpKind::Boundary => "boundary",
        }
    }
}

/// Why an expression cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    /// It is not valid, in the words of package regexp.
    Invalid(String),
    /// Only the tables of Unicode can tell.
    Unknown,
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Str(text.as_bytes().to_vec()))
}

fn part(value: Option<&Value>) -> Option<&Arc<RegexpPart>> {
    match value? {
        Value::Regexp(part) => Some(part),
        _ => None,
    }
}

fn list<'p>(parts: impl IntoIterator<Item = &'p Arc<RegexpPart>>) -> Option<Value> {
    Some(Value::List(parts.into_iter().map(|part| Value::Regexp(Arc::clone(part))).collect()))
}

fn read(value: Option<&Value>) -> Option<Result<Arc<RegexpPart>, Refusal>> {
    let Value::Str(bytes) = value? else { return None };
    let invalid = || Err(Refusal::Invalid("invalid UTF-8".to_owned()));
    Some(std::str::from_utf8(bytes).map_or_else(|_| invalid(), parser::parse))
}

/// Why a text is no regular expression: a list of one reason, or of none if it is one.
pub(super) fn errors(value: Option<&Value>) -> Option<Value> {
    match read(value)? {
        Ok(_) => Some(Value::List(Vec::new())),
        Err(Refusal::Invalid(reason)) => Some(Value::List(vec![text(&reason)?])),
        Err(Refusal::Unknown) => None,
    }
}

/// All parts of a regular expression, each before those it consists of.
pub(super) fn parts(value: Option<&Value>) -> Option<Value> {
    let root = read(value)?.ok()?;
    let (mut open, mut all) = (vec![root], Vec::new());
    while let Some(part) = open.pop() {
        open.extend(part.parts.iter().rev().cloned());
        all.push(part);
    }
    list(&all)
}

/// What a part consists of.
pub(super) fn subparts(value: Option<&Value>) -> Option<Value> {
    list(&part(value)?.parts)
}

/// What a part is.
pub(super) fn kind(value: Option<&Value>) -> Option<Value> {
    text(part(value)?.kind.name())
}

/// A part as it is written.
pub(super) fn part_text(value: Option<&Value>) -> Option<Value> {
    text(&part(value)?.text)
}

/// Where a part starts.
pub(super) fn start(value: Option<&Value>) -> Option<Value> {
    Some(Value::Int(i128::try_from(part(value)?.start).ok()?))
}

/// Flags of a part, as a list of texts.
pub(super) fn flags(value: Option<&Value>, of: impl Fn(&Flags) -> &[char]) -> Option<Value> {
    let flags = of(&part(value)?.flags).iter();
    Some(Value::List(flags.map(|flag| Value::Str(flag.to_string().into_bytes())).collect()))
}

/// Whether two parts stand for a character in common.
pub(super) fn overlap(value: Option<&Value>, other: Option<&Value>) -> Tri {
    let runes = |value| part(value).and_then(|part| part.runes.as_ref());
    let (Some(ours), Some(theirs)) = (runes(value), runes(other)) else { return Tri::Unknown };
    Tri::of(ours.iter().any(|(low, high)| theirs.iter().any(|(from, to)| low <= to && from <= high)))
}

#[cfg(test)]
mod tests;
