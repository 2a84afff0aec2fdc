//! What a unit offers to those who import it, as a hash: what its functions do, what facts say of what it declares, and which
//! methods its types have. A change of bodies that changes none of this leaves it as it is, and so does a change of place.
//!
//! **Absent:** what nobody can name from outside: functions that are not exported, function literals; and who calls whom, which is
//! asked of the whole program ([`crate::asked`]).

use crate::asked::in_words;
use crate::interfaces::methods_in_words;
use crate::key::{Entity, FunctionKey};
use crate::known::Known;
use crate::package::PackageFacts;
use rulec_types::{PackageId, Store};

/// The hash for a unit of this package.
pub(crate) fn of(known: &Known<'_>, package: PackageId, facts: &PackageFacts) -> [u8; 32] {
    let store = known.store();
    let mut words: Vec<(String, Vec<u8>)> = Vec::new();
    for function in facts.functions.iter().filter(|function| is_offered(store, &function.key)) {
        words.push((function.key.text(store), postcard::to_allocvec(&function.summary).unwrap_or_default()));
    }
    for (name, table) in &facts.facts {
        for (what, entities) in [("holds", &table.holds), ("unknown", &table.unknown)] {
            let offered = entities.iter().filter(|entity| speaks_of_offered(store, entity));
            words.extend(offered.map(|entity| (format!("{name} {what} {}", in_words(store, entity)), Vec::new())));
        }
    }
    words.extend(methods_in_words(known, package).into_iter().map(|methods| (methods, Vec::new())));
    words.extend(facts.gaps.iter().map(|gap| (gap.clone(), Vec::new())));
    // Neither the order of files nor that of numbers in the store counts.
    words.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    for (word, content) in &words {
        hasher.update(&(word.len() as u64).to_le_bytes());
        hasher.update(word.as_bytes());
        hasher.update(&(content.len() as u64).to_le_bytes());
        hasher.update(content);
    }
    *hasher.finalize().as_bytes()
}

fn is_offered(store: &Store, function: &FunctionKey) -> bool {
    matches!(function, FunctionKey::Declared { name, .. } if store.is_exported(*name))
}

fn speaks_of_offered(store: &Store, entity: &Entity) -> bool {
    match entity {
        Entity::Func(function) | Entity::Param(function, _) | Entity::Result(function, _) => {
            is_offered(store, function)
        }
        Entity::Type { .. } | Entity::Field { .. } | Entity::Global { .. } => true,
    }
}
