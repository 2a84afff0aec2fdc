//! The units that are needed, and the order in which they are declared: what a unit imports comes before it.
//!
//! In: packages to begin with, and a [`Source`]. Out: [`Graph`], in rounds; the units of a round do not depend on each
//! other. Imports that go in a circle are cut at one place, always the same, and the import there is unknown.

use crate::source::{Import, PackageKey, PackageSource, Part, Source};
use crate::standard::{StandardOn, StandardPackage};
use crate::threads;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// One part of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UnitKey {
    pub(crate) package: PackageKey,
    pub(crate) part: Part,
}

impl UnitKey {
    pub(crate) fn base(package: PackageKey) -> UnitKey {
        UnitKey { package, part: Part::Base }
    }
}

/// A unit to be declared.
#[derive(Debug)]
pub(crate) struct UnitNode {
    pub(crate) key: UnitKey,
    /// What it is declared from.
    pub(crate) content: Content,
    /// What its imports mean, sorted by path.
    pub(crate) imports: Vec<(String, Import)>,
    /// What has to be declared before, as numbers of units; declared ones are left out.
    needs: Vec<usize>,
}

impl UnitNode {
    /// The other parts of its package that it sees.
    pub(crate) fn own_parts(&self) -> Vec<UnitKey> {
        let own = |part| UnitKey { package: self.key.package.clone(), part };
        match self.key.part {
            Part::Base => Vec::new(),
            Part::Tests => vec![own(Part::Base)],
            Part::External => vec![own(Part::Base), own(Part::Tests)],
        }
    }

    /// The units that have to be declared before it.
    pub(crate) fn needed(&self) -> Vec<UnitKey> {
        let mut needed = self.own_parts();
        needed.extend(self.imports.iter().filter_map(|(_, import)| match import {
            Import::Package(package) => Some(UnitKey::base(package.clone())),
            Import::Unsafe | Import::C | Import::Missing(_) => None,
        }));
        needed
    }
}

/// What a unit is declared from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Files.
    Source(Arc<PackageSource>),
    /// A summary.
    Standard(StandardOn, &'static StandardPackage),
    /// There is nothing.
    Nothing,
}

/// The units that are needed and not declared yet.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(crate) units: Vec<UnitNode>,
    numbers: FxHashMap<UnitKey, usize>,
}

impl Graph {
    /// These units and all that they need, those for which `is_declared` says yes left out. Found on that many threads:
    /// most of the time goes into reading folders and the heads of files.
    pub(crate) fn new(
        source: &dyn Source,
        roots: impl IntoIterator<Item = UnitKey>,
        threads: usize,
        is_declared: &dyn Fn(&UnitKey) -> bool,
    ) -> Graph {
        let mut graph = Graph::default();
        let mut seen = FxHashSet::default();
        let mut is_new = |key: &UnitKey| seen.insert(key.clone()) && !is_declared(key);
        let mut wanted: Vec<UnitKey> = roots.into_iter().filter(|key| is_new(key)).collect();
        while !wanted.is_empty() {
            let known = graph.units.len();
            let nodes = threads::map(threads, &wanted, || (), |(), key| node_of(source, key));
            nodes.into_iter().flatten().for_each(|node| graph.add(node));
            let needed = graph.units[known..].iter().flat_map(UnitNode::needed);
            wanted = needed.filter(|key| is_new(key)).collect();
        }
        for number in 0..graph.units.len() {
            let needed = graph.units[number].needed();
            graph.units[number].needs = needed.iter().filter_map(|key| graph.numbers.get(key).copied()).collect();
        }
        graph
    }

    fn add(&mut self, node: UnitNode) {
        self.numbers.insert(node.key.clone(), self.units.len());
        self.units.push(node);
    }

    /// Why imports of these units could not be found.
    pub(crate) fn missing<'g>(&'g self, units: &'g [UnitKey]) -> impl Iterator<Item = &'g str> {
        let numbers = units.iter().filter_map(|key| self.numbers.get(key));
        let imports = numbers.flat_map(|number| &self.units[*number].imports);
        imports.filter_map(|(_, import)| match import {
            Import::Missing(reason) => Some(reason.as_str()),
            _ => None,
        })
    }

