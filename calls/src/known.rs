//! What is known of the functions of a run, package by package.
//!
//! In: the units of a run in the order of their imports. Out: summaries, call edges and facts, for those who look at
//! packages further up and for the rules. A package's facts never change once they are there.

use crate::asked::Answers;
use crate::functions::Options;
use crate::held::{Held, HeldFile};
use crate::interfaces::{Implementing, Interfaces};
use crate::join::join;
use crate::key::{Entity, FunctionKey};
use crate::models::Models;
use crate::package::{CallHow, CallSite, FunctionFacts, InterfaceMethod, PackageFacts, Via};
use crate::prepare;
use crate::standard::{StandardFacts, Table};
use rulec_flow::{Knowledge, Summary};
use rulec_gofront::Reader;
use rulec_tree::{Node, Tri};
use rulec_types::{Name, ObjId, PackageId, Store, Ty, TypeData};
use rulec_world::{PackageKey, Packages, Part, Unit, World, threads};
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// What is known of the functions of a run.
pub struct Known<'p> {
    world: &'p World,
    slots: Vec<Slot>,
    /// The base of a package and its own tests.
    by_package: FxHashMap<PackageId, Vec<u32>>,
    by_key: FxHashMap<(PackageKey, Part), u32>,
    by_file: FxHashMap<Name, u32>,
    models: Models,
    interfaces: Interfaces,
    callers: OnceLock<FxHashMap<FunctionKey, Vec<(u32, u32)>>>,
    /// The names of all annotations of functions.
    annotation_names: OnceLock<FxHashSet<String>>,
    /// Set when all packages have been looked at.
    is_ready: OnceLock<()>,
    methods: Methods,
    pub(crate) answers: Answers,
    pub(crate) held: Held,
}

/// From where something is asked: a unit sees itself and what it imports, directly or not. What is found out of a unit depends
/// on nothing else, so that it stays what it is however the program around it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View {
    unit: u32,
    /// Whether the tests of its package count, and for tests what they test: so for files that are checked.
    whole_package: bool,
}

/// Methods of sealed interfaces: what holds for all that they can be.
#[derive(Default)]
struct Methods {
    summaries: boxcar::Vec<Summary>,
    numbers: RwLock<FxHashMap<InterfaceMethod, Option<usize>>>,
}

/// A unit and what is known of it.
struct Slot {
    unit: Unit,
    /// A number that the parts of one package share.
    package: u32,
    /// Whether its package is one of those asked for, rather than one that they import.
    is_root: bool,
    /// Whether it is known from its source, rather than from the summaries that are part of this crate.
    from_source: bool,
    /// The units that it sees, a bit for each.
    seen: Vec<u64>,
    facts: OnceLock<PackageFacts>,
    standard: OnceLock<Table>,
    /// A hash over all that decides what is found out of it; none if that must not be kept.
    key: OnceLock<Option<[u8; 32]>>,
    /// A hash over all that it offers to those who import it.
    offer: OnceLock<[u8; 32]>,
}

/// What a call may call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// The functions, sorted.
    pub functions: Vec<FunctionKey>,
    /// Whether nothing else can be called.
    pub complete: bool,
}

/// Which call edges to follow: a set of ways to call and of ways in which targets were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Ordinary calls.
    pub const CALL: Kinds = Kinds(1);
    /// Goroutines.
    pub const GO: Kinds = Kinds(2);
    /// Deferred calls.
    pub const DEFER: Kinds = Kinds(4);
    /// Targets that are certain.
    pub const STATIC: Kinds = Kinds(8);
    /// Methods of interfaces.
    pub const INTERFACE: Kinds = Kinds(16);
    /// Function values.
    pub const VALUE: Kinds = Kinds(32);
    /// Functions handed to functions that call them.
    pub const CALLBACK: Kinds = Kinds(64);
    /// All edges.
    pub const ALL: Kinds = Kinds(127);
    /// What runs in the goroutine of the caller before it returns.
    pub const SAME_GOROUTINE: Kinds = Kinds(127 & !2);

    /// Either.
    #[must_use]
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    pub(crate) fn has(self, site: &CallSite) -> bool {
        let how = match site.how {
            CallHow::Call => Kinds::CALL,
            CallHow::Go => Kinds::GO,
            CallHow::Defer => Kinds::DEFER,
        };
        let via = match site.via {
            Via::Static => Kinds::STATIC,
            Via::Interface => Kinds::INTERFACE,
            Via::Value => Kinds::VALUE,
            Via::Callback => Kinds::CALLBACK,
        };
        let wanted = how.or(via).0;
        self.0 & wanted == wanted
    }
}

