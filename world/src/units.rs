//! The units of a run for those who look at the bodies of functions too: in rounds, what a unit imports before it.
//!
//! In: packages that are prepared. Out: [`Unit`]s with their files. What they declare is [`World`]'s business.

use crate::cache::Key;
use crate::graph::{Content, Graph, UnitKey, UnitNode};
use crate::source::{Import, PackageKey, PackageSource, Part};
use crate::world::World;
use rulec_types::PackageId;
use std::sync::{Arc, PoisonError};

/// A declared part of a package.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The package.
    pub key: PackageKey,
    /// Which part of it.
    pub part: Part,
    /// Its number; that of its package for own tests.
    pub package: PackageId,
    /// Its files, those of its other parts included; none for a package that is known by its summary only.
    pub source: Option<Arc<PackageSource>>,
    /// The packages that it imports and that could be found, sorted.
    pub imports: Vec<PackageKey>,
    /// A hash over its files and all that decides what its expressions mean; none if nothing of it may be kept.
    pub digest: Option<[u8; 32]>,
}

impl World {
    /// These packages, their tests if asked for, and all that they import, in rounds: the units of a round import units
    /// of earlier rounds only. What is not declared is left out.
    pub fn units(
        &self,
        packages: impl IntoIterator<Item = PackageKey>,
        with_tests: bool,
        threads: usize,
    ) -> Vec<Vec<Unit>> {
        let parts: &[Part] = if with_tests { &[Part::Base, Part::Tests, Part::External] } else { &[Part::Base] };
        let keys = packages.into_iter().flat_map(|package| {
            parts.iter().map(move |part| UnitKey { package: package.clone(), part: *part }).collect::<Vec<_>>()
        });
        let mut graph = Graph::new(&*self.source, keys, threads, &|_| false);
        let rounds = graph.rounds();
        let of_round = |round: &Vec<usize>| round.iter().filter_map(|unit| self.unit_of(&graph.units[*unit])).collect();
        rounds.iter().map(of_round).collect()
    }

    fn unit_of(&self, node: &UnitNode) -> Option<Unit> {
        let declared = self.declared(&node.key)?;
        let mut imports: Vec<PackageKey> = node.imports.iter().filter_map(|(_, import)| package_of(import)).collect();
        imports.sort_unstable();
        imports.dedup();
        let source = match &node.content {
            Content::Source(source) => Some(source.clone()),
            Content::Standard(..) | Content::Nothing => None,
        };
        Some(Unit {
            key: node.key.package.clone(),
            part: node.key.part,
            package: declared.package,
            source,
            imports,
            digest: declared.digest(),
        })
    }

    /// The number of the package with this import path among those that a declared unit depends on.
    pub fn package_below(&self, unit: &Unit, path: &str) -> Option<PackageId> {
        let declared = self.declared(&UnitKey { package: unit.key.clone(), part: unit.part })?;
        self.package_at(declared.homes(), path)
    }

    /// What was kept in the cache under a key that the caller made, who keeps such keys apart from all others by hashing a
    /// name of his own into them.
    pub fn read_kept(&self, key: [u8; 32]) -> Option<Vec<u8>> {
        self.cache.as_ref()?.read(&Key(key))
    }

    /// Keeps bytes in the cache, if there is one.
    pub fn write_kept(&self, key: [u8; 32], content: &[u8]) {
        if let Some(cache) = &self.cache {
            cache.write(&Key(key), content);
        }
    }

    /// The packages that are declared, in no particular order.
    pub fn declared_packages(&self) -> Vec<PackageId> {
        let declared = self.declared.read().unwrap_or_else(PoisonError::into_inner);
        let base = declared.iter().filter(|(key, _)| key.part != Part::Tests);
        base.map(|(_, declared)| declared.package).collect()
    }
}

fn package_of(import: &Import) -> Option<PackageKey> {
    match import {
        Import::Package(package) => Some(package.clone()),
        Import::Unsafe | Import::C | Import::Missing(_) => None,
    }
}
