//! The comparison: which edges both have, which only one has, and why.

use crate::ours::Called;
use crate::theirs::{Edge, How, Site, Theirs};
use rulec_calls::Via;
use std::collections::{BTreeMap, BTreeSet};

/// The graphs that edges are compared with, the coarsest first.
pub(crate) const GRAPHS: [&str; 3] = ["cha", "rta", "vta"];

/// How edges of one sort compare.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// Calls.
    pub(crate) sites: usize,
    /// Calls of which we say that we know all that may be called.
    pub(crate) complete: usize,
    /// Edges that we and each graph have.
    pub(crate) both: [usize; GRAPHS.len()],
    /// Edges that each graph has and we have not.
    pub(crate) theirs: [usize; GRAPHS.len()],
    /// Edges that we have and the coarsest graph has not.
    pub(crate) ours: usize,
}

/// What was compared.
#[derive(Default)]
pub(crate) struct Comparison {
    /// By sort: how the callee is found, and `go` and `defer` once more by themselves.
    pub(crate) counts: BTreeMap<&'static str, Count>,
    /// The edges that one side lacks, by sort and reason.
    pub(crate) differences: BTreeMap<(&'static str, Reason), Vec<String>>,
    /// The packages of the program, as they see it.
    packages: BTreeSet<String>,
}

/// Why one side has an edge that the other has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// In an instance of a generic function the callee is known; we look at the function as it is written.
    TypeParameter,
    /// The callee is the body of a range over a function; we have it in the function around it.
    RangeBody,
    /// The interface is written where it is used, and has no name by which its method could be found.
    UnnamedInterface,
    /// The type that has the method is declared in a function.
    LocalType,
    /// The method comes from an interface that a struct embeds: CHA goes on to all that implement it.
    EmbeddedInterface,
    /// The callee is a method of an instance of a generic type.
    GenericType,
    /// We say that we do not know all callees.
    SaidIncomplete,
    /// We say that we know all callees, and what flows there (VTA) agrees: only the signature or the type allows this one.
    AllowedByTypeOnly,
    /// The package of the callee is no part of their program: we see the packages with their tests and what those import.
    OtherProgram,
    /// A type of the standard library that is not exported, and so is no part of its summary.
    HiddenInStandard,
    /// A type that is not exported, and that no interface ever holds: they do not look at its methods.
    NeverInInterface,
    /// Their graph has no edge from this call at all: nobody calls the method around it, no instance of the generic function
    /// is made, or the code cannot be reached.
    NotInTheirs,
    /// The callee is called in another way: `go`, `defer` or plainly.
    OtherKind,
    /// We see no call here: code that cannot be reached has no instructions.
    NotInOurs,
    /// None of these: one of the two is wrong.
    Unexplained,
}

impl Reason {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Reason::TypeParameter => "a type parameter stands for the type",
            Reason::RangeBody => "the body of a range over a function",
            Reason::UnnamedInterface => "the interface has no name",
            Reason::LocalType => "the type is declared in a function",
            Reason::EmbeddedInterface => "through an interface in a struct",
            Reason::GenericType => "a method of an instance of a generic type",
            Reason::SaidIncomplete => "we say that not all callees are known",
            Reason::AllowedByTypeOnly => "allowed by signature or type alone, and VTA has it neither",
            Reason::OtherProgram => "a type of tests, or of what only they import",
            Reason::HiddenInStandard => "a type of the standard library that is not exported",
            Reason::NeverInInterface => "a type that is not exported and that no interface ever holds",
            Reason::NotInTheirs => "nobody calls the function around it, so they do not look",
            Reason::OtherKind => "called in another way",
            Reason::NotInOurs => "we have no call here",
            Reason::Unexplained => "UNEXPLAINED",
        }
    }
}

impl Comparison {
    /// Compares all calls of a program.
    pub(crate) fn of(theirs: &Theirs, ours: &BTreeMap<Site, Called>) -> Comparison {
        let mut comparison = Comparison { packages: theirs.packages.clone(), ..Comparison::default() };
        for (site, edges) in &theirs.sites {
            comparison.site(site, edges, ours.get(site));
        }
        let files: BTreeSet<String> = theirs.files.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let alone = ours.iter().filter(|(site, _)| files.contains(&site.path) && !theirs.sites.contains_key(site));
        for (site, called) in alone {
            comparison.only_ours(site, called);
        }
        comparison
    }

