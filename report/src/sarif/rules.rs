//! The rules of a SARIF log: those that were on, those that found something, and what the engine says of suppressions.

use super::{Message, level, text};
use crate::Report;
use rulec_plan::manifest::{Level, RuleMeta};
use rulec_runtime::suppress;
use serde::Serialize;
use std::collections::BTreeMap;

/// The rules by id.
pub(super) struct Rules<'a> {
    by_id: BTreeMap<&'a str, Known<'a>>,
    /// Its keys, sorted.
    ids: Vec<&'a str>,
}

/// What is known of a rule.
enum Known<'a> {
    Rule(&'a RuleMeta),
    Engine(&'static str),
    Nothing,
}

impl<'a> Rules<'a> {
    pub(super) fn new(report: &Report<'a>) -> Rules<'a> {
        let found = report.outcome.all_found();
        let mut by_id: BTreeMap<&str, Known<'a>> = found.map(|finding| (&*finding.rule_id, Known::Nothing)).collect();
        for (id, summary) in suppress::RULES {
            by_id.entry(id).and_modify(|known| *known = Known::Engine(summary));
        }
        by_id.extend(report.rules.iter().map(|rule| (rule.id.as_str(), Known::Rule(rule))));
        let ids = by_id.keys().copied().collect();
        Rules { by_id, ids }
    }

    /// The place of a rule among the descriptors.
    pub(super) fn index(&self, id: &str) -> usize {
        self.ids.partition_point(|known| *known < id)
    }

    pub(super) fn descriptors(&self) -> Vec<Descriptor<'a>> {
        self.by_id.iter().map(|(id, known)| Descriptor::new(id, known)).collect()
    }
}

/// A `reportingDescriptor` (section 3.49).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Owned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Owned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_configuration: Option<Configuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'a>>,
}

#[derive(Serialize)]
struct Owned {
    text: String,
}

#[derive(Serialize)]
struct Help<'a> {
    #[serde(flatten)]
    plain: Message<'a>,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    tags: Vec<&'a str>,
}

impl<'a> Descriptor<'a> {
    fn new(id: &'a str, known: &Known<'a>) -> Descriptor<'a> {
        let bare = Descriptor {
            id,
            short_description: None,
            full_description: None,
            help: None,
            default_configuration: None,
            properties: None,
        };
        match known {
            Known::Nothing => bare,
            Known::Engine(summary) => {
                let said = || Some(Owned { text: (*summary).to_owned() });
                Descriptor { short_description: said(), full_description: said(), ..bare }
            }
            Known::Rule(rule) => Descriptor {
                short_description: Some(Owned { text: rule.summary() }),
                full_description: Some(Owned { text: reason(rule) }),
                help: Some(Help { plain: text(&rule.doc), markdown: &rule.doc }),
                default_configuration: Some(Configuration {
                    enabled: rule.level == Level::Recommended,
                    level: level(rule.severity),
                }),
                properties: Some(Properties { tags: tags(rule) }),
                ..bare
            },
        }
    }
}

/// Why the rule is there: the paragraph below `## Why` of its documentation, or else its summary.
fn reason(rule: &RuleMeta) -> String {
    let below = rule.doc.split("## Why\n").nth(1).and_then(|rest| rest.trim_start().split("\n\n").next());
    let words = below.map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    words.filter(|text| !text.is_empty()).unwrap_or_else(|| rule.summary())
}

/// Tags and family, each once.
fn tags(rule: &RuleMeta) -> Vec<&str> {
    let mut tags: Vec<&str> = rule.tags.iter().map(String::as_str).chain([rule.family()]).collect();
    tags.sort_unstable();
    tags.dedup();
    tags.retain(|tag| !tag.is_empty());
    tags
}
