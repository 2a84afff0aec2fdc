//! The keys of a configuration, and the JSON schema that editors check `rulec.toml` with.
//!
//! The tables say which keys there are; reading suggests from them what was meant. [`schema`] adds what the rules at hand
//! bring: their names and their options.

use rulec_plan::ir::Constant;
use rulec_plan::manifest::{OptionMeta, OptionType, RuleMeta};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A key of a table.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    form: Form,
    doc: &'static str,
}

/// What stands behind a key.
#[derive(Clone, Copy)]
enum Form {
    /// A list of paths or globs.
    Paths,
    Selectors,
    /// A table of selectors and severities.
    Severities,
    /// `true` or `false`, and which of them it is if nothing is said.
    Truth(bool),
    Text,
    /// The options of rules.
    Rules,
    /// Packs and where they are.
    Packs,
    Table(&'static [Key]),
    Tables(&'static [Key]),
}

const fn key(name: &'static str, form: Form, doc: &'static str) -> Key {
    Key { name, form, doc }
}

pub(crate) const CONFIGURATION: &[Key] = &[
    key("extends", Form::Paths, "Configurations that this one starts from. They apply first; what is said later wins."),
    key("select", Form::Selectors, "Which rules are on; without it, those of level `recommended` and all of your own."),
    key("ignore", Form::Selectors, "Which of the selected rules are off."),
    key("severity", Form::Severities, "How bad findings are. Later lines win."),
    key("rule-paths", Form::Paths, "Rule files and folders of your own."),
    key("rules", Form::Rules, "Options of rules: `[rules.NAME]`."),
    key("files", Form::Table(FILES), "Which files are checked."),
    key("per-path", Form::Tables(PER_PATH), "What differs for some files. Later tables win."),
    key("suppressions", Form::Table(SUPPRESSIONS), "What comments may waive."),
    key("packs", Form::Packs, "Packs of other teams, with the versions that will do."),
    key("index", Form::Text, "The folder of the index in which packs are that do not say where they are."),
];

pub(crate) const SUPPRESSIONS: &[Key] = &[
    key("require-reason", Form::Truth(false), "Whether a suppression without a reason hides nothing."),
    key("nolint", Form::Truth(true), "Whether the `//nolint` comments of golangci-lint are understood."),
];

pub(crate) const FILES: &[Key] = &[
    key("include", Form::Paths, "If not empty, only files that one of these globs fits are checked."),
    key("exclude", Form::Paths, "Files that one of these globs fits are not checked."),
    key("tests", Form::Truth(true), "Whether `_test.go` files are checked."),
    key("vendor", Form::Truth(false), "Whether `vendor` folders are checked."),
    key("testdata", Form::Truth(false), "Whether `testdata` folders are checked."),
    key("generated", Form::Truth(false), "Whether files that say they are generated are checked."),
    key("gitignore", Form::Truth(true), "Whether what `.gitignore` names is left out."),
];

pub(crate) const PER_PATH: &[Key] = &[
    key("paths", Form::Paths, "Globs of the files that this is about, relative to the folder of the configuration."),
    key("select", Form::Selectors, "Rules that are on there besides."),
    key("ignore", Form::Selectors, "Rules that are off there."),
    key("severity", Form::Severities, "How bad findings are there. Later lines win."),
];

/// The names of keys.
pub(crate) fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

/// The JSON schema (draft 2020-12) of `rulec.toml` for these rules. Rules and selectors that are not among them are
/// allowed: a project has rules of its own.
pub fn schema(rules: &[&RuleMeta]) -> Value {
    let mut schema = table(CONFIGURATION, rules);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rulec.toml",
        "description": "What a project says about the rules of rulec.",
        "$defs": {
            "selector": {
                "description": "A rule by id or last segment, a family, a pack, a tag, a severity, a level, or a glob.",
                "anyOf": [{"enum": selectors(rules)}, {"type": "string"}],
            },
            "severity": {"enum": ["error", "warning", "info"]},
            "pack": pack(),
        },
    });
    if let (Some(schema), Value::Object(head)) = (schema.as_object_mut(), head) {
        schema.extend(head);
    }
    schema
}