/// How many functions are visited to find out whether one reaches another.
pub(crate) const MAX_VISITED: usize = 100_000;

impl<'p> Known<'p> {
    /// Looks at all packages, those that others import first.
    pub(crate) fn prepare(packages: &'p Packages, options: &Options<'p>) -> Known<'p> {
        let world = packages.world();
        let roots = packages.roots();
        let rounds = world.units(roots.iter().cloned(), options.tests, packages.threads());
        let mut known = Known {
            world,
            slots: Vec::new(),
            by_package: FxHashMap::default(),
            by_key: FxHashMap::default(),
            by_file: FxHashMap::default(),
            models: Models::default(),
            interfaces: Interfaces::default(),
            callers: OnceLock::new(),
            annotation_names: OnceLock::new(),
            is_ready: OnceLock::new(),
            methods: Methods::default(),
            answers: Answers::default(),
            held: Held::new(options.held_bytes),
        };
        let mut order: Vec<Vec<u32>> = Vec::new();
        for round in rounds {
            let numbers = round.into_iter().map(|unit| known.add(unit, &roots)).collect();
            order.push(numbers);
        }
        let is_given = |package| known.by_package.contains_key(&package);
        known.models = Models::new(world, options.models, &is_given);
        for round in &order {
            let of_source: Vec<u32> =
                round.iter().copied().filter(|number| known.slots[*number as usize].from_source).collect();
            // Threads that have no unit of their own work on the files of those that there are.
            let each = packages.threads() / of_source.len().max(1);
            threads::map(packages.threads(), &of_source, Reader::new, |reader, number| {
                known.look_at(reader, *number, (options, each));
            });
        }
        let _ = known.is_ready.set(());
        known
    }

    fn add(&mut self, unit: Unit, roots: &[PackageKey]) -> u32 {
        let number = self.slots.len() as u32;
        let package = self.slots_of(&unit.key).next().map_or(number, |slot| self.slot(slot).package);
        let is_root = roots.binary_search(&unit.key).is_ok();
        let source = unit.source.as_ref().filter(|source| is_root || !source.standard);
        let from_source = source.is_some();
        if let Some(source) = source {
            for file in source.part(unit.part) {
                self.by_file.insert(self.world.store().name(&file.path.to_string_lossy()), number);
            }
        }
        self.by_package.entry(unit.package).or_default().push(number);
        self.by_key.insert((unit.key.clone(), unit.part), number);
        let seen = self.seen_by(&unit, number);
        self.slots.push(Slot {
            unit,
            package,
            is_root,
            from_source,
            seen,
            facts: OnceLock::new(),
            standard: OnceLock::new(),
            key: OnceLock::new(),
            offer: OnceLock::new(),
        });
        number
    }

    /// What a unit with this number sees; the units before it are there.
    fn seen_by(&self, unit: &Unit, number: u32) -> Vec<u64> {
        let mut seen = vec![0; number as usize / 64 + 1];
        let own: &[Part] = match unit.part {
            Part::Base => &[],
            Part::Tests => &[Part::Base],
            Part::External => &[Part::Base, Part::Tests],
        };
        let own = own.iter().map(|part| (unit.key.clone(), *part));
        let needed = own.chain(unit.imports.iter().map(|import| (import.clone(), Part::Base)));
        for slot in needed.filter_map(|key| self.by_key.get(&key)).filter(|slot| **slot < number) {
            seen.iter_mut().zip(&self.slot(*slot).seen).for_each(|(all, more)| *all |= more);
        }
        seen[number as usize / 64] |= 1 << (number % 64);
        seen
    }

    fn look_at(&self, reader: &mut Reader, number: u32, (options, threads): (&Options<'p>, usize)) {
        let slot = &self.slots[number as usize];
        let view = View { unit: number, whole_package: false };
        let looked = prepare::unit(self, reader, (&slot.unit, view), (options, slot.is_root, threads));
        // Each is looked at once.
        let _ = slot.facts.set(looked.facts);
        let _ = slot.key.set(looked.key);
        let _ = slot.offer.set(looked.offer);
    }

    /// Where the packages come from.
    pub fn world(&self) -> &'p World {
        self.world
    }

    /// See [`crate::Functions::take_held`].
    pub(crate) fn take_held(&self, path: &Path) -> Option<HeldFile> {
        self.held.take(self.store().name(&path.to_string_lossy()))
    }

    /// Where names and types live.
    pub fn store(&self) -> &'p Store {
        self.world.store()
    }

    /// What is said of functions.
    pub(crate) fn models(&self) -> &Models {
        &self.models
    }

    /// A hash over what a unit offers; none for one that nobody looked at.
    pub(crate) fn offer(&self, package: &PackageKey, part: Part) -> Option<[u8; 32]> {
        let slot = self.slot(*self.by_key.get(&(package.clone(), part))?);
        if slot.from_source { slot.offer.get().copied() } else { Some(StandardFacts::digest()) }
    }

    /// A hash over all that decides what is found out of the parts of a package, and so of what its files are checked with but for
    /// what [`Known::answer`] tells; none if that must not be kept.
    pub fn key(&self, package: &PackageKey) -> Option<[u8; 32]> {
        let mut hasher = blake3::Hasher::new();
        for part in [Part::Base, Part::Tests, Part::External] {
            let key = match self.by_key.get(&(package.clone(), part)) {
                Some(slot) => (*self.slot(*slot).key.get()?)?,
                None => [0; 32],
            };
            hasher.update(&key);
        }
        Some(*hasher.finalize().as_bytes())
    }

    /// From where a file asks that is checked; none if it is not part of the build.
    pub fn view_of(&self, path: &Path) -> Option<View> {
        let unit = *self.by_file.get(&self.store().name(&path.to_string_lossy()))?;
        Some(View { unit, whole_package: true })
    }

    fn sees(&self, from: View, slot: u32) -> bool {
        let own = self.slot(from.unit);
        let is_below = own.seen.get(slot as usize / 64).is_some_and(|bits| bits & (1 << (slot % 64)) != 0);
        is_below || from.whole_package && self.slot(slot).package == own.package
    }

    /// Whether a view has anything of a package in it.
    fn sees_package(&self, from: View, package: PackageId) -> bool {
        let slots = self.by_package.get(&package);
        slots.is_some_and(|slots| slots.iter().any(|slot| self.sees(from, *slot)))
    }

    /// The package with this import path as a unit sees it: itself, or one that it depends on.
    pub(crate) fn package_below(&self, unit: &Unit, path: &str) -> Option<PackageId> {
        match path {
            "" => Some(PackageId::UNIVERSE),
            _ if path == self.store().str(self.store().package(unit.package).path) => Some(unit.package),
            _ => self.world.package_below(unit, path),
        }
    }

    /// The same as one of the parts of a package sees it.
    pub(crate) fn package_seen(&self, package: &PackageKey, path: &str) -> Option<PackageId> {
        self.slots_of(package).find_map(|slot| self.package_below(&self.slot(slot).unit, path))
    }

    /// The slots of the parts of a package that are there.
    fn slots_of(&self, package: &PackageKey) -> impl Iterator<Item = u32> {
        let parts = [Part::Base, Part::Tests, Part::External].into_iter();
        parts.filter_map(|part| self.by_key.get(&(package.clone(), part)).copied())
    }

    /// The packages of the run, in their order.
    pub(crate) fn all_packages(&self) -> Vec<PackageId> {
        let mut packages: Vec<PackageId> = self.slots.iter().map(|slot| slot.unit.package).collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }

    /// What is known of a part of a package.
    pub fn package(&self, package: &PackageKey, part: Part) -> Option<&PackageFacts> {
        self.slot(*self.by_key.get(&(package.clone(), part))?).facts.get()
    }

    /// What is known of the part of a package that a file belongs to.
    pub fn package_of_file(&self, path: &Path) -> Option<&PackageFacts> {
        self.package_of(self.store().name(&path.to_string_lossy()))
    }

    fn package_of(&self, file: Name) -> Option<&PackageFacts> {
        self.slot(*self.by_file.get(&file)?).facts.get()
    }

    /// The packages of which there is source.
    pub fn packages(&self) -> impl Iterator<Item = (&Unit, &PackageFacts)> {
        self.slots.iter().filter_map(|slot| Some((&slot.unit, slot.facts.get()?)))
    }

    /// Whether all that a package declares is known, rather than what it offers.
    pub(crate) fn is_from_source(&self, package: PackageId) -> bool {
        let slots = self.by_package.get(&package);
        slots.is_some_and(|slots| slots.iter().any(|slot| self.slot(*slot).from_source))
    }

    fn slot(&self, number: u32) -> &Slot {
        &self.slots[number as usize]
    }

    // Functions.

    /// What is known of a function from its source.
    pub fn facts_of(&self, key: &FunctionKey) -> Option<&FunctionFacts> {
        match key {
            FunctionKey::Declared { package, .. } => {
                let slots = self.by_package.get(package)?;
                slots.iter().find_map(|slot| self.slot(*slot).facts.get()?.function(key))
            }
            FunctionKey::At { file, .. } => self.package_of(*file)?.function(key),
        }
    }

    /// Whether a fact of rules holds of an entity, as far as can be seen; unknown where there is no source of its package. Of the
    /// standard library, where it is not what is checked, none holds: what rules have to know of it, models and sets of symbols say.
    /// Of functions that only others see, what they are is known too: calls of methods may lead there.
    pub fn fact(&self, from: Option<View>, name: &str, entity: &Entity) -> Tri {
        let (package, function) = match entity {
            Entity::Func(function) | Entity::Param(function, _) | Entity::Result(function, _) => match function {
                FunctionKey::Declared { package, .. } => (package, Some(function)),
                FunctionKey::At { file, .. } => {
                    return self.fact_in(self.by_file.get(file).copied(), name, entity);
                }
            },
            Entity::Type { package, .. } | Entity::Field { package, .. } | Entity::Global { package, .. } => {
                (package, None)
            }
        };
        let slots = self.by_package.get(package).into_iter().flatten().copied();
        let declares = |slot: u32| {
            function.is_some_and(|key| self.slot(slot).facts.get().is_some_and(|facts| facts.function(key).is_some()))
        };
        let is_seen =
            |slot: &u32| from.is_none_or(|from| self.sees(from, *slot) || from.whole_package && declares(*slot));
        self.fact_in(slots.filter(is_seen), name, entity)
    }

    fn fact_in(&self, slots: impl IntoIterator<Item = u32>, name: &str, entity: &Entity) -> Tri {
        let mut answer = None;
        for slot in slots.into_iter().map(|slot| self.slot(slot)) {
            let of_part = match slot.facts.get() {
                None if !slot.from_source => Tri::No,
                None => continue,
                Some(facts) => match facts.fact(name, entity) {
                    Tri::No if !facts.gaps.is_empty() => Tri::Unknown,
                    known => known,
                },
            };
            answer = Some(match (answer, of_part) {
                (Some(Tri::Yes), _) | (_, Tri::Yes) => Tri::Yes,
                (Some(Tri::Unknown), _) | (_, Tri::Unknown) => Tri::Unknown,
                _ => Tri::No,
            });
        }
        answer.unwrap_or(Tri::Unknown)
    }

    /// The function declaration, literal or `VarSpec` at a row.
    pub fn function_at(&self, path: &Path, row: Node) -> Option<&FunctionFacts> {
        let file = self.store().name(&path.to_string_lossy());
        self.package_of(file)?.function_at(file, row)
    }

    /// What a function does: from its source, from the summaries of the standard library, or from models.
    pub fn summary(&self, key: &FunctionKey) -> Option<&Summary> {
        if let Some(facts) = self.facts_of(key) {
            return Some(&facts.summary);
        }
        self.standard(key).or_else(|| self.models.alone(key))
    }

    fn standard(&self, key: &FunctionKey) -> Option<&Summary> {
        let FunctionKey::Declared { package, recv, name } = key else { return None };
        let slots = self.by_package.get(package)?;
        let slot = slots.iter().map(|slot| self.slot(*slot)).find(|slot| !slot.from_source)?;
        let table = slot.standard.get_or_init(|| {
            let path = self.store().str(self.store().package(*package).path);
            StandardFacts::table(self.store(), path, |recv, name, summary| {
                self.models.amend(&FunctionKey::Declared { package: *package, recv, name }, summary);
            })
        });
        table.get(&(*recv, *name))
    }

    // Calls.

    /// The call at a row of a file, by the name of its path.
    pub fn site_at(&self, file: Name, row: Node) -> Option<&CallSite> {
        self.package_of(file)?.calls_at(file, row).iter().find(|site| site.via != Via::Callback)
    }

    /// What a place that calls may call, in the whole program.
    pub fn targets_of(&self, site: &CallSite) -> Targets {
        let mut targets = Targets { functions: site.targets.clone(), complete: site.complete };
        if let Some(method) = &site.interface {
            let implementing = self.interfaces.targets(self, method);
            targets.functions.extend(implementing.through.iter().map(|(_, function)| function));
            targets.complete = implementing.complete;
            targets.functions.sort_unstable();
            targets.functions.dedup();
        }
        targets
    }

    /// What it may call as far as can be seen. Of a method of an interface these are never all: who comes later may have one too.
    pub fn targets_seen(&self, from: View, site: &CallSite) -> Targets {
        let mut targets = Targets { functions: site.targets.clone(), complete: site.complete };
        if let Some(method) = &site.interface {
            let implementing = self.interfaces.targets(self, method);
            let seen = implementing.through.iter().filter(|(package, _)| self.sees_package(from, *package));
            targets.functions.extend(seen.map(|(_, function)| function));
            targets.complete = false;
            targets.functions.sort_unstable();
            targets.functions.dedup();
        }
        targets
    }

    /// What a method of an interface may be in the whole program.
    pub(crate) fn targets_of_method(&self, method: &InterfaceMethod) -> Arc<Implementing> {
        self.interfaces.targets(self, method)
    }

    /// Where a function may be called, and whether these are all places: sites with the packages they stand in.
    pub fn callers(&self, key: &FunctionKey) -> (Vec<(&PackageFacts, &CallSite)>, bool) {
        let callers = self.callers.get_or_init(|| self.all_callers());
        let sites = callers.get(key).into_iter().flatten().filter_map(|(slot, call)| {
            let facts = self.slot(*slot).facts.get()?;
            Some((facts, facts.calls.get(*call as usize)?))
        });
        (sites.collect(), self.facts_of(key).is_some_and(|facts| !facts.open))
    }

    /// The names of the annotations that functions from source have.
    pub(crate) fn annotation_names(&self) -> &FxHashSet<String> {
        self.annotation_names.get_or_init(|| {
            let functions = self.packages().flat_map(|(_, facts)| &facts.functions);
            functions.flat_map(|function| &function.annotations).map(|annotation| annotation.name.clone()).collect()
        })
    }

    fn all_callers(&self) -> FxHashMap<FunctionKey, Vec<(u32, u32)>> {
        let mut callers: FxHashMap<FunctionKey, Vec<(u32, u32)>> = FxHashMap::default();
        for (number, slot) in (0..).zip(&self.slots) {
            let calls = slot.facts.get().map_or(&[][..], |facts| &facts.calls);
            for (call, site) in (0..).zip(calls) {
                for target in self.targets_of(site).functions {
                    callers.entry(target).or_default().push((number, call));
                }
            }
        }
        // The numbers of names differ between runs, those of files do not.
        let place = |(slot, call): &(u32, u32)| {
            let facts = self.slot(*slot).facts.get()?;
            let place = facts.calls.get(*call as usize)?.place;
            Some((*slot, facts.files.iter().position(|file| *file == place.file), place.row, *call))
        };
        callers.values_mut().for_each(|sites| sites.sort_by_cached_key(place));
        callers
    }

    /// Whether calls lead from one function to another, along edges of these kinds.
    pub fn reaches(&self, from: &FunctionKey, to: &FunctionKey, kinds: Kinds) -> Tri {
        let mut seen = FxHashSet::from_iter([*from]);
        let mut waiting = vec![*from];
        let mut is_known = true;
        while let Some(key) = waiting.pop() {
            let Some((package, number)) = self.number_of(&key) else {
                // Those of other people call back only what they are given.
                is_known &= self.summary(&key).is_some_and(|summary| summary.complete);
                continue;
            };
            for site in package.calls_of(number).filter(|site| kinds.has(site)) {
                let targets = self.targets_of(site);
                is_known &= targets.complete;
                for target in targets.functions {
                    if target == *to {
                        return Tri::Yes;
                    }
                    if seen.len() >= MAX_VISITED {
                        return Tri::Unknown;
                    }
                    if seen.insert(target) {
                        waiting.push(target);
                    }
                }
            }
        }
        if is_known { Tri::No } else { Tri::Unknown }
    }

    /// The package of a function from source, and its number there.
    pub(crate) fn number_of(&self, key: &FunctionKey) -> Option<(&PackageFacts, u32)> {
        let package = match key {
            FunctionKey::Declared { package, .. } => {
                let slots = self.by_package.get(package)?;
                slots
                    .iter()
                    .filter_map(|slot| self.slot(*slot).facts.get())
                    .find(|facts| facts.number_of(key).is_some())
            }
            FunctionKey::At { file, .. } => self.package_of(*file),
        }?;
        Some((package, package.number_of(key)?))
    }
}

