//! What a file that is checked asks of the program around its package: who calls, and what methods of interfaces can be.
//!
//! All else that a check learns of functions comes from its own package and from those that this one imports, and hangs on
//! [`Known::key`]. In: a [`Question`]. Out: a hash over all that the answer is made of, the same in all runs in which the answer
//! is; so that whoever keeps a result can tell whether it still holds.

use crate::key::{Entity, FunctionKey};
use crate::known::Known;
use crate::package::{InterfaceMethod, PackageFacts};
use crate::{Above, kept};
use rulec_tree::Tri;
use rulec_types::{Name, Store, Ty};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};

/// A question whose answer may change although neither the package that asks nor what it imports does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// What a method of an interface can be, and what is known of each of these methods.
    Method(InterfaceMethod),
    /// How often a function is called, and whether these are all its calls.
    Callers(FunctionKey),
    /// From which functions with this annotation calls lead to a function.
    Above(FunctionKey, String),
    /// From which functions calls lead to a function.
    Reaching(FunctionKey),
    /// Whether a function runs only while the program starts.
    Startup(FunctionKey),
}

/// Answers given in this run.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    given: Mutex<FxHashMap<Question, [u8; 32]>>,
    /// Of the packages that somebody asked about, what is known of each function, by the paths of their first files.
    functions: Mutex<FxHashMap<Name, FxHashMap<FunctionKey, blake3::Hash>>>,
}

impl Known<'_> {
    /// The hash of an answer.
    pub fn answer(&self, question: &Question) -> [u8; 32] {
        let given =
            |answers: &Answers| answers.given.lock().unwrap_or_else(PoisonError::into_inner).get(question).copied();
        given(&self.answers).unwrap_or_else(|| {
            let mut hasher = blake3::Hasher::new();
            match question {
                Question::Method(method) => self.hash_method(method, &mut hasher),
                Question::Callers(function) => self.hash_callers(function, &mut hasher),
                Question::Above(function, name) => self.hash_above(&self.annotated_above(function, name), &mut hasher),
                Question::Reaching(function) => self.reaching(function).functions.iter().for_each(|function| {
                    hasher.update(function.text(self.store()).as_bytes());
                    hasher.update(b"\0");
                }),
                Question::Startup(function) => {
                    hasher.update(&[u8::from(self.is_startup(function))]);
                }
            }
            let answer = *hasher.finalize().as_bytes();
            self.answers.given.lock().unwrap_or_else(PoisonError::into_inner).insert(question.clone(), answer);
            answer
        })
    }

    /// The question that the summary of a method hangs on; none if no other package has anything to do with it.
    pub fn question_of_method(&self, receiver: Ty, name: Name) -> Option<Question> {
        let method = self.interface_method(receiver, name)?;
        // Of an interface that is not sealed nothing is known in any program.
        self.targets_of_method(&method).complete.then_some(Question::Method(method))
    }

    fn hash_method(&self, method: &InterfaceMethod, hasher: &mut blake3::Hasher) {
        let found = self.targets_of_method(method);
        let mut functions: Vec<(String, FunctionKey)> =
            found.through.iter().map(|(_, function)| (function.text(self.store()), *function)).collect();
        functions.sort();
        functions.dedup();
        hasher.update(&[u8::from(found.complete)]);
        for (text, function) in functions {
            hasher.update(text.as_bytes());
            match self.number_of(&function) {
                Some((package, _)) => hasher.update(self.hash_of_function(package, &function).as_bytes()),
                // Of the standard library, or known by models: both are part of what decides everything.
                None => hasher.update(b"\0"),
            };
        }
    }

    /// A hash over what is known of a function: its summary, and facts of it, its parameters and its results.
    fn hash_of_function(&self, package: &PackageFacts, function: &FunctionKey) -> blake3::Hash {
        let Some(first) = package.files.first() else { return blake3::hash(&[]) };
        let mut functions = self.answers.functions.lock().unwrap_or_else(PoisonError::into_inner);
        let of_package = functions.entry(*first).or_insert_with(|| hashes_of(package));
        of_package.get(function).copied().unwrap_or_else(|| blake3::hash(&[]))
    }

    fn hash_callers(&self, function: &FunctionKey, hasher: &mut blake3::Hasher) {
        // Where they stand in the file that asks, this file says.
        let (sites, complete) = self.callers(function);
        hasher.update(&[u8::from(complete)]);
        hasher.update(&(sites.len() as u64).to_le_bytes());
    }

    fn hash_above(&self, above: &[Above<'_>], hasher: &mut blake3::Hasher) {
        for one in above {
            hasher.update(format!("{:?}", one.annotation).as_bytes());
            for function in &one.chain {
                hasher.update(function.text(self.store()).as_bytes());
                hasher.update(b"\0");
            }
        }
    }

    /// Questions with the hashes of their answers in a form that outlasts the run; none if they cannot be written.
    pub fn keep_answers(&self, questions: &[Question]) -> Option<Vec<u8>> {
        let answers: Vec<(&Question, [u8; 32])> =
            questions.iter().map(|question| (question, self.answer(question))).collect();
        kept::write(self.store(), &answers)
    }

    /// Whether kept questions about a package and what it imports still have the same answers.
    pub fn has_same_answers(&self, package: &rulec_world::PackageKey, kept: &[u8]) -> bool {
        let package_of = |path: &str| self.package_seen(package, path);
        let answers: Option<Vec<(Question, [u8; 32])>> = kept::read(self.store(), kept, &package_of);
        answers.is_some_and(|answers| answers.iter().all(|(question, answer)| self.answer(question) == *answer))
    }
}

/// What is known of each function of a package.
fn hashes_of(package: &PackageFacts) -> FxHashMap<FunctionKey, blake3::Hash> {
    let mut hashers: FxHashMap<FunctionKey, blake3::Hasher> = FxHashMap::default();
    for function in &package.functions {
        let hasher = hashers.entry(function.key).or_default();
        hasher.update(&postcard::to_allocvec(&function.summary).unwrap_or_default());
        hasher.update(&[u8::from(package.gaps.is_empty())]);
    }
    for (name, table) in &package.facts {
        // Of one function its parts come in their order.
        for (known, entities) in [(Tri::Yes, &table.holds), (Tri::Unknown, &table.unknown)] {
            for entity in entities {
                let (function, part) = match entity {
                    Entity::Func(function) => (function, "of".to_owned()),
                    Entity::Param(function, number) => (function, format!("param {number} of")),
                    Entity::Result(function, number) => (function, format!("result {number} of")),
                    Entity::Type { .. } | Entity::Field { .. } | Entity::Global { .. } => continue,
                };
                if let Some(hasher) = hashers.get_mut(function) {
                    hasher.update(format!("{name} {known:?} {part}\0").as_bytes());
                }
            }
        }
    }
    hashers.into_iter().map(|(key, hasher)| (key, hasher.finalize())).collect()
}

/// An entity in words that mean the same in all runs.
pub(crate) fn in_words(store: &Store, entity: &Entity) -> String {
    let package_path = |package| store.str(store.package(package).path);
    match entity {
        Entity::Func(function) => function.text(store),
        Entity::Param(function, number) => format!("param {number} of {}", function.text(store)),
        Entity::Result(function, number) => format!("result {number} of {}", function.text(store)),
        Entity::Type { package, name } => format!("type {} of {}", store.str(*name), package_path(*package)),
        Entity::Field { package, of, name } => {
            format!("field {} of {} of {}", store.str(*name), store.str(*of), package_path(*package))
        }
        Entity::Global { package, name } => format!("var {} of {}", store.str(*name), package_path(*package)),
    }
}
