//! What goflow writes: see the documentation of its package.

use std::collections::{BTreeMap, BTreeSet};

/// The functions of a folder.
pub(crate) struct Functions<'a> {
    lines: std::str::Lines<'a>,
}

/// The graph of one function. `next` is spelled as goflow does, without kinds.
pub(crate) struct Function<'a> {
    /// The bytes of the function.
    pub(crate) span: (u32, u32),
    /// Line and column.
    pub(crate) place: &'a str,
    pub(crate) name: &'a str,
    /// What is evaluated first.
    pub(crate) entry: BTreeSet<Next>,
    /// What can follow each atom.
    pub(crate) atoms: BTreeMap<Atom, BTreeSet<Next>>,
}

/// An atom: its bytes, and whether it is the choice of a whole `range` or `select`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Atom {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) is_whole: bool,
}

/// What can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Next {
    /// This is evaluated.
    Atom(Atom),
    /// The function returns.
    Exit,
    /// Nothing.
    Stop,
}

impl<'a> Functions<'a> {
    pub(crate) fn of(written: &'a str) -> Functions<'a> {
        Functions { lines: written.lines() }
    }

    /// The functions of each file, in the order in which they were written.
    pub(crate) fn files(self) -> Vec<(&'a str, Vec<Function<'a>>)> {
        let mut files: Vec<(&str, Vec<Function<'_>>)> = Vec::new();
        for line in self.lines {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields[..] {
                ["F", path, start, end, place, name] => {
                    if files.last().is_none_or(|(last, _)| *last != path) {
                        files.push((path, Vec::new()));
                    }
                    let span = (number(start), number(end));
                    let function = Function { span, place, name, entry: BTreeSet::new(), atoms: BTreeMap::new() };
                    if let Some((_, functions)) = files.last_mut() {
                        functions.push(function);
                    }
                }
                ["E", ref next @ ..] => {
                    if let Some(function) = last(&mut files) {
                        function.entry = next.iter().map(|next| next_of(next)).collect();
                    }
                }
                ["A", start, end, kind, ref next @ ..] => {
                    if let Some(function) = last(&mut files) {
                        let atom = Atom { start: number(start), end: number(end), is_whole: is_whole(kind) };
                        function.atoms.insert(atom, next.iter().map(|next| next_of(next)).collect());
                    }
                }
                _ => {}
            }
        }
        files
    }
}

fn last<'f, 'a>(files: &'f mut [(&'a str, Vec<Function<'a>>)]) -> Option<&'f mut Function<'a>> {
    files.last_mut()?.1.last_mut()
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(u32::MAX)
}

fn is_whole(kind: &str) -> bool {
    matches!(kind, "range" | "select")
}

fn next_of(text: &str) -> Next {
    match text {
        "exit" => Next::Exit,
        "stop" => Next::Stop,
        _ => {
            let (span, kind) = text.split_once(':').unwrap_or((text, ""));
            let (start, end) = span.split_once('-').unwrap_or((span, ""));
            Next::Atom(Atom { start: number(start), end: number(end), is_whole: is_whole(kind) })
        }
    }
}

impl Function<'_> {
    /// What differs from our graph of the same function, in words.
    pub(crate) fn differences(&self, ours: &crate::ours::Graph) -> Vec<String> {
        let mut differences = Vec::new();
        if self.entry != ours.entry {
            differences.push(format!("first: go/cfg {}, we {}", spell(&self.entry), spell(&ours.entry)));
        }
        for (atom, next) in &self.atoms {
            match ours.atoms.get(atom) {
                Some(own) if own == next => {}
                Some(own) => {
                    let place = Next::Atom(*atom);
                    differences.push(format!("after {}: go/cfg {}, we {}", place.spelled(), spell(next), spell(own)));
                }
                None => differences.push(format!("{} is not evaluated here", Next::Atom(*atom).spelled())),
            }
        }
        differences
    }
}

fn spell(next: &BTreeSet<Next>) -> String {
    let words: Vec<String> = next.iter().map(|next| next.spelled()).collect();
    format!("[{}]", words.join(" "))
}

impl Next {
    fn spelled(self) -> String {
        match self {
            Next::Atom(atom) => format!("{}-{}{}", atom.start, atom.end, if atom.is_whole { "*" } else { "" }),
            Next::Exit => "exit".to_owned(),
            Next::Stop => "stop".to_owned(),
        }
    }
}
