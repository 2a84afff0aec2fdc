//! What a pack is: name, version, and a description of each rule that outlives the encoding of plans.
//!
//! In: the data of `pack.toml`, the plan and the results of examples. Out: JSON, and back. A field that a later version
//! adds is skipped here, so that every rulec can say what a pack is, whatever it was built with.
//!
//! Nothing in here decides what a rule does; that is the plan's.

use crate::error::{PackError, malformed};
use rulec_plan::Plan;
use rulec_plan::ir::{Constant, RulePlan};
use rulec_plan::manifest::{Applicability, CostClass, Level, OptionMeta, OptionType, RuleMeta, Severity};
pub use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The language edition of this rulec.
pub const EDITION: &str = "2026";

/// What a pack is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The first part of the ids of its rules.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The edition of the language that its rules are written in.
    pub edition: String,
    /// What others may do with it, as an SPDX expression.
    #[serde(default)]
    pub licence: Option<String>,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub description: Option<String>,
    /// The packs whose modules it uses.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// It was built with rules that lack examples.
    #[serde(default)]
    pub untested: bool,
    /// Its rules, in the order of the plan; facts are none.
    pub rules: Vec<RuleEntry>,
    /// Steps from older versions to this one. What they mean is for those to say who apply them.
    #[serde(default)]
    pub migrations: Vec<Map<String, Value>>,
}

/// A pack that another one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The versions of it that will do.
    pub requirement: VersionReq,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleEntry {
    /// `pack.family.name`.
    pub id: String,
    /// The middle of the id.
    pub family: String,
    /// Who has it switched on.
    pub level: Level,
    /// How bad a finding is.
    pub severity: Severity,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// The version of the pack that first had it.
    #[serde(default)]
    pub since: Option<String>,
    /// The first paragraph of its documentation, on one line.
    pub title: String,
    /// Its documentation, Markdown.
    pub documentation: String,
    /// Its options.
    pub options: Vec<OptionEntry>,
    /// What its examples have shown.
    pub examples: Examples,
    /// How far its fix may be trusted, if it has one.
    #[serde(default)]
    pub fix: Option<Applicability>,
    /// How its candidates are found.
    pub cost: CostClass,
    /// Whether only files that hold certain texts are looked at.
    pub needs_texts: bool,
    /// Whether it asks about types.
    pub needs_types: bool,
    /// Whether it asks what happens inside of functions.
    pub needs_flow: bool,
    /// Its rule file, as [`crate::file::SourceText::path`] names it.
    pub file: String,
}

/// An option of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptionEntry {
    /// Its name.
    pub name: String,
    /// Its type, as rules write it: `int`, `[string]`.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its value where nobody sets it, as `rulec.toml` would write it; durations as text.
    pub default: Value,
    /// What it does.
    pub documentation: String,
}

/// The examples of a rule. All of them passed when the pack was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examples {
    /// In which it reports something.
    pub bad: u32,
    /// In which it reports nothing.
    pub good: u32,
}

impl Examples {
    /// Whether it was seen to report, and seen not to.
    pub fn are_enough(self) -> bool {
        self.bad > 0 && self.good > 0
    }
}

impl Manifest {
    /// A pack without rules, dependencies and migrations.
    pub fn new(name: &str, version: Version) -> Manifest {
        Manifest {
            name: name.to_owned(),
            version,
            edition: EDITION.to_owned(),
            licence: None,
            description: None,
            dependencies: Vec::new(),
            untested: false,
            rules: Vec::new(),
            migrations: Vec::new(),
        }
    }

    /// A pack of the rules of a plan, whose examples nobody has run.
    pub fn of_plan(name: &str, plan: &Plan) -> Manifest {
        let rules = plan.rules.iter().filter(|rule| rule.meta.fact.is_none());
        let rules = rules.map(|rule| RuleEntry::new(rule, Examples::default())).collect();
        Manifest { rules, untested: true, ..Manifest::new(name, Version::new(0, 0, 0)) }
    }

    /// Reads the section of a pack.
    ///
    /// # Errors
    /// [`PackError::Malformed`].
    pub fn read(section: &[u8]) -> Result<Manifest, PackError> {
        serde_json::from_slice(section).map_err(|error| malformed("manifest", error.to_string()))
    }

