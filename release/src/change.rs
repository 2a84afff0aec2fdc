//! What changed between two versions of a pack for those who use it, and which version step that asks for.
//!
//! In: two [`Side`]s: the rules of a version, what others can use of it, and its migrations. Out: [`Change`]s, in the order of rules
//! and kinds. What rules find is not known here: who runs them adds [`Kind::MatchesMore`] and [`Kind::MatchesFewer`]
//! with [`of_examples`].

mod items;
mod rules;

pub use items::items;

use crate::migration::{Migration, What};
use rulec_plan::manifest::RuleMeta;
use semver::Version;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A step from one version to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Nothing that anybody has to know.
    Patch,
    /// There is more than before; what users wrote goes on to work.
    Minor,
    /// Something that users wrote means something else, or nothing.
    Major,
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Step::Patch => "patch",
            Step::Minor => "minor",
            Step::Major => "major",
        })
    }
}

impl Step {
    /// The lowest version that may follow. As cargo has it, the first number that is not 0 is the major one: 0.2.0 follows 0.1.4 on
    /// a major step, and 0.1.5 on any other.
    pub fn after(self, old: &Version) -> Version {
        match (self, old.major, old.minor) {
            (Step::Major, 0, 0) => Version::new(0, 0, old.patch + 1),
            (Step::Major, 0, minor) => Version::new(0, minor + 1, 0),
            (Step::Major, major, _) => Version::new(major + 1, 0, 0),
            (Step::Minor, major, minor) if major > 0 => Version::new(major, minor + 1, 0),
            (Step::Minor | Step::Patch, major, minor) => Version::new(major, minor, old.patch + 1),
        }
    }

    /// Whether a version may follow: it is the lowest one or later, pre-releases of it included.
    pub fn allows(self, old: &Version, new: &Version) -> bool {
        let least = self.after(old);
        let released = Version::new(new.major, new.minor, new.patch);
        new > old && released >= least
    }
}

/// One version of a pack.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// Its rules.
    pub rules: Vec<RuleView<'a>>,
    /// What rules of other packs can use: name with family, and what it is, as [`items`] gives it.
    pub items: BTreeMap<String, String>,
    /// Its migrations.
    pub migrations: &'a [Migration],
    /// Its number.
    pub version: Version,
}

/// A rule with its examples.
#[derive(Clone, Debug)]
pub struct RuleView<'a> {
    /// What is known of it.
    pub meta: &'a RuleMeta,
    /// The Go text of its examples, in order.
    pub examples: Vec<String>,
}

impl RuleView<'_> {
    /// Family and name: the id without the pack.
    pub fn name(&self) -> &str {
        without_pack(&self.meta.id)
    }
}

fn without_pack(id: &str) -> &str {
    id.split_once('.').map_or(id, |(_, rest)| rest)
}

/// What became different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// The rule or item, with its family: its new name, or the old one if it is gone.
    pub subject: String,
    /// What changed of it.
    pub kind: Kind,
    /// The option, if it is about one.
    pub option: Option<String>,
    /// As it was.
    pub old: Option<String>,
    /// As it is.
    pub new: Option<String>,
    /// A migration takes users along.
    pub migrated: bool,
}

/// The ways in which a pack can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A rule is gone.
    RuleRemoved,
    /// A rule has another id.
    RuleRenamed,
    /// A rule is new.
    RuleAdded,
    /// What other packs could use is gone.
    ItemRemoved,
    /// It has another name.
    ItemRenamed,
    /// It is something else than before, or takes something else.
    ItemChanged,
    /// It is new.
    ItemAdded,
    /// Findings are worse than before.
    SeverityRaised,
    /// They are less bad.
    SeverityLowered,
    /// The level went towards `recommended`: more users have the rule on.
    SwitchedOn,
    /// It went away from it.
    SwitchedOff,
    /// An option is gone.
    OptionRemoved,
    /// An option has another name.
    OptionRenamed,
    /// An option has another type.
    OptionType,
    /// An option is new.
    OptionAdded,
    /// An option has another default.
    OptionDefault,
    /// The rule reports where it did not.
    MatchesMore,
    /// It does not report where it did.
    MatchesFewer,
    /// It is for other files: tests, generated ones.
    Files,
    /// It has a fix.
    FixAdded,
    /// It has none any more.
    FixRemoved,
    /// Its fix is trusted more, or less.
    FixTrust,
    /// Its fix writes something else.
    FixChanged,
    /// Its message is another.
    Message,
    /// Its tags are others.
    Tags,
    /// Its documentation is another.
    Documentation,
}

