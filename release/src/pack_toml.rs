//! One `pack.toml`: what a pack says of itself.
//!
//! In: its text. Out: [`PackToml`], and every mistake at its place. What has a mistake is left out; without a name and a version
//! there is no pack.

use crate::migration::{self, Migration};
use rulec_config::table::{TableReader, Value, in_order, parse, span_of};
use rulec_config::{Dependency, is_pack_name};
use rulec_grammar::ast::Name;
use rulec_grammar::codes::{E0803, E0809};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_tree::Span;
use semver::Version;

/// The name of the file.
pub const FILE_NAME: &str = "pack.toml";

/// The editions of the rule language; the last is the newest.
pub const EDITIONS: [&str; 1] = ["2026"];

/// What a pack says of itself.
#[derive(Clone, Debug)]
pub struct PackToml {
    /// The file among the sources of the run, for diagnostics.
    pub file: FileId,
    /// The first part of the ids of its rules.
    pub name: Name,
    /// Its version.
    pub version: Version,
    /// The edition of the rule language; the newest if not said.
    pub edition: String,
    /// The licence, as SPDX writes it.
    pub licence: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its rule files and folders of them, relative to its folder; `rules/` if not said.
    pub rule_paths: Vec<Name>,
    /// The index of dependencies that do not say where they are, relative to its folder.
    pub index: Option<Name>,
    /// Packs whose modules its rules use.
    pub dependencies: Vec<Dependency>,
    /// What users of earlier versions have to change.
    pub migrations: Vec<Migration>,
}

const KEYS: [&str; 9] =
    ["name", "version", "edition", "licence", "description", "rule-paths", "index", "dependencies", "migration"];

/// Names that stand for something else: the stock rules, rules without a pack, and what rulec itself reports.
const TAKEN: [&str; 3] = ["stdlib", "local", "rulec"];

/// Reads the text; none if it does not say which pack in which version it is.
pub fn read(text: &str, file: FileId, sink: &mut Sink) -> Option<PackToml> {
    let table = parse(text, file, sink);
    let mut reader = TableReader { file, sink };
    let (mut name, mut version) = (None, None);
    let mut pack = PackToml {
        file,
        name: Name { value: String::new(), span: Span::default() },
        version: Version::new(0, 0, 0),
        edition: EDITIONS[EDITIONS.len() - 1].to_owned(),
        licence: None,
        description: None,
        rule_paths: vec![Name { value: "rules/".to_owned(), span: Span::default() }],
        index: None,
        dependencies: Vec::new(),
        migrations: Vec::new(),
    };
    let entries = in_order(table.get_ref());
    for (key, value) in &entries {
        match key.value.as_str() {
            "name" => name = reader.string(value).filter(|name| is_name(&mut reader, name)),
            "version" => version = reader.string(value).and_then(|text| read_version(&mut reader, &text)),
            "edition" => pack.edition = read_edition(&mut reader, value).unwrap_or(pack.edition),
            "licence" => pack.licence = reader.string(value).map(|text| text.value),
            "description" => pack.description = reader.string(value).map(|text| text.value),
            "rule-paths" => pack.rule_paths = reader.strings(value).unwrap_or_default(),
            "index" => pack.index = reader.string(value),
            "dependencies" => pack.dependencies = reader.dependencies(value),
            "migration" => pack.migrations = migration::read(&mut reader, value),
            _ => reader.unknown_key(key, "a pack", &KEYS),
        }
    }
    let has = |key: &str| entries.iter().any(|(name, _)| name.value == key);
    for (key, example) in [("name", "\"acme\""), ("version", "\"0.1.0\"")].iter().filter(|(key, _)| !has(key)) {
        let fault = reader.sink.error(E0803, file, Span::default(), format!("the pack does not say its {key}"));
        fault.help(format!("add `{key} = {example}`"));
    }
    later_migrations(&mut reader, &pack.migrations, version.as_ref());
    Some(PackToml { name: name?, version: version?, ..pack })
}

