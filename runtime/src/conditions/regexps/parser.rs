//! The parser: a text to the parts of a regular expression.
//!
//! In: the text. Out: the part that is the whole, or why there is none. Open groups are a stack; deeper than [`MAX_DEPTH`] nothing
//! is read, as in Go.
//!
//! Source: documentation of package `regexp/syntax`, "Syntax"; what is not said there, as `syntax.Parse` does it with
//! the flags of `regexp.Compile`.

use super::class;
use super::{Flags, Refusal, RegexpKind, RegexpPart};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// How deep groups may be nested.
const MAX_DEPTH: usize = 1000;
/// The most that a repetition may ask for, nested ones multiplied.
const MAX_REPEAT: u32 = 1000;

type Part = Arc<RegexpPart>;
pub(super) type Parsed<T> = Result<T, Refusal>;

/// Parses an expression.
pub(super) fn parse(text: &str) -> Parsed<Part> {
    let mut parser = Parser {
        input: Input { text, at: 0 },
        open: vec![Open::new(RegexpKind::Group, 0)],
        names: BTreeSet::new(),
        flags: Vec::new(),
    };
    while parser.input.peek().is_some() {
        parser.next()?;
    }
    let Some(whole) = parser.open.pop().filter(|_| parser.open.is_empty()) else {
        return Err(invalid("missing closing )", text));
    };
    let whole = whole.finish(text, text.len());
    check_repeats(&whole)?;
    Ok(whole)
}

pub(super) fn invalid(what: &str, text: &str) -> Refusal {
    Refusal::Invalid(format!("{what}: `{text}`"))
}

/// A place in the text.
pub(super) struct Input<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Input<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over a text if it comes next.
    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let is_next = self.rest().starts_with(wanted);
        if is_next {
            self.at += wanted.len();
        }
        is_next
    }
}

/// A part without parts of its own, that ends where the input is.
pub(super) fn leaf(kind: RegexpKind, input: &Input<'_>, start: usize) -> RegexpPart {
    plain(kind, input.text, start..input.at)
}

/// A part of which no more is known than its text.
fn plain(kind: RegexpKind, text: &str, range: Range<usize>) -> RegexpPart {
    RegexpPart {
        kind,
        start: range.start,
        text: text.get(range).unwrap_or_default().to_owned(),
        parts: Vec::new(),
        runes: None,
        times: None,
        flags: Flags::default(),
    }
}

/// A group that is not closed yet; the first stands for the whole.
struct Open {
    kind: RegexpKind,
    start: usize,
    /// Where the alternative starts that is being read.
    from: usize,
    alternatives: Vec<Part>,
    sequence: Vec<Part>,
    /// Those that are set outside of it, and those that it sets and clears.
    flags: Flags,
}

impl Open {
    fn new(kind: RegexpKind, start: usize) -> Open {
        Open { kind, start, from: start, alternatives: Vec::new(), sequence: Vec::new(), flags: Flags::default() }
    }

    /// Ends the alternative that is being read; `end` is where it does.
    fn end_alternative(&mut self, text: &str, end: usize) {
        let parts = std::mem::take(&mut self.sequence);
        let start = self.from;
        let part = match <[Part; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(parts) => Arc::new(RegexpPart { parts, ..plain(RegexpKind::Sequence, text, start..end) }),
        };
        self.alternatives.push(part);
        self.from = end + 1;
    }

    /// What stands in the group.
    fn finish(mut self, text: &str, end: usize) -> Part {
        let start = self.alternatives.first().map_or(self.from, |first| first.start);
        self.end_alternative(text, end);
        match <[Part; 1]>::try_from(self.alternatives) {
            Ok([only]) => only,
            Err(parts) => Arc::new(RegexpPart { parts, ..plain(RegexpKind::Alternation, text, start..end) }),
        }
    }
}

struct Parser<'t> {
    input: Input<'t>,
    open: Vec<Open>,
    /// The names of captures.
    names: BTreeSet<&'t str>,
    /// The flags that are set.
    flags: Vec<char>,
}