    /// The section of a pack. The same manifest makes the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("keys of the manifest are texts")
    }
}

impl RuleEntry {
    /// What the plan and the examples say of a rule.
    pub fn new(rule: &RulePlan, examples: Examples) -> RuleEntry {
        let meta: &RuleMeta = &rule.meta;
        RuleEntry {
            id: meta.id.clone(),
            family: meta.family().to_owned(),
            level: meta.level,
            severity: meta.severity,
            tags: meta.tags.clone(),
            since: meta.since.clone(),
            title: meta.summary(),
            documentation: meta.doc.clone(),
            options: meta.options.iter().map(OptionEntry::new).collect(),
            examples,
            fix: meta.fix.as_ref().map(|fix| fix.applicability),
            cost: meta.cost,
            needs_texts: !rule.needs.is_empty(),
            needs_types: meta.needs_types,
            needs_flow: meta.needs_flow,
            file: meta.file.clone(),
        }
    }
}

impl OptionEntry {
    fn new(option: &OptionMeta) -> OptionEntry {
        OptionEntry {
            name: option.name.clone(),
            ty: type_name(option.ty).to_owned(),
            default: value(&option.default),
            documentation: option.doc.clone(),
        }
    }
}

/// A type of options as rules write it.
pub fn type_name(ty: OptionType) -> &'static str {
    match ty {
        OptionType::Int => "int",
        OptionType::String => "string",
        OptionType::Bool => "bool",
        OptionType::Duration => "duration",
        OptionType::Strings => "[string]",
        OptionType::Ints => "[int]",
        OptionType::StringTable => "[string: string]",
        OptionType::IntTable => "[string: int]",
    }
}

fn value(constant: &Constant) -> Value {
    match constant {
        Constant::Int(int) => (*int).into(),
        Constant::Bool(truth) => (*truth).into(),
        Constant::Float(text) | Constant::Str(text) | Constant::Regex(text) => text.as_str().into(),
        Constant::Duration(nanoseconds) => duration(*nanoseconds).into(),
        // The default of an option is a scalar, or a list or table of scalars.
        Constant::List(items) => items.iter().map(scalar).collect(),
        Constant::Table(entries) => entries.iter().map(|(key, value)| (key.clone(), scalar(value))).collect(),
        Constant::Symbols(_) | Constant::Type(_) | Constant::Option { .. } => Value::Null,
    }
}

fn scalar(constant: &Constant) -> Value {
    match constant {
        Constant::List(_) | Constant::Table(_) => Value::Null,
        constant => value(constant),
    }
}

/// A duration with the largest unit that leaves no fraction: `90s`.
fn duration(nanoseconds: i64) -> String {
    let units =
        [(3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1000, "us")];
    let whole = units.iter().find(|(size, _)| nanoseconds != 0 && nanoseconds % size == 0);
    whole.map_or_else(|| format!("{nanoseconds}ns"), |(size, unit)| format!("{}{unit}", nanoseconds / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_later_fields_are_skipped() {
        let mut manifest = Manifest::new("team", Version::new(1, 2, 3));
        manifest.dependencies =
            vec![Dependency { name: "stdlib".to_owned(), requirement: VersionReq::parse("^0.1").unwrap() }];
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::read(&bytes), Ok(manifest.clone()));
        let later = String::from_utf8(bytes).unwrap().replacen('{', "{\"colour\": [1], ", 1);
        assert_eq!(Manifest::read(later.as_bytes()), Ok(manifest));
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for text in ["", "[]", "{}", "{\"name\": 1}", &"[".repeat(100_000)] {
            assert!(Manifest::read(text.as_bytes()).is_err(), "{text:.20}");
        }
    }

    #[test]
    fn durations_have_the_largest_whole_unit() {
        let cases =
            [(0, "0ns"), (90_000_000_000, "90s"), (7_200_000_000_000, "2h"), (1_500_000, "1500us"), (-1000, "-1us")];
        for (nanoseconds, text) in cases {
            assert_eq!(duration(nanoseconds), text);
        }
    }
}