    /// The numbers of the units in rounds, each of which needs earlier rounds only. Imports that go in a circle are
    /// cut: they are [`Import::Missing`] from then on.
    pub(crate) fn rounds(&mut self) -> Vec<Vec<usize>> {
        let mut waiting: Vec<usize> = vec![0; self.units.len()];
        let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); self.units.len()];
        for (number, unit) in self.units.iter_mut().enumerate() {
            unit.needs.sort_unstable();
            unit.needs.dedup();
            waiting[number] = unit.needs.len();
            unit.needs.iter().for_each(|need| needed_by[*need].push(number));
        }
        let mut rounds = Vec::new();
        let mut ready: Vec<usize> = (0..self.units.len()).filter(|unit| waiting[*unit] == 0).collect();
        let mut left = self.units.len();
        loop {
            while !ready.is_empty() {
                let mut next = Vec::new();
                left -= ready.len();
                for unit in &ready {
                    // It waits for nothing any more, and never will.
                    waiting[*unit] = usize::MAX;
                    for user in &needed_by[*unit] {
                        waiting[*user] -= 1;
                        next.extend((waiting[*user] == 0).then_some(*user));
                    }
                }
                rounds.push(std::mem::replace(&mut ready, next));
            }
            if left == 0 {
                return rounds;
            }
            let (unit, need) = self.circle(&waiting);
            self.cut(unit, need);
            needed_by[need].retain(|user| *user != unit);
            waiting[unit] -= 1;
            ready.extend((waiting[unit] == 0).then_some(unit));
        }
    }

    /// A unit and one that it needs, both on a circle of units that wait for each other: of all units there the one
    /// with the smallest key.
    fn circle(&self, waiting: &[usize]) -> (usize, usize) {
        let is_left = |unit: &usize| waiting[*unit] != usize::MAX;
        let waits_for = |unit: usize| self.units[unit].needs.iter().copied().find(is_left);
        let mut seen = FxHashSet::default();
        let first = (0..self.units.len()).filter(is_left).min_by_key(|unit| &self.units[*unit].key);
        let mut at = first.unwrap_or_default();
        while seen.insert(at) {
            at = waits_for(at).unwrap_or(at);
        }
        let mut circle = vec![at];
        let mut next = waits_for(at).unwrap_or(at);
        while next != at {
            circle.push(next);
            next = waits_for(next).unwrap_or(at);
        }
        let unit = circle.into_iter().min_by_key(|unit| &self.units[*unit].key).unwrap_or(at);
        (unit, waits_for(unit).unwrap_or(unit))
    }

    fn cut(&mut self, unit: usize, need: usize) {
        let needed = self.units[need].key.package.clone();
        let unit = &mut self.units[unit];
        unit.needs.retain(|own| *own != need);
        for (path, import) in &mut unit.imports {
            if *import == Import::Package(needed.clone()) {
                *import = Import::Missing(format!("the imports of `{path}` come back to it: break the import cycle"));
            }
        }
    }
}

/// A unit without its needs; none for tests that are not there.
fn node_of(source: &dyn Source, key: &UnitKey) -> Option<UnitNode> {
    let content = content_of(source, key);
    let imports = match &content {
        Content::Source(package) => imports_of(source, package, key),
        Content::Standard(on, package) => {
            let package_of = |path: &str| Import::Package(PackageKey::Std(path.to_owned()));
            on.imports(package).map(|path| (path.to_owned(), package_of(path))).collect()
        }
        // That there is no package is for others to tell.
        Content::Nothing if key.part != Part::Base => return None,
        Content::Nothing => Vec::new(),
    };
    Some(UnitNode { key: key.clone(), content, imports, needs: Vec::new() })
}

fn content_of(source: &dyn Source, key: &UnitKey) -> Content {
    if let (PackageKey::Std(path), Some(on)) = (&key.package, source.standard()) {
        return on.package(path).map_or(Content::Nothing, |package| Content::Standard(on, package));
    }
    match source.package(&key.package) {
        Some(package) if key.part == Part::Base || package.part(key.part).next().is_some() => Content::Source(package),
        _ => Content::Nothing,
    }
}

/// What the imports of a unit's files mean, sorted by path.
fn imports_of(source: &dyn Source, package: &PackageSource, key: &UnitKey) -> Vec<(String, Import)> {
    let paths = package.part(key.part).flat_map(|file| &file.imports).map(String::as_str);
    let mut paths: Vec<&str> = paths.collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(|path| (path.to_owned(), source.resolve(&key.package, path))).collect()
}
