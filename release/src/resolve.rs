//! Which version of each pack: of those that fit all who want it, the highest.
//!
//! In: what the root wants, and a [`Provider`] that says which versions there are and what they want in turn. Out: a
//! [`Resolution`] with one version of each pack, dependencies before those who need them; or a [`Failure`] that names who wants what. The same
//! answers of the provider give the same resolution.
//!
//! The search takes the highest version of one name after the other, in the order of names, and goes back one step where nothing
//! fits. It gives up after [`MAX_STEPS`]; packs written by people need a few.

use semver::{Version, VersionReq};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many choices are tried.
pub const MAX_STEPS: usize = 5_000;

/// Where the versions of a pack come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// rulec itself: the stock rules.
    Stock,
    /// A pack file or a folder with `pack.toml`.
    Path(String),
    /// A git repository.
    Git {
        /// Its folder.
        repository: String,
        /// A commit, tag or branch.
        rev: String,
    },
    /// An index folder.
    Index(String),
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Stock => out.write_str("rulec"),
            Source::Path(path) => write!(out, "path {path}"),
            Source::Git { repository, rev } => write!(out, "git {repository} {rev}"),
            Source::Index(path) => write!(out, "index {path}"),
        }
    }
}

/// A pack that somebody needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The pack.
    pub name: String,
    /// The versions that will do.
    pub requirement: VersionReq,
    /// Where it is; none if others have to say.
    pub source: Option<Source>,
}

/// One version of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The version.
    pub version: Version,
    /// The hash of what it holds.
    pub hash: String,
    /// Who published it wants nobody to choose it any more.
    pub yanked: bool,
    /// What it needs.
    pub wants: Vec<Want>,
}

/// Knows which versions there are.
pub trait Provider {
    /// All versions of a pack at a place, in any order.
    ///
    /// # Errors
    /// Why there are none: the place does not exist, or holds something else.
    fn candidates(&mut self, name: &str, source: &Source) -> Result<Vec<Candidate>, String>;
}

/// Who asks for a resolution.
#[derive(Clone, Copy, Debug)]
pub struct Root<'r> {
    /// What it is called in messages: `rulec.toml`, or `acme 1.0.0`.
    pub name: &'r str,
    /// What it needs. Where it says where a pack is, that holds for all.
    pub wants: &'r [Want],
    /// Where packs are of which nobody says it.
    pub index: Option<&'r Source>,
    /// Versions that are taken before higher ones, if they fit: those of a lock. They may be yanked.
    pub locked: &'r BTreeMap<String, Version>,
}

/// A pack of a resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The pack.
    pub name: String,
    /// The version.
    pub version: Version,
    /// Where it is.
    pub source: Source,
    /// The hash of what it holds.
    pub hash: String,
    /// The names of the packs that it needs, sorted.
    pub needs: Vec<String>,
}

/// One version of each pack that is needed, dependencies first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The packs.
    pub packs: Vec<Chosen>,
}

/// Why there is no resolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody says where the pack is.
    NoSource {
        /// The pack.
        name: String,
        /// Who needs it.
        by: String,
    },
    /// Two say that it is in different places.
    SourcesDiffer {
        /// The pack.
        name: String,
        /// Who says what.
        said: Box<[(String, Source); 2]>,
    },
    /// It is not where it should be.
    Unavailable {
        /// The pack.
        name: String,
        /// Who needs it.
        by: String,
        /// Why.
        reason: String,
    },
    /// No version fits all who need it.
    NoVersion {
        /// The pack.
        name: String,
        /// Who needs what.
        wants: Vec<(String, VersionReq)>,
        /// The versions there are, highest first.
        there: Vec<Version>,
    },
    /// Packs need each other.
    Circle(Vec<String>),
    /// The search was given up.
    TooInvolved,
}

