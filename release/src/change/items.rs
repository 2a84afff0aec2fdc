//! What rules of other packs can use: predicates, symbol sets, facts, resources and generic rules.

use super::{Change, Kind, Side, of, since};
use crate::migration::What;
use rulec_grammar::ast::Item;
use rulec_grammar::diagnostic::{FileId, Sink};
use std::collections::BTreeMap;

/// The items of a rule file of this family: name with family, and what it is, in words.
pub fn items(family: &str, text: &str) -> Vec<(String, String)> {
    // What is wrong with the file is told where it is compiled.
    let module = rulec_grammar::parse(text, FileId::default(), &mut Sink::new());
    let named = |name: &str, what: String| Some((format!("{family}.{name}"), what));
    let described = module.items.iter().filter_map(|item| match item {
        Item::Predicate(predicate) => {
            named(&predicate.name.value, format!("a predicate with {} parameters", predicate.params.len()))
        }
        Item::Symbols(symbols) => named(&symbols.name.value, "a set of symbols".to_owned()),
        Item::Fact(fact) => named(&fact.rule.name.value, format!("a fact of {:?}s", fact.kind.value).to_lowercase()),
        Item::Resource(resource) => named(&resource.name.value, "a resource".to_owned()),
        Item::Rule(rule) if rule.param.is_some() => named(&rule.name.value, "a generic rule".to_owned()),
        Item::Rule(_) | Item::Instance(_) | Item::Model(_) | Item::Declaration(_) => None,
    });
    described.collect()
}

/// What became of items.
pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, changes: &mut Vec<Change>) {
    let mut renamed: BTreeMap<&str, &str> = BTreeMap::new();
    for migration in since(old, new) {
        let What::Item { from, to } = &migration.what else { continue };
        renamed.values_mut().filter(|name| **name == *from).for_each(|name| *name = to.as_str());
        renamed.entry(from).or_insert(to);
    }
    for (name, before) in &old.items {
        let now = renamed.get(name.as_str()).copied().unwrap_or(name);
        let texts = |after: &String| (Some(before.clone()), Some(after.clone()));
        match new.items.get(name).or_else(|| new.items.get(now)) {
            None => changes.push(Change { old: Some(before.clone()), ..of(name, Kind::ItemRemoved) }),
            Some(after) if before != after => {
                let (old, new) = texts(after);
                changes.push(Change { old, new, ..of(now, Kind::ItemChanged) });
            }
            Some(_) if !new.items.contains_key(name) => {
                changes.push(Change { old: Some(name.clone()), migrated: true, ..of(now, Kind::ItemRenamed) });
            }
            Some(_) => {}
        }
    }
    for (name, after) in &new.items {
        let is_new = !old.items.contains_key(name)
            && !renamed.iter().any(|(from, to)| to == name && old.items.contains_key(*from));
        if is_new {
            changes.push(Change { new: Some(after.clone()), ..of(name, Kind::ItemAdded) });
        }
    }
}
