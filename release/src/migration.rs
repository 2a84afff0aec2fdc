//! `[[migration]]` of a `pack.toml`: what users of earlier versions have to change.
//!
//! In: the tables as written. Out: [`Migration`]s in the order of their versions. Each says one thing, and applying it twice does
//! no more than applying it once.

use crate::conversion::{self, Conversion};
use crate::pack_toml::read_version;
use rulec_config::table::{TableReader, Value, in_order, parse, span_of};
use rulec_grammar::ast::Name;
use rulec_grammar::codes::E0811;
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_tree::Span;
use semver::Version;
use serde::{Deserialize, Serialize};

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// The version in which it did.
    pub version: Version,
    /// What it is.
    pub what: What,
    /// What users should know of it.
    pub note: Option<String>,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

/// What changed. Rules and items are named without the name of the pack: `http.nil-body`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A rule has another id.
    Rule {
        /// As it was.
        from: String,
        /// As it is.
        to: String,
    },
    /// A rule is gone.
    RuleRemoved {
        /// The rule.
        rule: String,
    },
    /// An option has another name, or other values.
    Option {
        /// The rule, by the id that it has in this version.
        rule: String,
        /// The name that it had.
        from: String,
        /// The name that it has; the same if only its values changed.
        to: String,
        /// What becomes of its value.
        convert: Option<Conversion>,
    },
    /// An option is gone.
    OptionRemoved {
        /// The rule, by the id that it has in this version.
        rule: String,
        /// The option.
        option: String,
    },
    /// Something that rules of other packs use has another name or module: a predicate, symbol set, fact, resource or generic rule.
    Item {
        /// As it was.
        from: String,
        /// As it is.
        to: String,
    },
}

const KEYS: [&str; 8] = ["version", "rule", "option", "item", "to", "convert", "removed", "note"];

/// Reads a file that has nothing but `[[migration]]`: the stock rules have no `pack.toml`. Mistakes are told at their places.
pub fn read_file(text: &str, file: FileId, sink: &mut Sink) -> Vec<Migration> {
    let table = parse(text, file, sink);
    let mut reader = TableReader { file, sink };
    let mut migrations = Vec::new();
    for (key, value) in in_order(table.get_ref()) {
        match key.value.as_str() {
            "migration" => migrations = read(&mut reader, value),
            _ => reader.unknown_key(&key, "a file of migrations", &["migration"]),
        }
    }
    migrations
}

/// Reads the list of tables.
pub(crate) fn read(reader: &mut TableReader<'_>, value: Value<'_, '_>) -> Vec<Migration> {
    let Some(items) = value.get_ref().as_array() else {
        reader.expected(value, "a list of tables, each `[[migration]]`");
        return Vec::new();
    };
    let mut migrations: Vec<Migration> = items.iter().filter_map(|item| read_one(reader, item)).collect();
    migrations.sort_by(|a, b| a.version.cmp(&b.version));
    migrations
}

/// The keys of one table.
#[derive(Default)]
struct Keys {
    version: Option<Version>,
    rule: Option<Name>,
    option: Option<Name>,
    item: Option<Name>,
    to: Option<Name>,
    convert: Option<Conversion>,
    removed: bool,
    note: Option<String>,
}

fn read_one(reader: &mut TableReader<'_>, value: Value<'_, '_>) -> Option<Migration> {
    let span = span_of(value.span());
    let mut keys = Keys::default();
    let before = reader.sink.error_count();
    for (key, value) in reader.entries(value) {
        match key.value.as_str() {
            "version" => keys.version = reader.string(value).and_then(|text| read_version(reader, &text)),
            "rule" => keys.rule = reader.string(value),
            "option" => keys.option = reader.string(value),
            "item" => keys.item = reader.string(value),
            "to" => keys.to = reader.string(value),
            "convert" => keys.convert = conversion::read(reader, value),
            "removed" => keys.removed = reader.bool(value).unwrap_or_default(),
            "note" => keys.note = reader.string(value).map(|text| text.value),
            _ => reader.unknown_key(&key, "`[[migration]]`", &KEYS),
        }
    }
    if reader.sink.error_count() > before {
        return None;
    }
    let (version, note) = (keys.version.take(), keys.note.take());
    let read =
        version.ok_or("it does not say in which `version` of the pack").and_then(|version| Ok((version, what(keys)?)));
    match read {
        Ok((version, what)) => Some(Migration { version, what, note, span }),
        Err(fault) => {
            let message = format!("the migration makes no sense: {fault}");
            reader
                .sink
                .error(E0811, reader.file, span, message)
                .help("`rulec explain E0811` shows the forms there are");
            None
        }
    }
}