fn is_name(reader: &mut TableReader<'_>, name: &Name) -> bool {
    if TAKEN.contains(&name.value.as_str()) {
        let message = format!("`{}` cannot be the name of a pack: it stands for something else", name.value);
        reader.sink.error(E0809, reader.file, name.span, message);
        return false;
    }
    if !is_pack_name(&name.value) {
        let message = format!("`{}` cannot be the name of a pack", name.value);
        let fault = reader.sink.error(E0809, reader.file, name.span, message);
        fault.help("a name has letters, digits, `-` and `_`");
        return false;
    }
    true
}

/// The version that a text is; none if it is none.
pub(crate) fn read_version(reader: &mut TableReader<'_>, text: &Name) -> Option<Version> {
    match Version::parse(&text.value) {
        Ok(version) => Some(version),
        Err(fault) => {
            let message = format!("`{}` is not a version: {fault}", text.value);
            reader.sink.error(E0809, reader.file, text.span, message).help("write all three numbers: `\"1.4.0\"`");
            None
        }
    }
}

fn read_edition(reader: &mut TableReader<'_>, value: Value<'_, '_>) -> Option<String> {
    let text = reader.string(value)?;
    if EDITIONS.contains(&text.value.as_str()) {
        return Some(text.value);
    }
    let message = format!("there is no edition `{}` of the rule language", text.value);
    let fault = reader.sink.error(E0803, reader.file, span_of(value.span()), message);
    fault.help(format!("this rulec knows {}", EDITIONS.join(", ")));
    None
}

/// A migration to a version that is still to come would be applied before its time.
fn later_migrations(reader: &mut TableReader<'_>, migrations: &[Migration], version: Option<&Version>) {
    let Some(version) = version else { return };
    for migration in migrations.iter().filter(|migration| migration.version > *version) {
        let message = format!("the migration is for version {}, and this is {version}", migration.version);
        reader.sink.error(rulec_grammar::codes::E0811, reader.file, migration.span, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(text: &str) -> (Option<PackToml>, Vec<String>) {
        let mut sink = Sink::new();
        let pack = read(text, FileId(0), &mut sink);
        let said =
            sink.into_sorted().into_iter().map(|one| format!("{} {}; {}", one.code, one.message, one.help.join("; ")));
        (pack, said.collect())
    }

    #[test]
    fn reads_every_key() {
        let (pack, faults) = read_one(
            r#"
            name = "acme"
            version = "2.0.0"
            edition = "2026"
            licence = "Apache-2.0"
            description = "Rules of Acme"
            rule-paths = ["rules", "more/x.rule"]
            index = "../index"
            [dependencies]
            base = "^1.2"
            [[migration]]
            version = "2.0.0"
            rule = "http.old"
            to = "http.new"
            "#,
        );
        assert_eq!(faults, Vec::<String>::new());
        let pack = pack.expect("a pack");
        assert_eq!((pack.name.value.as_str(), pack.version.to_string().as_str()), ("acme", "2.0.0"));
        assert_eq!((pack.rule_paths.len(), pack.dependencies.len(), pack.migrations.len()), (2, 1, 1));
    }

    #[test]
    fn every_mistake_is_told() {
        for (text, expected) in [
            ("name = \"a\"", "the pack does not say its version; add `version = \"0.1.0\"`"),
            ("version = \"1.0.0\"", "the pack does not say its name; add `name = \"acme\"`"),
            ("name = \"a\"\nversion = \"1.0\"", "`1.0` is not a version"),
            ("name = \"a.b\"\nversion = \"1.0.0\"", "`a.b` cannot be the name of a pack; a name has letters"),
            ("name = \"stdlib\"\nversion = \"1.0.0\"", "it stands for something else"),
            ("name = \"a\"\nversion = \"1.0.0\"\nlicense = \"x\"", "a key with a similar name: `licence`"),
            ("name = \"a\"\nversion = \"1.0.0\"\nedition = \"2031\"", "there is no edition `2031`"),
            (
                "name = \"a\"\nversion = \"1.0.0\"\n[[migration]]\nversion = \"1.1.0\"\nrule = \"f.a\"\nremoved = true",
                "the migration is for version 1.1.0, and this is 1.0.0",
            ),
        ] {
            let (_, faults) = read_one(text);
            assert!(faults.len() == 1 && faults[0].contains(expected), "{text}: {faults:?}");
        }
    }
}