fn table(keys: &[Key], rules: &[&RuleMeta]) -> Value {
    let property = |key: &Key| {
        let mut property = form(key.form, rules);
        if let Some(property) = property.as_object_mut() {
            property.insert("description".to_owned(), key.doc.into());
        }
        (key.name.to_owned(), property)
    };
    let properties: Map<String, Value> = keys.iter().map(property).collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn form(form: Form, rules: &[&RuleMeta]) -> Value {
    match form {
        Form::Paths => json!({"type": "array", "items": {"type": "string"}}),
        Form::Selectors => json!({"type": "array", "items": {"$ref": "#/$defs/selector"}}),
        Form::Severities => json!({
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/selector"},
            "additionalProperties": {"$ref": "#/$defs/severity"},
        }),
        Form::Truth(default) => json!({"type": "boolean", "default": default}),
        Form::Text => json!({"type": "string"}),
        Form::Rules => options_of_rules(rules),
        Form::Packs => json!({"type": "object", "additionalProperties": {"$ref": "#/$defs/pack"}}),
        Form::Table(keys) => table(keys, rules),
        Form::Tables(keys) => {
            let mut items = table(keys, rules);
            if let Some(items) = items.as_object_mut() {
                items.insert("required".to_owned(), json!(["paths"]));
            }
            json!({"type": "array", "items": items})
        }
    }
}

/// What selects at least one of the rules, but for globs.
fn selectors(rules: &[&RuleMeta]) -> BTreeSet<String> {
    let mut selectors: BTreeSet<String> =
        ["error", "warning", "info", "recommended", "strict", "pedantic"].map(str::to_owned).into();
    for rule in rules {
        let (group, pack) = (rule.id.rsplit_once('.'), rule.id.split_once('.'));
        let group = group.map(|(group, _)| group).into_iter();
        let pack = pack.map(|(pack, _)| pack).into_iter();
        let words = [rule.id.as_str(), rule.name(), rule.family()].into_iter().chain(group).chain(pack);
        selectors.extend(words.chain(rule.tags.iter().map(String::as_str)).map(str::to_owned));
    }
    selectors
}

/// One table for each rule with options, by its last segment and by its id.
fn options_of_rules(rules: &[&RuleMeta]) -> Value {
    let mut tables = Map::new();
    for rule in rules.iter().filter(|rule| !rule.options.is_empty()) {
        let options: Map<String, Value> =
            rule.options.iter().map(|option| (option.name.clone(), option_schema(option))).collect();
        let table = json!({
            "type": "object",
            "description": rule.summary(),
            "additionalProperties": false,
            "properties": options,
        });
        tables.insert(rule.id.clone(), json!({"$ref": format!("#/properties/rules/properties/{}", rule.name())}));
        tables.insert(rule.name().to_owned(), table);
    }
    json!({"type": "object", "properties": tables, "additionalProperties": {"type": "object"}})
}

fn option_schema(option: &OptionMeta) -> Value {
    let entries =
        |ty: &str| json!({"type": "object", "additionalProperties": {"anyOf": [{"type": ty}, {"const": false}]}});
    let mut schema = match option.ty {
        OptionType::Int => json!({"type": "integer"}),
        OptionType::String => json!({"type": "string"}),
        OptionType::Bool => json!({"type": "boolean"}),
        OptionType::Duration => json!({"type": "string", "examples": ["1m30s"]}),
        OptionType::Strings => json!({"type": "array", "items": {"type": "string"}}),
        OptionType::Ints => json!({"type": "array", "items": {"type": "integer"}}),
        OptionType::StringTable => entries("string"),
        OptionType::IntTable => entries("integer"),
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), option.doc.as_str().into());
        schema.extend(default(&option.default).map(|value| ("default".to_owned(), value)));
    }
    schema
}

/// The default as TOML has it, where that is one plain value.
fn default(constant: &Constant) -> Option<Value> {
    match constant {
        Constant::Int(int) => Some((*int).into()),
        Constant::Str(text) => Some(text.as_str().into()),
        Constant::Bool(truth) => Some((*truth).into()),
        _ => None,
    }
}

/// A requirement on versions, or a table with where the pack is.
fn pack() -> Value {
    let text = |doc: &str| json!({"type": "string", "description": doc});
    json!({
        "description": "Which versions of a pack will do, and where it is.",
        "anyOf": [
            {"type": "string", "examples": ["^1.2"]},
            {"type": "object", "additionalProperties": false, "properties": {
                "version": text("Which versions will do, such as \"^1.2\"."),
                "path": text("A pack file, or a folder with pack.toml."),
                "git": text("A git repository with pack.toml at its top."),
                "rev": text("A commit, tag or branch of the git repository."),
                "index": text("An index folder."),
            }},
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;
    use rulec_grammar::codes::E0802;
    use rulec_grammar::diagnostic::{FileId, Sink};

    /// Every key of the tables is read: a value of the wrong type is told, and not an unknown key.
    #[test]
    fn the_tables_name_the_keys_that_are_read() {
        let top = CONFIGURATION.iter().map(|key| format!("{} = 2026-01-01\n", key.name));
        let files = FILES.iter().map(|key| format!("[files]\n{} = 2026-01-01\n", key.name));
        let paths = PER_PATH.iter().map(|key| format!("[[per-path]]\n{} = 2026-01-01\n", key.name));
        for text in top.chain(files).chain(paths) {
            let mut sink = Sink::new();
            read(&text, FileId(0), &mut sink);
            let faults = sink.into_sorted();
            assert!(!faults.is_empty() && faults.iter().all(|fault| fault.code != E0802), "{text}: {faults:?}");
        }
    }
}