impl Kind {
    /// The step that it asks for.
    pub const fn step(self) -> Step {
        match self {
            // What a configuration, a suppression, a rule or a build relies on.
            Kind::RuleRemoved
            | Kind::RuleRenamed
            | Kind::ItemRemoved
            | Kind::ItemRenamed
            | Kind::ItemChanged
            | Kind::SeverityRaised
            | Kind::SwitchedOn
            | Kind::OptionRemoved
            | Kind::OptionRenamed
            | Kind::OptionType => Step::Major,
            Kind::RuleAdded
            | Kind::ItemAdded
            | Kind::SeverityLowered
            | Kind::SwitchedOff
            | Kind::OptionAdded
            | Kind::OptionDefault
            | Kind::MatchesMore
            | Kind::Files
            | Kind::FixAdded
            | Kind::FixRemoved
            | Kind::FixTrust
            | Kind::Tags => Step::Minor,
            Kind::MatchesFewer | Kind::FixChanged | Kind::Message | Kind::Documentation => Step::Patch,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { subject, option, old, new, .. } = self;
        let [option, old, new] = [option, old, new].map(|text| text.as_deref().unwrap_or_default());
        match self.kind {
            Kind::RuleRemoved => write!(out, "rule `{subject}` is gone"),
            Kind::RuleRenamed => write!(out, "rule `{old}` is now `{subject}`"),
            Kind::RuleAdded => write!(out, "rule `{subject}` is new"),
            Kind::ItemRemoved => write!(out, "{old} `{subject}` is gone"),
            Kind::ItemRenamed => write!(out, "`{old}` is now `{subject}`"),
            Kind::ItemChanged => write!(out, "`{subject}` is now {new}, and was {old}"),
            Kind::ItemAdded => write!(out, "{new} `{subject}` is new"),
            Kind::SeverityRaised => write!(out, "`{subject}`: severity raised from {old} to {new}"),
            Kind::SeverityLowered => write!(out, "`{subject}`: severity lowered from {old} to {new}"),
            Kind::SwitchedOn | Kind::SwitchedOff => write!(out, "`{subject}`: level changed from {old} to {new}"),
            Kind::OptionRemoved => write!(out, "`{subject}`: option `{option}` is gone"),
            Kind::OptionRenamed => write!(out, "`{subject}`: option `{old}` is now `{option}`"),
            Kind::OptionType => write!(out, "`{subject}`: option `{option}` is now {new}, and was {old}"),
            Kind::OptionAdded => write!(out, "`{subject}`: option `{option}` is new"),
            Kind::OptionDefault => write!(out, "`{subject}`: option `{option}` is {new} by default, and was {old}"),
            Kind::MatchesMore => write!(out, "`{subject}` reports more: {new}"),
            Kind::MatchesFewer => write!(out, "`{subject}` reports less: {new}"),
            Kind::Files => write!(out, "`{subject}` is for {new}, and was for {old}"),
            Kind::FixAdded => write!(out, "`{subject}` has a fix"),
            Kind::FixRemoved => write!(out, "`{subject}` has no fix any more"),
            Kind::FixTrust => write!(out, "`{subject}`: the fix is now {new}, and was {old}"),
            Kind::FixChanged => write!(out, "`{subject}`: the fix writes something else"),
            Kind::Message => write!(out, "`{subject}`: the message is now \"{new}\", and was \"{old}\""),
            Kind::Tags => write!(out, "`{subject}`: the tags are now {new}, and were {old}"),
            Kind::Documentation => write!(out, "`{subject}`: other documentation"),
        }
    }
}

/// The rules of both sides that are the same rule: indices on both sides, and whether a migration tells of another id.
/// Other rules are new or gone. A rule whose text or whose examples stand under another id has that id now.
pub fn pairs(old: &Side<'_>, new: &Side<'_>) -> Vec<(usize, usize, bool)> {
    let index = |side: &Side<'_>, name: &str| side.rules.iter().position(|rule| rule.name() == name);
    let told = renamed_rules(old, new);
    let mut pairs = Vec::new();
    for (at, rule) in old.rules.iter().enumerate() {
        let same = index(new, rule.name()).map(|found| (found, false));
        let moved = || index(new, told.get(rule.name())?).map(|found| (found, true));
        pairs.extend(same.or_else(moved).map(|(found, migrated)| (at, found, migrated)));
    }
    let mut taken: BTreeSet<usize> = pairs.iter().map(|(_, found, _)| *found).collect();
    let known: BTreeSet<usize> = pairs.iter().map(|(at, _, _)| *at).collect();
    for (at, rule) in old.rules.iter().enumerate().filter(|(at, _)| !known.contains(at)) {
        let is_same = |(found, other): &(usize, &RuleView<'_>)| !taken.contains(found) && rules::same(rule, other);
        if let Some((found, _)) = new.rules.iter().enumerate().find(is_same) {
            taken.insert(found);
            pairs.push((at, found, false));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Everything that changed but what rules find.
pub fn compare(old: &Side<'_>, new: &Side<'_>) -> Vec<Change> {
    let pairs = pairs(old, new);
    let mut changes = Vec::new();
    for (at, rule) in old.rules.iter().enumerate() {
        if !pairs.iter().any(|(paired, _, _)| *paired == at) {
            let name = rule.name();
            let told = |one: &&Migration| matches!(&one.what, What::RuleRemoved { rule } if rule == name);
            let migrated = since(old, new).any(|one| told(&one));
            changes.push(Change { migrated, ..of(name, Kind::RuleRemoved) });
        }
    }
    for (at, found, migrated) in &pairs {
        let (Some(before), Some(after)) = (old.rules.get(*at), new.rules.get(*found)) else { continue };
        if before.name() != after.name() {
            let old = Some(before.name().to_owned());
            changes.push(Change { old, migrated: *migrated, ..of(after.name(), Kind::RuleRenamed) });
        }
        let told: Vec<&Migration> = since(old, new).collect();
        rules::compare(before.meta, after.meta, &told, &mut changes);
    }
    for (at, rule) in new.rules.iter().enumerate() {
        if !pairs.iter().any(|(_, paired, _)| *paired == at) {
            changes.push(of(rule.name(), Kind::RuleAdded));
        }
    }
    items::compare(old, new, &mut changes);
    changes.sort();
    changes
}

/// How a rule does on the examples of both versions, each a place such as `http.rule: bad 1, line 4`.
pub fn of_examples(rule: &str, more: &[String], fewer: &[String]) -> Vec<Change> {
    let told = |kind, places: &[String]| {
        let first = places.first()?;
        let others = places.len() - 1;
        let text = if others == 0 { first.clone() } else { format!("{first} and {others} more") };
        Some(Change { new: Some(text), ..of(rule, kind) })
    };
    told(Kind::MatchesMore, more).into_iter().chain(told(Kind::MatchesFewer, fewer)).collect()
}

/// The step that changes ask for.
pub fn step(changes: &[Change]) -> Step {
    changes.iter().map(|change| change.kind.step()).max().unwrap_or(Step::Patch)
}

/// The migrations of the new version that the old one did not have.
fn since<'a>(old: &Side<'_>, new: &Side<'a>) -> impl Iterator<Item = &'a Migration> {
    let version = old.version.clone();
    new.migrations.iter().filter(move |migration| migration.version > version)
}

/// By old name, the new names that migrations tell of, one after the other.
fn renamed_rules(old: &Side<'_>, new: &Side<'_>) -> BTreeMap<String, String> {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for migration in since(old, new) {
        let What::Rule { from, to } = &migration.what else { continue };
        renamed.values_mut().filter(|name| *name == from).for_each(|name| name.clone_from(to));
        renamed.entry(from.clone()).or_insert_with(|| to.clone());
    }
    renamed
}

fn of(subject: &str, kind: Kind) -> Change {
    Change { subject: subject.to_owned(), kind, option: None, old: None, new: None, migrated: false }
}

#[cfg(test)]
mod tests;