    fn site(&mut self, site: &Site, edges: &[Edge], called: Option<&Called>) {
        let Some(first) = edges.first() else { return };
        let sorts = sorts(how_of(edges), &first.kind);
        for sort in &sorts {
            let count = self.counts.entry(sort).or_default();
            count.sites += 1;
            count.complete += usize::from(called.is_some_and(|called| called.complete));
        }
        for edge in edges {
            let has = |called: &Called| called.callees.contains(&edge.callee) && called.kind == edge.kind;
            let is_ours = called.is_some_and(has);
            for sort in &sorts {
                self.counts.entry(sort).or_default().add(edge, is_ours);
            }
            if !is_ours {
                self.note(
                    sorts[0],
                    reason_for_theirs(edge, called),
                    site,
                    &format!("{} ({})", edge.callee, edge.graphs),
                );
            }
        }
        let theirs: BTreeSet<&str> = edges.iter().map(|edge| edge.callee.as_str()).collect();
        let is_more = |callee: &&String| !theirs.contains(callee.as_str());
        for callee in called.into_iter().flat_map(|called| called.callees.iter().filter(is_more)) {
            for sort in &sorts {
                self.counts.entry(sort).or_default().ours += 1;
            }
            let reason = if self.is_in_program(callee) { reason_for_ours(edges, callee) } else { Reason::OtherProgram };
            self.note(sorts[0], reason, site, &format!("{callee} (only we)"));
        }
    }

    /// A call from which they have no edge.
    fn only_ours(&mut self, site: &Site, called: &Called) {
        let how = match called.via {
            Via::Static => How::Static,
            Via::Interface => How::Interface,
            Via::Value | Via::Callback => How::Value,
        };
        let sorts = sorts(how, called.kind);
        for callee in &called.callees {
            for sort in &sorts {
                self.counts.entry(sort).or_default().ours += 1;
            }
            let reason = if self.is_in_program(callee) { Reason::NotInTheirs } else { Reason::OtherProgram };
            self.note(sorts[0], reason, site, &format!("{callee} (only we)"));
        }
    }

    /// Whether a callee belongs to the program as they see it. Literals do: they stand in files that were given.
    fn is_in_program(&self, callee: &str) -> bool {
        package_of(callee).is_none_or(|package| self.packages.contains(package))
    }

    fn note(&mut self, sort: &'static str, reason: Reason, site: &Site, text: &str) {
        let line = format!("{}:{}-{}: {text}", site.path, site.start, site.end);
        self.differences.entry((sort, reason)).or_default().push(line);
    }
}

impl Count {
    fn add(&mut self, edge: &Edge, is_ours: bool) {
        let side = if is_ours { &mut self.both } else { &mut self.theirs };
        for (count, graph) in side.iter_mut().zip(GRAPHS) {
            *count += usize::from(edge.is_in(graph));
        }
    }
}

/// How a call finds its callee: as it is written, not as instances of generic functions have it.
fn how_of(edges: &[Edge]) -> How {
    edges.iter().map(|edge| edge.how).max().unwrap_or(How::Static)
}

/// The rows of the table that a call counts in.
fn sorts(how: How, kind: &str) -> Vec<&'static str> {
    let kind = match kind {
        "go" => Some("go"),
        "defer" => Some("defer"),
        _ => None,
    };
    std::iter::once(how.name()).chain(kind).collect()
}

fn reason_for_theirs(edge: &Edge, called: Option<&Called>) -> Reason {
    let Some(called) = called else {
        return Reason::NotInOurs;
    };
    if called.callees.contains(&edge.callee) {
        return Reason::OtherKind;
    }
    if edge.has("body") {
        return Reason::RangeBody;
    }
    let is_interface = called.via == Via::Interface;
    if edge.has("instance") && (is_interface || edge.how != How::Value) {
        return Reason::TypeParameter;
    }
    match () {
        () if is_interface && !called.complete && is_hidden_in_standard(&edge.callee) => Reason::HiddenInStandard,
        () if is_interface && !called.interface_is_declared => Reason::UnnamedInterface,
        () if edge.has("local") => Reason::LocalType,
        () if is_interface && edge.has("wrapped") && !edge.is_in("vta") => Reason::EmbeddedInterface,
        () if is_interface && edge.has("generic") => Reason::GenericType,
        () if !called.complete => Reason::SaidIncomplete,
        () if !edge.is_in("vta") => Reason::AllowedByTypeOnly,
        () => Reason::Unexplained,
    }
}

