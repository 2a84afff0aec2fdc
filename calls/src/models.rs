//! Models as summaries: what rule files say of functions, added to what their bodies show or in the place of it.

use crate::key::{FunctionKey, type_name};
use rulec_flow::Summary;
use rulec_flow::model::{Model, Says, Slot, Subject};
use rulec_flow::summary::{Nilness, Often, ParamSummary, ResultSummary};
use rulec_types::{Lookup, Name, PackageId, Store, Ty, TypeData, Types};
use rulec_world::World;
use rustc_hash::FxHashMap;

/// What models say of the functions of a run.
#[derive(Debug, Default)]
pub(crate) struct Models {
    says: FxHashMap<FunctionKey, Vec<Says>>,
    /// Summaries made of models alone.
    alone: FxHashMap<FunctionKey, Summary>,
    digest: [u8; 32],
}

/// How many embedded interfaces are looked through for the model of a method.
const MAX_EMBEDDED: usize = 64;

impl Models {
    /// The models that speak of functions of declared packages.
    pub(crate) fn new(world: &World, models: &[Model], is_given: &dyn Fn(PackageId) -> bool) -> Models {
        let store = world.store();
        let mut packages: FxHashMap<&str, Vec<PackageId>> = FxHashMap::default();
        packages.insert("", vec![PackageId::UNIVERSE]);
        for package in world.declared_packages().into_iter().filter(|package| is_given(*package)) {
            packages.entry(store.str(store.package(package).path)).or_default().push(package);
        }
        let mut known = Models { digest: digest_of(models), ..Models::default() };
        for model in models {
            for package in packages.get(model.subject.package.as_str()).into_iter().flatten() {
                let key = key_of(store, *package, &model.subject);
                known.says.entry(key).or_default().extend(model.says.iter().cloned());
            }
        }
        let types = Types { store, extension: None, word_bytes: world.source().word_bytes() };
        for (key, says) in &known.says {
            let mut summary = unknown_summary(&types, key);
            apply(&mut summary, says, is_method(key));
            known.alone.insert(*key, summary);
        }
        known
    }

    /// A hash over all models.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Adds what models say of a function to what is known of it.
    pub(crate) fn amend(&self, key: &FunctionKey, summary: &mut Summary) {
        if let Some(says) = self.says.get(key) {
            apply(summary, says, is_method(key));
        }
    }

    /// What models alone say of a function.
    pub(crate) fn alone(&self, key: &FunctionKey) -> Option<&Summary> {
        self.alone.get(key)
    }

    /// What models say of a method of an interface, or of one that it embeds.
    pub(crate) fn method(&self, store: &Store, receiver: Ty, name: Name) -> Option<&Summary> {
        if self.alone.is_empty() {
            return None;
        }
        let mut waiting = vec![receiver];
        for _ in 0..MAX_EMBEDDED {
            let ty = store.unalias(waiting.pop()?);
            if let TypeData::Named(named) = store.data(ty) {
                let package = store.object(named.obj).pkg;
                let recv = type_name(store, ty).unwrap_or(Name::EMPTY);
                let found = self.alone.get(&FunctionKey::Declared { package, recv, name });
                if found.is_some() {
                    return found;
                }
            }
            let types = Types { store, extension: None, word_bytes: 8 };
            if let TypeData::Interface(interface) = types.under(ty) {
                waiting.extend(interface.embeds.iter().copied());
            }
        }
        None
    }
}

fn digest_of(models: &[Model]) -> [u8; 32] {
    let bytes = postcard::to_allocvec(models).unwrap_or_default();
    *blake3::hash(&bytes).as_bytes()
}

fn key_of(store: &Store, package: PackageId, subject: &Subject) -> FunctionKey {
    let name = store.name(&subject.name);
    match &subject.member {
        Some(member) => FunctionKey::Declared { package, recv: name, name: store.name(member) },
        None => FunctionKey::Declared { package, recv: Name::EMPTY, name },
    }
}

fn is_method(key: &FunctionKey) -> bool {
    matches!(key, FunctionKey::Declared { recv, .. } if *recv != Name::EMPTY)
}

/// Of a function of which nothing is known but its type: it may keep whatever it gets.
fn unknown_summary(types: &Types<'_>, key: &FunctionKey) -> Summary {
    let (params, results) = arity_of(types, key).unwrap_or_default();
    let kept = ParamSummary { kept: true, ..ParamSummary::default() };
    Summary { params: vec![kept; params], results: vec![ResultSummary::default(); results], ..Summary::default() }
}