impl<'t> Parser<'t> {
    /// Reads the next part, or what stands between parts.
    fn next(&mut self) -> Parsed<()> {
        let start = self.input.at;
        let part = match self.input.peek() {
            Some('(') => return self.group(),
            Some(')') => return self.close(),
            Some('|') => {
                if let Some(open) = self.open.last_mut() {
                    open.end_alternative(self.input.text, start);
                }
                self.input.bump();
                return Ok(());
            }
            Some('[') => class::bracketed(&mut self.input)?,
            Some('\\') => return self.escape(),
            Some('*' | '+' | '?') => return self.repeat(),
            Some('{') if counted(self.input.rest()).is_some() => return self.repeat(),
            Some(other) => {
                self.input.bump();
                let kind = match other {
                    '^' => RegexpKind::Begin,
                    '$' => RegexpKind::End,
                    '.' => RegexpKind::Any,
                    _ => RegexpKind::Char,
                };
                let runes = (kind == RegexpKind::Char).then(|| class::one(other));
                RegexpPart { runes, flags: self.flags_here(), ..leaf(kind, &self.input, start) }
            }
            None => return Ok(()),
        };
        self.push(part);
        Ok(())
    }

    fn push(&mut self, part: RegexpPart) {
        if let Some(open) = self.open.last_mut() {
            open.sequence.push(Arc::new(part));
        }
    }

    fn escape(&mut self) -> Parsed<()> {
        let start = self.input.at;
        if self.input.eat(r"\Q") {
            let literal = self.input.rest();
            let len = literal.find(r"\E").unwrap_or(literal.len());
            let end = self.input.at + len;
            while self.input.at < end {
                let at = self.input.at;
                let Some(one) = self.input.bump() else { break };
                let part = RegexpPart { runes: Some(class::one(one)), ..leaf(RegexpKind::Char, &self.input, at) };
                self.push(part);
            }
            self.input.eat(r"\E");
            return Ok(());
        }
        for (escape, kind) in [
            (r"\A", RegexpKind::Begin),
            (r"\z", RegexpKind::End),
            (r"\b", RegexpKind::Boundary),
            (r"\B", RegexpKind::Boundary),
        ] {
            if self.input.eat(escape) {
                let part = leaf(kind, &self.input, start);
                self.push(part);
                return Ok(());
            }
        }
        let part = class::escape(&mut self.input)?;
        self.push(part);
        Ok(())
    }