/// The import path of a declared function; none for a literal.
fn package_of(callee: &str) -> Option<&str> {
    if callee.starts_with('/') {
        return None;
    }
    let last = callee.rfind('/').map_or(0, |slash| slash + 1);
    // The last part of a path may hold dots, and names never do: `gopkg.in/yaml.v3.TypeError.Error`.
    let names = callee[last..].split('.').rev().take_while(|part| !is_version(part)).count();
    let parts = callee[last..].split('.').count();
    let of_package = if names < parts { parts - names } else { 1 };
    let end = callee[last..].match_indices('.').nth(of_package - 1).map(|(at, _)| last + at)?;
    Some(&callee[..end])
}

/// Whether a part of an import path is the version after a dot, as in `yaml.v3`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a callee is a method of a type of the standard library that is not exported.
fn is_hidden_in_standard(callee: &str) -> bool {
    let Some(package) = package_of(callee) else { return false };
    !package.split('/').next().is_some_and(|first| first.contains('.')) && receiver_is_hidden(callee)
}

/// Whether the type that has a method is not exported.
fn receiver_is_hidden(callee: &str) -> bool {
    let names = package_of(callee).map_or("", |package| &callee[package.len()..]);
    let mut names = names.split('.').filter(|name| !name.is_empty());
    let receiver = names.next().filter(|_| names.next().is_some());
    receiver.is_some_and(|receiver| receiver.starts_with(|first: char| first.is_lowercase()))
}

/// Why we have an edge from a call that they know.
fn reason_for_ours(edges: &[Edge], callee: &str) -> Reason {
    match () {
        () if edges.iter().any(|edge| edge.has("instance")) => Reason::TypeParameter,
        () if how_of(edges) == How::Interface && receiver_is_hidden(callee) => Reason::NeverInInterface,
        () => Reason::Unexplained,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_calls::Via;

    #[test]
    fn callees_tell_their_package() {
        assert_eq!(package_of("net/http.Client.Do"), Some("net/http"));
        assert_eq!(package_of("fmt.Println"), Some("fmt"));
        assert_eq!(package_of("gopkg.in/yaml.v3.TypeError.Error"), Some("gopkg.in/yaml.v3"));
        assert_eq!(package_of("/src/a.go:17"), None);
        assert!(is_hidden_in_standard("context.cancelCtx.Done"));
        assert!(!is_hidden_in_standard("net/http.Client.Do"));
        assert!(!is_hidden_in_standard("example.com/a.hidden.Do"));
    }

    #[test]
    fn edges_are_counted_by_graph_and_what_only_one_has_gets_a_reason() {
        let written = "P\ta\nF\t/a.go\nE\t/a.go\t1\t5\tcall\tvalue\ta.F\tcha,rta,vta\t\n\
                       E\t/a.go\t1\t5\tcall\tvalue\ta.G\tcha\t\nE\t/a.go\t7\t9\tgo\tstatic\ta.H\tcha\t\n";
        let theirs = Theirs::read(written).expect("lines of gocalls");
        let site = Site { path: "/a.go".to_owned(), start: 1, end: 5 };
        let callees = BTreeSet::from(["a.F".to_owned(), "b.X".to_owned(), "a.Y".to_owned()]);
        let called = Called { kind: "call", via: Via::Value, callees, complete: true, interface_is_declared: false };
        let comparison = Comparison::of(&theirs, &BTreeMap::from([(site, called)]));
        let count = comparison.counts["function value"];
        assert_eq!((count.sites, count.both, count.theirs, count.ours), (1, [1, 1, 1], [1, 0, 0], 2));
        assert_eq!(comparison.counts["go"].theirs, [1, 0, 0]);
        let reasons: Vec<_> = comparison.differences.keys().copied().collect();
        let value = "function value";
        let expected = [
            (value, Reason::OtherProgram),
            (value, Reason::AllowedByTypeOnly),
            (value, Reason::Unexplained),
            ("static", Reason::NotInOurs),
        ];
        assert_eq!(BTreeSet::from_iter(reasons), BTreeSet::from(expected));
    }
}
