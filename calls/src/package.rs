//! What is kept of a package once its bodies are gone: [`PackageFacts`].

use crate::concurrency::Concurrency;
use crate::kept;
use crate::key::{Entity, FunctionKey, Place};
use rulec_flow::Summary;
use rulec_flow::ir::How;
use rulec_gofront::annotation::Annotation;
use rulec_tree::{Node, Tri};
use rulec_types::{Name, PackageId};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of a part of a package: its files without tests, its own tests, or its external tests.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PackageFacts {
    /// The paths of its files; the concurrency relations number them in this order.
    #[serde(with = "kept::names")]
    pub files: Vec<Name>,
    /// Its functions, function literals and initialisers, file by file in source order.
    pub functions: Vec<FunctionFacts>,
    /// The calls in them, sorted by file and row.
    pub calls: Vec<CallSite>,
    /// What its goroutines have to do with each other; none if it has neither goroutines nor channels nor locks.
    pub concurrency: Option<Concurrency>,
    /// What the facts of rules say, by the full name of the fact.
    pub facts: BTreeMap<String, FactTable>,
    /// Why it is not known in full.
    pub gaps: Vec<String>,
    #[serde(skip)]
    pub(crate) index: Index,
}

/// How things are found in [`PackageFacts`].
#[derive(Debug, Default)]
pub(crate) struct Index {
    by_key: FxHashMap<FunctionKey, u32>,
    by_row: FxHashMap<(Name, Node), u32>,
    /// The calls of each function, as numbers.
    calls: Vec<Vec<u32>>,
    /// The functions of which some fact says something, or of a parameter or result of them: of most none does.
    told: FxHashSet<FunctionKey>,
}

/// A function, method, function literal or initialiser of variables.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FunctionFacts {
    /// What it is called.
    pub key: FunctionKey,
    /// Where it is declared.
    pub place: Place,
    /// The function that a literal stands in, a number in [`PackageFacts::functions`].
    pub outer: Option<u32>,
    /// What it does.
    pub summary: Summary,
    /// The annotations in its doc comment.
    pub annotations: Vec<Annotation>,
    /// Whether code that is not seen may call it: exported by a library, started by the runtime, a method that values of
    /// interfaces bring along, or used as a value that goes where it cannot be followed.
    pub open: bool,
}

/// A place that calls something: the call itself, or one that hands a function to somebody who calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    /// The function that it stands in, a number in [`PackageFacts::functions`].
    pub caller: u32,
    /// The call expression.
    pub place: Place,
    /// How it is called.
    pub how: CallHow,
    /// How it was found out what is called.
    pub via: Via,
    /// What may be called, sorted.
    pub targets: Vec<FunctionKey>,
    /// Whether nothing else can be called.
    pub complete: bool,
    /// The method of an interface that is called: types of other packages may have more targets.
    pub interface: Option<InterfaceMethod>,
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CallHow {
    /// Here and now.
    Call,
    /// In a goroutine of its own.
    Go,
    /// At the end of the function.
    Defer,
}

impl From<How> for CallHow {
    fn from(how: How) -> CallHow {
        match how {
            How::Now => CallHow::Call,
            How::Go => CallHow::Go,
            How::Defer => CallHow::Defer,
        }
    }
}

/// How it was found out what is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Via {
    /// A declared function, a method by the type of its receiver, or a literal called on the spot.
    Static,
    /// A method of an interface.
    Interface,
    /// A function value.
    Value,
    /// The function called gets another one and calls it, or has it called by a goroutine.
    Callback,
}

/// A method of a declared interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InterfaceMethod {
    /// The package of the interface; the universe for `error`.
    #[serde(with = "kept::package")]
    pub package: PackageId,
    /// The name of the interface.
    #[serde(with = "kept::name")]
    pub interface: Name,
    /// The name of the method.
    #[serde(with = "kept::name")]
    pub method: Name,
}

/// What one fact says of the entities of a package. Of what is in neither set it does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactTable {
    /// It holds of these; sorted.
    pub holds: Vec<Entity>,
    /// It is not known of these; sorted.
    pub unknown: Vec<Entity>,
}

impl FactTable {
    /// Whether it holds of an entity.
    pub fn of(&self, entity: &Entity) -> Tri {
        if self.holds.binary_search(entity).is_ok() {
            return Tri::Yes;
        }
        if self.unknown.binary_search(entity).is_ok() { Tri::Unknown } else { Tri::No }
    }
}

impl PackageFacts {
    /// Makes what was put together ready to be asked.
    pub(crate) fn finish(mut self) -> PackageFacts {
        // In another run names and packages have other numbers, and so another order.
        for table in self.facts.values_mut() {
            table.holds.sort_unstable();
            table.unknown.sort_unstable();
        }
        self.calls.iter_mut().for_each(|call| call.targets.sort_unstable());
        self.calls.sort_by_key(|call| (call.place.file, call.place.row, call.via, call.how));
        let mut index = Index { calls: vec![Vec::new(); self.functions.len()], ..Index::default() };
        for (number, function) in (0..).zip(&self.functions) {
            index.by_key.insert(function.key, number);
            index.by_row.insert((function.place.file, function.place.row), number);
        }
        for (number, call) in (0..).zip(&self.calls) {
            if let Some(calls) = index.calls.get_mut(call.caller as usize) {
                calls.push(number);
            }
        }
        self.index = index;
        let facts = std::mem::take(&mut self.facts);
        self.with_facts(facts)
    }

    /// With what the facts of rules say.
    pub(crate) fn with_facts(mut self, facts: BTreeMap<String, FactTable>) -> PackageFacts {
        let entities = facts.values().flat_map(|table| table.holds.iter().chain(&table.unknown));
        self.index.told = entities.filter_map(Entity::function).copied().collect();
        self.facts = facts;
        self
    }

    /// What a fact says of an entity; gaps in what is known of the package are left aside.
    pub(crate) fn fact(&self, name: &str, entity: &Entity) -> Tri {
        if entity.function().is_some_and(|function| !self.index.told.contains(function)) {
            return Tri::No;
        }
        self.facts.get(name).map_or(Tri::No, |table| table.of(entity))
    }

    /// A function of the package.
    pub fn function(&self, key: &FunctionKey) -> Option<&FunctionFacts> {
        self.functions.get(*self.index.by_key.get(key)? as usize)
    }

    /// The number of a function in [`PackageFacts::functions`].
    pub fn number_of(&self, key: &FunctionKey) -> Option<u32> {
        self.index.by_key.get(key).copied()
    }

    /// The function that a row declares: of a function declaration, literal or `VarSpec`.
    pub fn function_at(&self, file: Name, row: Node) -> Option<&FunctionFacts> {
        self.functions.get(*self.index.by_row.get(&(file, row))? as usize)
    }

    /// What the call at a row calls: the sites with [`Via::Callback`] too, last.
    pub fn calls_at(&self, file: Name, row: Node) -> &[CallSite] {
        let start = self.calls.partition_point(|call| (call.place.file, call.place.row) < (file, row));
        let from = self.calls.get(start..).unwrap_or_default();
        let count = from.iter().take_while(|call| (call.place.file, call.place.row) == (file, row)).count();
        &from[..count]
    }

    /// What a function calls.
    pub fn calls_of(&self, function: u32) -> impl Iterator<Item = &CallSite> {
        let numbers = self.index.calls.get(function as usize).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.calls.get(*number as usize))
    }
}