impl Knowledge for Known<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.summary(&FunctionKey::of_object(self.store(), function)?)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        let modelled = self.models.method(self.store(), receiver, name);
        // While packages are looked at, those further up are not there: what they say must not depend on them.
        modelled.or_else(|| self.is_ready.get().and_then(|()| self.of_sealed(receiver, name)))
    }
}

impl Known<'_> {
    /// What holds for all methods that one of an interface can be, where that is known.
    fn of_sealed(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        let method = self.interface_method(receiver, name)?;
        let found = self.methods.numbers.read().unwrap_or_else(PoisonError::into_inner).get(&method).copied();
        let number = found.unwrap_or_else(|| {
            let number = self.joined(&method).map(|summary| self.methods.summaries.push(summary));
            self.methods.numbers.write().unwrap_or_else(PoisonError::into_inner).insert(method, number);
            number
        });
        self.methods.summaries.get(number?)
    }

    /// The method of a declared interface that a type of this kind has under a name.
    pub(crate) fn interface_method(&self, receiver: Ty, name: Name) -> Option<InterfaceMethod> {
        let store = self.store();
        let TypeData::Named(named) = store.data(store.unalias(receiver)) else { return None };
        let interface = store.object(named.obj);
        Some(InterfaceMethod { package: interface.pkg, interface: interface.name, method: name })
    }

    fn joined(&self, method: &InterfaceMethod) -> Option<Summary> {
        let targets = self.interfaces.targets(self, method);
        if !targets.complete {
            return None;
        }
        let mut all: Option<Summary> = None;
        for (_, target) in &targets.through {
            let own = self.summary(target)?;
            all = Some(all.map_or_else(|| own.clone(), |all| join(&all, own)));
        }
        all
    }
}
