//! Causes: differences, grouped by what kind of expression they are in and by what the types look like.
//!
//! In: the differences of one file and its source. Out: [`Causes`]: groups with a few examples each. A difference that
//! follows from another one is counted apart, since one unknown declaration makes a hundred uses unknown: it holds an
//! expression that differs, or it is the use of a local name whose declaration differs.

use crate::compare::{Difference, Verdict};
use crate::lines::{Line, Selection};
use rulec_gofront::{File, Reader};
use rulec_tree::{Category, Kind, Node, Span, Tree, Vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// How many examples a group keeps.
const EXAMPLES: usize = 3;
/// How long a text of an example may be, in characters.
const MAX_TEXT: usize = 100;

/// Groups of differences.
#[derive(Default)]
pub struct Causes {
    groups: FxHashMap<(Verdict, String), Group>,
    /// Differences that follow from others.
    pub consequences: u64,
    reader: Reader,
    vocabulary: Arc<Vocabulary>,
}

/// Differences that look alike.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// One difference, for people.
#[derive(Clone, Debug)]
pub struct Example {
    /// `path:line:column`.
    pub place: String,
    /// The text of the expression, shortened.
    pub text: String,
    /// What go/types says.
    pub theirs: String,
    /// What we say.
    pub ours: String,
}

impl Causes {
    /// Adds the differences of one file, which come by start, longest first.
    pub fn add(&mut self, path: &str, source: &[u8], differences: &[Difference]) {
        let file = self.reader.read(source, &self.vocabulary).ok();
        let place = Places::new(file.as_ref(), differences);
        for difference in differences {
            let Some(line) = difference.line() else { continue };
            if place.is_consequence(difference, line) {
                self.consequences += 1;
                continue;
            }
            let title = format!("{}: {}", place.describe(line), change(difference));
            let group = self.groups.entry((difference.verdict, title)).or_default();
            group.count += 1;
            if group.examples.len() < EXAMPLES {
                group.examples.push(example(path, source, file.as_ref(), difference, line));
            }
        }
    }

    /// The groups, largest first.
    pub fn groups(&self) -> Vec<(Verdict, &str, &Group)> {
        let mut groups: Vec<_> =
            self.groups.iter().map(|((verdict, title), group)| (*verdict, title.as_str(), group)).collect();
        groups.sort_by(|a, b| b.2.count.cmp(&a.2.count).then_with(|| (a.0, a.1).cmp(&(b.0, b.1))));
        groups
    }
}

fn example(path: &str, source: &[u8], file: Option<&File>, difference: &Difference, line: &Line) -> Example {
    let (number, column) = file.map_or((0, 0), |file| file.lines.position(line.start));
    let text = source.get(line.start as usize..line.end as usize).unwrap_or_default();
    let text: Vec<String> = String::from_utf8_lossy(text).split_whitespace().map(str::to_owned).collect();
    let [theirs, ours] = [&difference.theirs, &difference.ours].map(|line| facts(line.as_ref(), difference.verdict));
    Example { place: format!("{path}:{number}:{column}"), text: shortened(&text.join(" ")), theirs, ours }
}

/// What one side says, as far as it matters to the verdict.
fn facts(line: Option<&Line>, verdict: Verdict) -> String {
    let Some(line) = line else { return "no line".to_owned() };
    match verdict {
        Verdict::Mode => line.mode.clone(),
        Verdict::Value => line.value.as_deref().map_or("no value".to_owned(), shortened),
        Verdict::Selection => line.selection.as_ref().map_or("no selection".to_owned(), of_selection),
        _ => line.of.as_deref().map_or_else(|| format!("unknown ({})", line.mode), shortened),
    }
}

fn of_selection(selection: &Selection) -> String {
    let Selection { kind, recv, obj, index, indirect } = selection;
    let recv = recv.as_deref().unwrap_or("?");
    format!("{kind} {obj} of {recv} by {index:?}{}", if *indirect { ", indirect" } else { "" })
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The change from theirs to ours, without what is particular to one place.
fn change(difference: &Difference) -> String {
    let types = [&difference.theirs, &difference.ours].map(|line| line.as_ref().and_then(|line| line.of.as_deref()));
    let mode = |line: &Option<Line>| line.as_ref().map_or("none".to_owned(), |line| line.mode.clone());
    let value = |line: &Option<Line>| line.as_ref().is_some_and(|line| line.value.is_some());
    let word = |there: bool| if there { "a value" } else { "none" };
    let (theirs, ours) = (&difference.theirs, &difference.ours);
    match difference.verdict {
        Verdict::Wrong => {
            let [theirs, ours] = types.map(|of| of.map_or("none".to_owned(), normal));
            format!("{theirs} → {ours}")
        }
        Verdict::Mode => format!("{} → {}", mode(theirs), mode(ours)),
        Verdict::Value if value(theirs) && value(ours) => "another value".to_owned(),
        Verdict::Value => format!("{} → {}", word(value(theirs)), word(value(ours))),
        Verdict::Selection => selection_change(theirs.as_ref(), ours.as_ref()),
        _ => {
            let line = theirs.as_ref().or(ours.as_ref());
            let of = line.and_then(|line| line.of.as_deref());
            of.map_or_else(|| format!("null ({})", mode(&line.cloned())), normal)
        }
    }
}

fn selection_change(theirs: Option<&Line>, ours: Option<&Line>) -> String {
    let [theirs, ours] = [theirs, ours].map(|line| line.and_then(|line| line.selection.as_ref()));
    let (theirs, ours) = match (theirs, ours) {
        (Some(theirs), Some(ours)) => (theirs, ours),
        (Some(theirs), None) => return format!("{} → none", theirs.kind),
        (_, ours) => return format!("none → {}", ours.map_or("none", |ours| ours.kind.as_str())),
    };
    let parts = [
        ("kind", theirs.kind != ours.kind),
        ("recv", theirs.recv != ours.recv),
        ("obj", theirs.obj != ours.obj),
        ("index", theirs.index != ours.index),
        ("indirect", theirs.indirect != ours.indirect),
    ];
    let other: Vec<&str> = parts.iter().filter(|part| part.1).map(|part| part.0).collect();
    format!("{}: other {}", theirs.kind, other.join(", "))
}

/// A type without what is particular to one place: names of packages' types become `N`, numbers `#`, names of fields
/// and of type parameters `x`, tags nothing.
fn normal(of: &str) -> String {
    let mut text = String::new();
    let mut rest = of;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' => quoted_len(rest),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (piece, after) = rest.split_at(len);
        match first {
            '"' => {}
            _ if is_word(first) => text += &word(piece),
            _ => text += piece,
        }
        rest = after;
    }
    shortened(text.trim_end())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '/')
}

