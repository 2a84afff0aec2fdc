//! Migrations, applied to what users wrote: configurations, suppressions in Go files, and rule files.
//!
//! In: the text of a file, and [`Known`]: the migrations of the packs in use, and the rules that there are now. Out: [`Migrated`],
//! the new text, what was done and what could not be. Applying it to its own result changes nothing.
//!
//! A name that still means something is left alone: if a pack has a rule again under a name that it gave up once, that is the
//! rule that is meant now.

pub mod config;
pub mod rules;
pub mod suppressions;

use crate::conversion::Conversion;
use crate::migration::{Migration, What};
use rulec_config::selects_id;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the packs in use.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The migrations of each pack, by its name.
    pub migrations: BTreeMap<String, Vec<Migration>>,
    /// The rules that there are, by id, with the names of their options.
    pub rules: BTreeMap<String, BTreeSet<String>>,
}

/// A text after migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// The text.
    pub text: String,
    /// What was done.
    pub done: Vec<String>,
    /// What could not be done, and why.
    pub left: Vec<String>,
}

/// What became of a name of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Stays,
    /// It is this name now.
    Renamed(String),
    /// The rule is gone; with the note of the migration that says so.
    Removed(String),
    /// It has to be changed by hand, and why.
    Unclear(String),
}

/// An option that has another name or other values.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OptionChange<'a> {
    /// The id that its rule has now.
    rule: String,
    from: &'a str,
    /// `None`: it is gone.
    to: Option<&'a str>,
    convert: Option<&'a Conversion>,
    note: &'a str,
}

impl Known {
    /// What became of a rule that a configuration or a directive names by its id, an end of it, or a glob.
    pub fn fate(&self, written: &str) -> Fate {
        let (mut name, mut renamed) = (written.to_owned(), false);
        for (pack, migration) in self.all() {
            let id = |path: &str| format!("{pack}.{path}");
            match &migration.what {
                What::Rule { from, to } => match self.renamed(&name, &id(from), &id(to)) {
                    Fate::Renamed(new) => (name, renamed) = (new, true),
                    Fate::Stays => {}
                    unclear => return unclear,
                },
                What::RuleRemoved { rule } if !is_glob(&name) && selects_id(&name, &id(rule)) => {
                    if self.is_known(&name) {
                        continue;
                    }
                    return Fate::Removed(migration.note.clone().unwrap_or_default());
                }
                _ => {}
            }
        }
        if renamed { Fate::Renamed(name) } else { Fate::Stays }
    }

    fn renamed(&self, name: &str, from: &str, to: &str) -> Fate {
        if !selects_id(name, from) || selects_id(name, to) || self.rules.contains_key(from) {
            return Fate::Stays;
        }
        if is_glob(name) {
            return Fate::Unclear(format!("`{name}` selected `{from}`, which is `{to}` now"));
        }
        if self.is_known(name) {
            return Fate::Unclear(format!("`{name}` meant `{from}` too, which is `{to}` now"));
        }
        let segments = name.split('.').count();
        let parts: Vec<&str> = to.split('.').collect();
        Fate::Renamed(parts[parts.len().saturating_sub(segments)..].join("."))
    }

    fn is_known(&self, name: &str) -> bool {
        self.rules.keys().any(|id| selects_id(name, id))
    }

    /// All migrations with their packs, those of one pack in the order of versions.
    fn all(&self) -> impl Iterator<Item = (&str, &Migration)> {
        self.migrations.iter().flat_map(|(pack, list)| list.iter().map(move |one| (pack.as_str(), one)))
    }

    /// What became of options, in order.
    fn option_changes(&self) -> Vec<OptionChange<'_>> {
        let mut changes = Vec::new();
        for (pack, list) in &self.migrations {
            for (at, migration) in list.iter().enumerate() {
                let note = migration.note.as_deref().unwrap_or_default();
                let now = |rule: &str| format!("{pack}.{}", later_name(rule, list.get(at..).unwrap_or_default()));
                match &migration.what {
                    What::Option { rule, from, to, convert } => {
                        let (rule, to, convert) = (now(rule), Some(to.as_str()), convert.as_ref());
                        changes.push(OptionChange { rule, from, to, convert, note });
                    }
                    What::OptionRemoved { rule, option } => {
                        changes.push(OptionChange { rule: now(rule), from: option, to: None, convert: None, note });
                    }
                    _ => {}
                }
            }
        }
        changes
    }

    /// Whether the rule has this option now, so that who sets it means that one.
    fn has_option(&self, rule: &str, option: &str) -> bool {
        self.rules.get(rule).is_some_and(|options| options.contains(option))
    }
}

fn is_glob(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// The name of a rule after these migrations.
fn later_name(rule: &str, migrations: &[Migration]) -> String {
    let mut now = rule.to_owned();
    for migration in migrations {
        if let What::Rule { from, to } = &migration.what
            && *from == now
        {
            now.clone_from(to);
        }
    }
    now
}

/// A note behind a message, if there is one.
fn with_note(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!(": {note}") }
}

#[cfg(test)]
mod tests;