impl Failure {
    /// The pack that it is about, and who needs it, as far as there is one.
    pub fn about(&self) -> Vec<&str> {
        match self {
            Failure::NoSource { name, by } | Failure::Unavailable { name, by, .. } => vec![name, by],
            Failure::SourcesDiffer { name, said } => vec![name, &said[0].0, &said[1].0],
            Failure::NoVersion { name, wants, .. } => {
                std::iter::once(name.as_str()).chain(wants.iter().map(|(by, _)| by.as_str())).collect()
            }
            Failure::Circle(names) => names.iter().map(String::as_str).collect(),
            Failure::TooInvolved => Vec::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NoSource { name, by } => {
                write!(
                    out,
                    "{by} needs the pack `{name}` and does not say where it is: give `index = \"FOLDER\"`, or `path` or `git`"
                )
            }
            Failure::SourcesDiffer { name, said } => {
                let [(a, first), (b, second)] = &**said;
                write!(
                    out,
                    "the pack `{name}` is `{first}` for {a} and `{second}` for {b}: name it here, to say which it is"
                )
            }
            Failure::Unavailable { name, by, reason } => {
                write!(out, "the pack `{name}`, which {by} needs, cannot be had: {reason}")
            }
            Failure::NoVersion { name, wants, there } => {
                let wants: Vec<_> = wants.iter().map(|(by, wants)| format!("{by} wants {wants}")).collect();
                let there: Vec<_> = there.iter().take(10).map(Version::to_string).collect();
                let there = if there.is_empty() { "no versions".to_owned() } else { there.join(", ") };
                write!(out, "no version of the pack `{name}` fits: {}; there is {there}", wants.join(", "))
            }
            Failure::Circle(names) => write!(out, "packs need each other in a circle: {}", names.join(" → ")),
            Failure::TooInvolved => {
                write!(out, "no fitting versions were found in {MAX_STEPS} steps; narrow the requirements")
            }
        }
    }
}

impl std::error::Error for Failure {}

/// Chooses the versions.
///
/// # Errors
/// See [`Failure`]: the first one met, with the highest versions everywhere else.
pub fn resolve(root: Root<'_>, provider: &mut dyn Provider) -> Result<Resolution, Failure> {
    let mut search = Search { root, provider, known: BTreeMap::new(), made: Vec::new() };
    let mut first = None;
    for _ in 0..MAX_STEPS {
        match search.step() {
            Ok(Some(())) => {}
            Ok(None) => return search.resolution(),
            Err(failure) => {
                let failure = first.get_or_insert(failure).clone();
                if !search.go_back() {
                    return Err(failure);
                }
            }
        }
    }
    Err(Failure::TooInvolved)
}

/// One choice: the fitting versions of a pack, best first, and which of them is taken.
struct Decision {
    name: String,
    source: Source,
    fitting: Vec<Candidate>,
    taken: usize,
}

impl Decision {
    fn candidate(&self) -> Option<&Candidate> {
        self.fitting.get(self.taken)
    }
}

struct Search<'r, 'p> {
    root: Root<'r>,
    provider: &'p mut dyn Provider,
    known: BTreeMap<(String, Source), Vec<Candidate>>,
    made: Vec<Decision>,
}

impl Search<'_, '_> {
    /// Decides one more pack; nothing if all are decided.
    fn step(&mut self) -> Result<Option<()>, Failure> {
        let wants = self.wants();
        for decision in &self.made {
            let Some(candidate) = decision.candidate() else { continue };
            let asked = &wants[&decision.name];
            let is_there = self.source(&decision.name, asked)? == decision.source;
            if !is_there || !asked.iter().all(|(_, want)| want.requirement.matches(&candidate.version)) {
                return Err(self.no_version(&decision.name, asked, &decision.source));
            }
        }
        let decided: BTreeSet<&str> = self.made.iter().map(|decision| decision.name.as_str()).collect();
        let Some((name, asked)) = wants.iter().find(|(name, _)| !decided.contains(name.as_str())) else {
            return Ok(None);
        };
        let source = self.source(name, asked)?;
        self.learn(name, &source, asked)?;
        let fitting = self.fitting(name, &source, asked);
        if fitting.is_empty() {
            return Err(self.no_version(name, asked, &source));
        }
        self.made.push(Decision { name: name.clone(), source, fitting, taken: 0 });
        Ok(Some(()))
    }

    /// Takes the next best of the last choice that has one; false if none has.
    fn go_back(&mut self) -> bool {
        while let Some(mut last) = self.made.pop() {
            last.taken += 1;
            if last.taken < last.fitting.len() {
                self.made.push(last);
                return true;
            }
        }
        false
    }

    /// Who wants what, by name.
    fn wants(&self) -> BTreeMap<String, Vec<(String, Want)>> {
        let mut wants: BTreeMap<String, Vec<(String, Want)>> = BTreeMap::new();
        let of_root = self.root.wants.iter().map(|want| (self.root.name.to_owned(), want.clone()));
        let of_others = self.made.iter().filter_map(|decision| Some((decision, decision.candidate()?)));
        let of_others = of_others.flat_map(|(decision, candidate)| {
            let by = format!("{} {}", decision.name, candidate.version);
            candidate.wants.iter().map(move |want| (by.clone(), want.clone()))
        });
        // A decision is made only for what somebody wants, and goes with the one who wants it: nothing is left over.
        for (by, want) in of_root.chain(of_others) {
            wants.entry(want.name.clone()).or_default().push((by, want));
        }
        wants
    }