fn quoted_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

fn word(piece: &str) -> String {
    if let Some(variadic) = piece.strip_prefix("...") {
        return if variadic.is_empty() { "...".to_owned() } else { format!("...{}", word(variadic)) };
    }
    const KEPT: &[&str] = &[
        "untyped",
        "nil",
        "bool",
        "string",
        "rune",
        "byte",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "uintptr",
        "float",
        "float32",
        "float64",
        "complex",
        "complex64",
        "complex128",
        "error",
        "any",
        "comparable",
        "func",
        "map",
        "chan",
        "struct",
        "interface",
        "unsafe.Pointer",
    ];
    if KEPT.contains(&piece) {
        piece.to_owned()
    } else if piece.bytes().all(|byte| byte.is_ascii_digit()) {
        "#".to_owned()
    } else if piece.contains('.') {
        "N".to_owned()
    } else {
        "x".to_owned()
    }
}

/// Where differences stand in the tree of their file.
struct Places<'a> {
    file: Option<&'a File>,
    /// The expression at a span.
    nodes: FxHashMap<(u32, u32), Node>,
    /// The expressions that differ, by start, longest first.
    spans: Vec<Span>,
    /// The identifiers that differ, expressions or not.
    all: FxHashSet<(u32, u32)>,
}

impl<'a> Places<'a> {
    fn new(file: Option<&'a File>, differences: &[Difference]) -> Places<'a> {
        let span = |line: &Line| Span { start: line.start, end: line.end };
        let lines = || differences.iter().filter(|one| one.verdict != Verdict::Extra).filter_map(Difference::line);
        let mut nodes = FxHashMap::default();
        if let Some(file) = file {
            let is_expression =
                |node: &Node| matches!(file.tree.kind(*node).category(), Category::Expr | Category::Type);
            for node in file.tree.nodes().filter(is_expression) {
                let span = file.tree.span(node);
                nodes.entry((span.start, span.end)).or_insert(node);
            }
        }
        Places {
            file,
            nodes,
            spans: lines().filter(|line| !line.ident).map(span).collect(),
            all: lines().map(|line| (line.start, line.end)).collect(),
        }
    }

    fn is_consequence(&self, difference: &Difference, line: &Line) -> bool {
        if !matches!(difference.verdict, Verdict::Unknown | Verdict::Wrong | Verdict::Mode | Verdict::Value) {
            return false;
        }
        let own = Span { start: line.start, end: line.end };
        let around = if line.ident { self.holder(line) } else { Some(own) };
        around.is_some_and(|around| self.differs_within(around, own)) || self.names_what_differs(line)
    }

    /// Whether an expression within `around` differs, other than the one at `own`.
    fn differs_within(&self, around: Span, own: Span) -> bool {
        let first = self.spans.partition_point(|span| span.start < around.start);
        let inside = self.spans[first..].iter().take_while(|span| span.start < around.end.max(around.start + 1));
        let mut others = inside.filter(|span| **span != own && around.covers(**span));
        others.next().is_some()
    }

    /// The statement, declaration, field or selector that an identifier which is no expression stands in.
    fn holder(&self, line: &Line) -> Option<Span> {
        let (file, node) = self.node(line)?;
        let holder = file.tree.ancestors(node).find(|above| file.tree.kind(*above) != Kind::List)?;
        Some(file.tree.span(holder))
    }

    /// Whether a name is declared in this file by an identifier that differs.
    fn names_what_differs(&self, line: &Line) -> bool {
        let declaration = || {
            let (file, node) = self.node(line)?;
            let object = file.names.object(node)?;
            let declaring = file.names.get(object).decl.filter(|declaring| *declaring != node)?;
            Some(file.tree.span(declaring))
        };
        declaration().is_some_and(|span| self.all.contains(&(span.start, span.end)))
    }

    fn node(&self, line: &Line) -> Option<(&'a File, Node)> {
        Some((self.file?, *self.nodes.get(&(line.start, line.end))?))
    }

    /// The kind of an expression and what it stands in.
    fn describe(&self, line: &Line) -> String {
        let Some((file, node)) = self.node(line) else { return "not in our tree".to_owned() };
        let tree = &file.tree;
        let (slot, above) = slot_of(tree, node);
        let name = if line.ident { "name" } else { tree.kind(node).name() };
        format!("{name}{} in {}{}.{slot}", op(tree, node), tree.kind(above).name(), op(tree, above))
    }
}

fn op(tree: &Tree, node: Node) -> String {
    let text = tree.op(node).text();
    if text.is_empty() { String::new() } else { format!(" {text}") }
}

/// The slot of its parent that a node stands in, lists stepped over, and the parent.
fn slot_of(tree: &Tree, node: Node) -> (&'static str, Node) {
    let (mut child, mut above) = (node, tree.parent(node));
    while tree.kind(above) == Kind::List && above != child {
        (child, above) = (above, tree.parent(above));
    }
    let shape = tree.kind(above).shape();
    let slot = shape.slots.get(tree.index_in_parent(child)).copied().or(shape.tail);
    (slot.unwrap_or("element"), above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare;

    #[test]
    fn types_lose_what_is_particular() {
        let cases = [
            ("*net/http.Request", "*N"),
            ("map[a/b.K][]untyped int", "map[N][]untyped int"),
            ("[12]struct{f int \"a\\\"b\"; g.H}", "[#]struct{x int ; N}"),
            ("func(int, ...string) (T, error)", "func(int, ...string) (x, error)"),
            ("func(...x.Y)", "func(...N)"),
        ];
        for (of, expected) in cases {
            assert_eq!(normal(of), expected);
        }
    }

    const SOURCE: &str = "package p\n\nfunc f() int {\n\tx := g(1)\n\treturn h(x) + 2\n}\n";

    fn at(text: &str, nth: usize, of: &str, ident: bool) -> String {
        let start = SOURCE.match_indices(text).nth(nth).unwrap().0;
        let rest = if ident { ",\"ident\":true" } else { "" };
        let end = start + text.len();
        format!("{{\"path\":\"p.go\",\"start\":{start},\"end\":{end},\"type\":{of},\"mode\":\"value\"{rest}}}\n")
    }

    #[test]
    fn what_follows_from_another_difference_is_counted_apart() {
        let side = |of: &str| {
            let name = at("x", 0, of, true);
            let parts = [("g(1)", 0), ("g", 1), ("h(x) + 2", 0), ("h(x)", 0), ("x", 1)];
            parts.iter().map(|(text, nth)| at(text, *nth, of, false)).chain([name]).collect::<String>()
        };
        let (_, differences) = compare(side("\"int\"").as_bytes(), side("null").as_bytes()).unwrap();
        assert_eq!(differences.len(), 6);
        let mut causes = Causes::default();
        causes.add("p.go", SOURCE.as_bytes(), &differences);
        let titles: Vec<&str> = causes.groups().iter().map(|group| group.1).collect();
        assert_eq!((titles, causes.consequences), (vec!["Ident in Call.callee: int"], 5));
        assert_eq!(causes.groups()[0].2.examples[0].place, "p.go:4:7");
    }

    #[test]
    fn spans_that_we_do_not_have_are_told() {
        let theirs = "{\"path\":\"p.go\",\"start\":1,\"end\":2,\"type\":\"int\",\"mode\":\"value\"}\n";
        let (_, differences) = compare(theirs.as_bytes(), b"").unwrap();
        let mut causes = Causes::default();
        causes.add("p.go", SOURCE.as_bytes(), &differences);
        assert_eq!(causes.groups()[0].1, "not in our tree: int");
    }
}