    /// `(`, up to what stands in the group; `(?i)` as a whole.
    fn group(&mut self) -> Parsed<()> {
        let start = self.input.at;
        if self.open.len() > MAX_DEPTH {
            return Err(invalid("expression nests too deeply", self.input.text));
        }
        self.input.bump();
        if !self.input.eat("?") {
            return self.enter(RegexpKind::Capture, start);
        }
        if self.input.eat("P<") || self.input.eat("<") {
            let rest = self.input.rest();
            let name = rest.find('>').and_then(|len| rest.get(..len));
            let is_name =
                |name: &&str| !name.is_empty() && name.chars().all(|one| one == '_' || one.is_ascii_alphanumeric());
            let Some(name) = name.filter(is_name) else {
                return Err(invalid("invalid named capture", self.input.text.get(start..).unwrap_or_default()));
            };
            if !self.names.insert(name) {
                return Err(invalid("duplicate capture group name", name));
            }
            self.input.at += name.len() + 1;
            return self.enter(RegexpKind::Capture, start);
        }
        let (mut is_negative, mut has_flag, mut flags) = (false, false, self.flags_here());
        loop {
            match self.input.bump() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    has_flag = true;
                    if is_negative { &mut flags.cleared } else { &mut flags.set }.push(flag);
                }
                Some('-') if !is_negative => (is_negative, has_flag) = (true, false),
                Some(':') if has_flag || !is_negative => {
                    self.enter(RegexpKind::Group, start)?;
                    self.apply(&flags);
                    if let Some(open) = self.open.last_mut() {
                        open.flags = flags;
                    }
                    return Ok(());
                }
                Some(')') if has_flag || !is_negative => {
                    self.apply(&flags);
                    let part = RegexpPart { flags, ..leaf(RegexpKind::Flags, &self.input, start) };
                    self.push(part);
                    return Ok(());
                }
                _ => return Err(invalid("invalid or unsupported Perl syntax", self.input.since(start))),
            }
        }
    }

    fn flags_here(&self) -> Flags {
        Flags { before: self.flags.clone(), ..Flags::default() }
    }

    fn apply(&mut self, change: &Flags) {
        self.flags.extend(&change.set);
        self.flags.sort_unstable();
        self.flags.dedup();
        self.flags.retain(|flag| !change.cleared.contains(flag));
    }

    fn enter(&mut self, kind: RegexpKind, start: usize) -> Parsed<()> {
        let flags = self.flags_here();
        self.open.push(Open { from: self.input.at, flags, ..Open::new(kind, start) });
        Ok(())
    }

    fn close(&mut self) -> Parsed<()> {
        let end = self.input.at;
        self.input.bump();
        let Some(open) = self.open.pop().filter(|_| !self.open.is_empty()) else {
            return Err(invalid("unexpected )", self.input.text));
        };
        let (kind, start, flags) = (open.kind, open.start, open.flags.clone());
        self.flags.clone_from(&flags.before);
        let inner = open.finish(self.input.text, end);
        let part = RegexpPart { parts: vec![inner], flags, ..leaf(kind, &self.input, start) };
        self.push(part);
        Ok(())
    }

    /// `*`, `+`, `?`, `{2,3}`, and the `?` behind them.
    fn repeat(&mut self) -> Parsed<()> {
        let start = self.input.at;
        let times = match self.input.bump() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            _ => {
                let Some((len, times)) = counted(self.input.text.get(start..).unwrap_or_default()) else {
                    return Ok(());
                };
                self.input.at = start + len;
                match times {
                    Some((least, most))
                        if least <= MAX_REPEAT && most.is_none_or(|most| least <= most && most <= MAX_REPEAT) =>
                    {
                        (least, most)
                    }
                    _ => return Err(invalid("invalid repeat count", self.input.since(start))),
                }
            }
        };
        self.input.eat("?");
        let operator = self.input.since(start);
        let before = self.open.last_mut().and_then(|open| open.sequence.pop());
        match before {
            None => Err(invalid("missing argument to repetition operator", operator)),
            Some(part) if part.kind == RegexpKind::Flags => {
                Err(invalid("missing argument to repetition operator", operator))
            }
            Some(part) if part.kind == RegexpKind::Repeat => {
                Err(invalid("invalid nested repetition operator", operator))
            }
            Some(part) => {
                let whole = leaf(RegexpKind::Repeat, &self.input, part.start);
                self.push(RegexpPart { parts: vec![part], times: Some(times), ..whole });
                Ok(())
            }
        }
    }
}

/// How long `{n}`, `{n,}` or `{n,m}` at the beginning is, and what it says, unless that is too large for a number. Anything else
/// is text.
type Counted = (usize, Option<(u32, Option<u32>)>);

fn counted(text: &str) -> Option<Counted> {
    let end = text.find('}')?;
    let inside = text.get(1..end)?;
    let (least, most) = inside.split_once(',').map_or((inside, None), |(least, most)| (least, Some(most)));
    let is_number = |digits: &str| {
        let has_zeros = digits.len() > 1 && digits.starts_with('0');
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) && !has_zeros
    };
    if !is_number(least) || most.is_some_and(|most| !most.is_empty() && !is_number(most)) {
        return None;
    }
    let times = least.parse().ok().and_then(|least: u32| match most {
        None => Some((least, Some(least))),
        Some("") => Some((least, None)),
        Some(most) => most.parse().ok().map(|most| (least, Some(most))),
    });
    Some((end + 1, times))
}

/// Refuses repetitions within repetitions that ask for too much.
fn check_repeats(whole: &Part) -> Parsed<()> {
    let mut open = vec![(Arc::clone(whole), MAX_REPEAT)];
    while let Some((part, left)) = open.pop() {
        let mut left = left;
        if let Some((least, most)) = part.times.filter(|times| !matches!(times, (0 | 1, None) | (0, Some(1)))) {
            let times = most.unwrap_or(least);
            if times == 0 {
                continue;
            }
            if times > left {
                return Err(invalid("invalid repeat count", &part.text));
            }
            left /= times;
        }
        open.extend(part.parts.iter().map(|inner| (Arc::clone(inner), left)));
    }
    Ok(())
}