/// How many parameters, the receiver included, and results a declared function has.
fn arity_of(types: &Types<'_>, key: &FunctionKey) -> Option<(usize, usize)> {
    let FunctionKey::Declared { package, recv, name } = *key else { return None };
    let store = types.store;
    let (ty, receiver) = if recv == Name::EMPTY {
        (store.type_of(store.lookup_in(package, name)?)?, 0)
    } else {
        let base = store.type_of(store.lookup_in(package, recv)?)?;
        match types.lookup(base, package, name, true) {
            Lookup::Method { ty, .. } => (ty, 1),
            _ => return None,
        }
    };
    match store.data(ty) {
        TypeData::Func(func) => Some((func.params.len() + receiver, func.results.len())),
        _ => None,
    }
}

/// Parameters and results that models name behind this number are this one: no function has more than a few.
const MOST_SLOTS: usize = 255;

/// What is said, in the order in which it is said.
fn apply(summary: &mut Summary, says: &[Says], is_method: bool) {
    for property in says {
        apply_one(summary, property, is_method);
    }
}

fn apply_one(summary: &mut Summary, property: &Says, is_method: bool) {
    let mut on = |slot: &Slot, change: &dyn Fn(&mut ParamSummary)| {
        let number = number_of(*slot, is_method).min(MOST_SLOTS);
        if summary.params.len() <= number {
            let kept = ParamSummary { kept: true, ..ParamSummary::default() };
            summary.params.resize(number + 1, kept);
        }
        let count = if matches!(slot, Slot::From(_)) { usize::MAX } else { 1 };
        summary.params.iter_mut().skip(number).take(count).for_each(change);
    };
    match property {
        Says::NeverReturns => summary.never_returns = true,
        Says::MayBlock => summary.may_block = true,
        Says::Pure => {
            (summary.complete, summary.pure, summary.may_block) = (true, true, false);
            summary.params.iter_mut().for_each(|param| (param.kept, param.spawned) = (false, false));
        }
        Says::Calls(slot) => on(slot, &|param| (param.called, param.kept) = (Often::Always, false)),
        Says::Spawns(slot) => on(slot, &|param| (param.spawned, param.kept) = (true, true)),
        Says::Keeps(slot) => on(slot, &|param| param.kept = true),
        Says::Borrows(slot) => on(slot, &|param| param.kept = false),
        Says::Dereferences(slot) => on(slot, &|param| param.dereferenced = Often::Always),
        Says::Checks(slot) => on(slot, &|param| param.holds_after = true),
        Says::ChecksNot(slot) => on(slot, &|param| param.nil_after = true),
        Says::CallsMethod(slot, method) => on(slot, &|param| {
            param.methods.retain(|(own, _)| own != method);
            param.methods.push((method.clone(), Often::Always));
            param.methods.sort_unstable();
        }),
        Says::Derives(result, slot) => {
            let bits = bits_of(*slot, is_method);
            result_of(summary, *result).derives |= bits;
        }
        Says::Returns(result, slot) => {
            let bits = bits_of(*slot, is_method);
            let result = result_of(summary, *result);
            (result.copies, result.derives) = (result.copies | bits, result.derives | bits);
        }
        Says::NeverNil(result) => {
            let result = result_of(summary, *result);
            (result.nil, result.nil_without_error, result.nil_if_ok) = (Nilness::Never, Nilness::Never, Nilness::Never);
        }
        Says::MayBeNil(result) => result_of(summary, *result).nil = Nilness::Sometimes,
        Says::NeverNilWithoutError(result) => result_of(summary, *result).nil_without_error = Nilness::Never,
        Says::Writes(to, from) => {
            let bits = bits_of(*from, is_method);
            on(to, &|param| param.filled_from |= bits);
        }
        // Which values nobody may trust, and states, are told to those who ask for them by the models themselves.
        Says::Source(_) | Says::SourceIn(..) | Says::Sink(..) | Says::Sanitizes(_) | Says::Guards(..) => {}
        Says::MayPanic
        | Says::Requires(..)
        | Says::Establishes(..)
        | Says::Ends(..)
        | Says::Lacks(_)
        | Says::ResultLacks(..)
        | Says::Takes(..)
        | Says::ZeroMeans(_) => {}
    }
}

fn number_of(slot: Slot, is_method: bool) -> usize {
    match slot {
        Slot::Receiver => 0,
        Slot::Arg(number) | Slot::From(number) => number as usize + usize::from(is_method),
    }
}

fn bits_of(slot: Slot, is_method: bool) -> u64 {
    let number = number_of(slot, is_method).min(63) as u32;
    if matches!(slot, Slot::From(_)) { u64::MAX << number } else { 1 << number }
}

/// Result number *n*, added if it was not known to be there.
fn result_of(summary: &mut Summary, number: u32) -> &mut ResultSummary {
    let number = (number as usize).min(MOST_SLOTS);
    if summary.results.len() <= number {
        summary.results.resize(number + 1, ResultSummary::default());
    }
    &mut summary.results[number]
}