    /// Where a pack is: the root has the first word.
    fn source(&self, name: &str, asked: &[(String, Want)]) -> Result<Source, Failure> {
        if name == STOCK {
            return Ok(Source::Stock);
        }
        let mut said = asked.iter().filter_map(|(by, want)| Some((by.clone(), want.source.clone()?)));
        let Some(first) = said.next() else {
            let by = asked.first().map_or_else(String::new, |(by, _)| by.clone());
            return self.root.index.cloned().ok_or_else(|| Failure::NoSource { name: name.to_owned(), by });
        };
        match said.find(|(_, source)| *source != first.1) {
            Some(other) if first.0 != self.root.name => {
                Err(Failure::SourcesDiffer { name: name.to_owned(), said: Box::new([first, other]) })
            }
            _ => Ok(first.1),
        }
    }

    fn learn(&mut self, name: &str, source: &Source, asked: &[(String, Want)]) -> Result<(), Failure> {
        let key = (name.to_owned(), source.clone());
        if self.known.contains_key(&key) {
            return Ok(());
        }
        let by = asked.first().map_or_else(String::new, |(by, _)| by.clone());
        let found = self.provider.candidates(name, source);
        let mut found = found.map_err(|reason| Failure::Unavailable { name: name.to_owned(), by, reason })?;
        let locked = self.root.locked.get(name);
        found.retain(|candidate| !candidate.yanked || locked == Some(&candidate.version));
        found.sort_by(|a, b| b.version.cmp(&a.version));
        // Stable: the others stay in the order of their versions.
        found.sort_by_key(|candidate| locked != Some(&candidate.version));
        self.known.insert(key, found);
        Ok(())
    }

    fn fitting(&self, name: &str, source: &Source, asked: &[(String, Want)]) -> Vec<Candidate> {
        let all = self.known.get(&(name.to_owned(), source.clone())).into_iter().flatten();
        let fits = |candidate: &&Candidate| asked.iter().all(|(_, want)| want.requirement.matches(&candidate.version));
        all.filter(fits).cloned().collect()
    }

    fn no_version(&self, name: &str, asked: &[(String, Want)], source: &Source) -> Failure {
        let there = self.known.get(&(name.to_owned(), source.clone())).into_iter().flatten();
        let mut there: Vec<Version> = there.map(|candidate| candidate.version.clone()).collect();
        there.sort_by(|a, b| b.cmp(a));
        let wants = asked.iter().map(|(by, want)| (by.clone(), want.requirement.clone()));
        Failure::NoVersion { name: name.to_owned(), wants: wants.collect(), there }
    }

    /// What was decided, dependencies first, and by name where that leaves a choice.
    fn resolution(self) -> Result<Resolution, Failure> {
        let mut left: BTreeMap<String, Chosen> = BTreeMap::new();
        for decision in &self.made {
            let Some(candidate) = decision.candidate() else { continue };
            let mut needs: Vec<String> = candidate.wants.iter().map(|want| want.name.clone()).collect();
            needs.sort();
            needs.dedup();
            let (name, version, hash) = (decision.name.clone(), candidate.version.clone(), candidate.hash.clone());
            left.insert(name.clone(), Chosen { name, version, source: decision.source.clone(), hash, needs });
        }
        let mut packs: Vec<Chosen> = Vec::new();
        while !left.is_empty() {
            let is_ready = |chosen: &&Chosen| chosen.needs.iter().all(|name| !left.contains_key(name));
            let Some(ready) = left.values().find(is_ready).map(|chosen| chosen.name.clone()) else {
                return Err(Failure::Circle(circle(&left)));
            };
            packs.extend(left.remove(&ready));
        }
        Ok(Resolution { packs })
    }
}

/// The name of the stock rules.
pub const STOCK: &str = "stdlib";

/// A circle among packs of which each needs another one of them.
fn circle(left: &BTreeMap<String, Chosen>) -> Vec<String> {
    let mut way: Vec<String> = left.keys().next().cloned().into_iter().collect();
    while let Some(chosen) = way.last().and_then(|last| left.get(last)) {
        let Some(next) = chosen.needs.iter().find(|name| left.contains_key(*name)) else { break };
        if let Some(start) = way.iter().position(|name| name == next) {
            way.drain(..start);
            way.push(next.clone());
            break;
        }
        way.push(next.clone());
    }
    way
}

#[cfg(test)]
mod tests;