fn what(keys: Keys) -> Result<What, &'static str> {
    let Keys { rule, option, item, to, convert, removed, .. } = keys;
    let id = |name: Name| match name.value.split_once('.') {
        Some((family, rest)) if !family.is_empty() && !rest.is_empty() && !rest.contains('.') => Ok(name.value),
        _ => Err("rules and items are named with their family and without their pack: `http.nil-body`"),
    };
    match (rule, option, item, to, convert, removed) {
        (Some(rule), None, None, Some(to), None, false) => {
            renamed(id(rule)?, id(to)?).map(|(from, to)| What::Rule { from, to })
        }
        (Some(rule), None, None, None, None, true) => Ok(What::RuleRemoved { rule: id(rule)? }),
        (Some(rule), Some(option), None, None, None, true) => {
            Ok(What::OptionRemoved { rule: id(rule)?, option: option.value })
        }
        (Some(_), Some(_), None, None, None, false) => Err("it does not say what became of the option"),
        (Some(rule), Some(option), None, to, convert, false) => {
            let to = to.map_or_else(|| option.value.clone(), |to| to.value);
            let told = to != option.value || convert.as_ref().is_some_and(Conversion::tells_old_from_new);
            if !told {
                return Err("nobody could tell an old value from a new one: give the option another name with `to`");
            }
            Ok(What::Option { rule: id(rule)?, from: option.value, to, convert })
        }
        (None, None, Some(item), Some(to), None, false) => {
            renamed(id(item)?, id(to)?).map(|(from, to)| What::Item { from, to })
        }
        _ => Err("it has `rule` and `to`, `rule` and `option`, `item` and `to`, or `removed = true`"),
    }
}

fn renamed(from: String, to: String) -> Result<(String, String), &'static str> {
    if from == to { Err("the old name and the new one are the same") } else { Ok((from, to)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Vec<Migration>, Vec<String>) {
        let mut sink = Sink::new();
        let found = read_file(text, FileId(0), &mut sink);
        (found, sink.into_sorted().into_iter().map(|one| one.message).collect())
    }

    #[test]
    fn in_the_order_of_versions() {
        let (found, faults) = read_text(
            "[[migration]]\nversion = \"2.0.0\"\nrule = \"a.c\"\nto = \"a.d\"\n[[migration]]\nversion = \"1.0.0\"\nrule = \"a.b\"\nto = \"a.c\"\n",
        );
        assert_eq!(faults, Vec::<String>::new());
        let froms = found.iter().map(|one| match &one.what {
            What::Rule { from, .. } => from.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(froms.collect::<Vec<_>>(), ["a.b", "a.c"]);
    }

    #[test]
    fn mistakes() {
        for (keys, expected) in [
            ("rule = \"a.b\"\nto = \"a.c\"", "does not say in which `version`"),
            ("version = \"1.0.0\"\nrule = \"b\"\nto = \"a.c\"", "named with their family"),
            ("version = \"1.0.0\"\nrule = \"a.b\"\nto = \"a.b\"", "are the same"),
            ("version = \"1.0.0\"\nrule = \"a.b\"", "it has `rule` and `to`"),
            ("version = \"1.0.0\"\nrule = \"a.b\"\noption = \"x\"", "what became of the option"),
            (
                "version = \"1.0.0\"\nrule = \"a.b\"\noption = \"x\"\nconvert = \"negate\"",
                "tell an old value from a new one",
            ),
            (
                "version = \"1.0.0\"\nrule = \"a.b\"\noption = \"x\"\nconvert = { values = { a = \"b\", b = \"c\" } }",
                "`b` is an old value and a new one",
            ),
            ("version = \"1.0.0\"\nrule = \"a.b\"\noption = \"x\"\nconvert = \"lists\"", "no conversion `lists`"),
        ] {
            let (found, faults) = read_text(&format!("[[migration]]\n{keys}\n"));
            assert!(found.is_empty() && faults.len() == 1 && faults[0].contains(expected), "{keys}: {faults:?}");
        }
    }
}
