//! The functions of the packages of a run, prepared when the first question comes.

use crate::held::HeldFile;
use crate::known::Known;
use crate::package::FactTable;
use crate::prepare::InHand;
use rulec_flow::model::Model;
use rulec_flow::{Knowledge, Summary};
use rulec_tree::Vocabulary;
use rulec_types::{Name, ObjId, Ty};
use rulec_world::Packages;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// What the caller wants of the functions of a run.
pub struct Options<'p> {
    /// What is said of functions that cannot be seen, or not well enough.
    pub models: &'p [Model],
    /// The facts of rules.
    pub facts: &'p dyn FactsOf,
    /// Whether tests of the packages asked for are looked at.
    pub tests: bool,
    /// How many bytes of files that will be checked may be held until then, with all that was made of them.
    pub held_bytes: usize,
}

/// Evaluates the facts that rules declare.
pub trait FactsOf: Sync {
    /// A hash over all that decides what the facts are.
    fn digest(&self) -> [u8; 32];

    /// The words of the rules, in which trees are to be written.
    fn vocabulary(&self) -> Arc<Vocabulary>;

    /// Whether somebody will ask what goroutines have to do with each other in a package: one whose files are checked, or
    /// one that such a package imports.
    fn wants_concurrency(&self, _is_checked: bool) -> bool {
        true
    }

    /// The facts of a package, by their full names. The facts of the packages that it imports are known.
    fn of_package(&self, package: &InHand<'_>) -> BTreeMap<String, FactTable>;
}

/// No facts.
#[derive(Debug, Default)]
pub struct NoFacts;

impl FactsOf for NoFacts {
    fn digest(&self) -> [u8; 32] {
        [0; 32]
    }

    fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::default()
    }

    fn wants_concurrency(&self, _: bool) -> bool {
        false
    }

    fn of_package(&self, _: &InHand<'_>) -> BTreeMap<String, FactTable> {
        BTreeMap::new()
    }
}

/// The functions of the packages of a run. Nothing is looked at before the first question, and then all packages are.
pub struct Functions<'p> {
    packages: &'p Packages,
    options: Options<'p>,
    known: OnceLock<Known<'p>>,
}

impl<'p> Functions<'p> {
    /// The functions of these packages.
    pub fn new(packages: &'p Packages, options: Options<'p>) -> Functions<'p> {
        Functions { packages, options, known: OnceLock::new() }
    }

    /// What is known of them.
    pub fn known(&self) -> &Known<'p> {
        self.known.get_or_init(|| {
            self.packages.prepare();
            Known::prepare(self.packages, &self.options)
        })
    }

    /// A file that was looked at and is held since then; nobody else gets it after this. Nothing if nobody has asked yet.
    pub fn take_held(&self, path: &Path) -> Option<HeldFile> {
        self.known.get()?.take_held(path)
    }
}

impl Knowledge for Functions<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.known().function(function)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.known().method(receiver, name)
    }
}
