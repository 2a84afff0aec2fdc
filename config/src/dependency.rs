//! Another pack that rules need: its name, which versions will do, and where it is.
//!
//! In `[packs]` of `rulec.toml` and in `[dependencies]` of `pack.toml`: `base = "^1.2"`, or a table with `version` and one
//! of `path`, `git` (and `rev`) and `index`.

use crate::table::{TableReader, Value, span_of};
use rulec_grammar::ast::Name;
use rulec_grammar::codes::{E0803, E0809};
use rulec_tree::Span;
use semver::VersionReq;

/// A pack that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The pack.
    pub name: Name,
    /// The versions that will do.
    pub requirement: VersionReq,
    /// Where it is.
    pub place: Place,
    /// What is written of it.
    pub span: Span,
}

/// Where a pack is. Paths are relative to the folder of the file that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the index of the file that names it.
    Index,
    /// In an index folder.
    IndexAt(String),
    /// A pack file, or a folder with `pack.toml`.
    Path(String),
    /// A git repository, with `pack.toml` at its top.
    Git {
        /// Its folder or address, as git takes it.
        repository: String,
        /// A commit, tag or branch; `HEAD` if not said.
        rev: Option<String>,
    },
}

const KEYS: [&str; 5] = ["version", "path", "git", "rev", "index"];

impl TableReader<'_> {
    /// The packs that a table names, in the order written.
    pub fn dependencies(&mut self, value: Value<'_, '_>) -> Vec<Dependency> {
        self.entries(value).into_iter().filter_map(|(name, value)| self.dependency(name, value)).collect()
    }

    fn dependency(&mut self, name: Name, value: Value<'_, '_>) -> Option<Dependency> {
        let span = span_of(value.span());
        if !is_pack_name(&name.value) {
            let message = format!("`{}` cannot be the name of a pack", name.value);
            self.sink.error(E0809, self.file, name.span, message).help("a name has letters, digits, `-` and `_`");
            return None;
        }
        if value.get_ref().is_str() {
            let requirement = self.string(value).and_then(|text| self.requirement(&text))?;
            return Some(Dependency { name, requirement, place: Place::Index, span });
        }
        if !value.get_ref().is_table() {
            self.expected(value, "a version such as \"^1.2\", or a table with `version` and `path`, `git` or `index`");
            return None;
        }
        let (mut requirement, mut rev, mut places) = (Some(VersionReq::STAR), None, Vec::new());
        for (key, value) in self.entries(value) {
            match key.value.as_str() {
                "version" => requirement = self.string(value).and_then(|text| self.requirement(&text)),
                "path" => places.extend(self.string(value).map(|path| Place::Path(path.value))),
                "git" => {
                    places.extend(self.string(value).map(|git| Place::Git { repository: git.value, rev: None }));
                }
                "rev" => rev = self.string(value),
                "index" => places.extend(self.string(value).map(|path| Place::IndexAt(path.value))),
                _ => self.unknown_key(&key, "a dependency", &KEYS),
            }
        }
        let mut place = self.one_place(&name, span, places)?;
        match (&mut place, rev) {
            (Place::Git { rev: slot, .. }, rev) => *slot = rev.map(|rev| rev.value),
            (_, Some(rev)) => {
                let fault = self.sink.error(E0803, self.file, rev.span, "`rev` is of git repositories alone");
                fault.help("add `git = \"FOLDER\"`");
            }
            (_, None) => {}
        }
        Some(Dependency { name, requirement: requirement?, place, span })
    }

    fn one_place(&mut self, name: &Name, span: Span, mut places: Vec<Place>) -> Option<Place> {
        if places.len() > 1 {
            let message = format!("`{}` is in several places", name.value);
            self.sink.error(E0803, self.file, span, message).help("keep one of `path`, `git` and `index`");
            return None;
        }
        Some(places.pop().unwrap_or(Place::Index))
    }

    /// The requirement that a text is; none if it is none.
    fn requirement(&mut self, text: &Name) -> Option<VersionReq> {
        match VersionReq::parse(&text.value) {
            Ok(requirement) => Some(requirement),
            Err(fault) => {
                let message = format!("`{}` is not a requirement on versions: {fault}", text.value);
                let fault = self.sink.error(E0809, self.file, text.span, message);
                fault.help("`\"^1.2\"` is 1.2.0 or later and below 2.0.0, `\"=1.2.3\"` that version alone");
                None
            }
        }
    }
}

/// Whether a word can be the first part of rules' ids.
pub fn is_pack_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_grammar::diagnostic::{FileId, Sink};

    fn read(text: &str) -> (Vec<Dependency>, Vec<String>) {
        let mut sink = Sink::new();
        let table = crate::table::parse(text, FileId(0), &mut sink);
        let mut found = Vec::new();
        for (_, value) in crate::table::in_order(table.get_ref()) {
            found = TableReader { file: FileId(0), sink: &mut sink }.dependencies(value);
        }
        let said =
            |one: &rulec_grammar::diagnostic::Diagnostic| format!("{} {:?}", one.message, &text[one.span.range()]);
        (found, sink.into_sorted().iter().map(said).collect())
    }

    #[test]
    fn places() {
        let (found, faults) = read(
            "[packs]\na = \"1\"\nb = { path = \"../b\" }\nc = { version = \"=1.2.3\", git = \"r\", rev = \"v1\" }\n\
             d = { version = \"~0.1\", index = \"i\" }\n",
        );
        assert_eq!(faults, Vec::<String>::new());
        let places: Vec<_> = found.iter().map(|one| one.place.clone()).collect();
        let git = Place::Git { repository: "r".into(), rev: Some("v1".into()) };
        assert_eq!(places, [Place::Index, Place::Path("../b".into()), git, Place::IndexAt("i".into())]);
        assert_eq!(found[1].requirement, VersionReq::STAR);
    }

    #[test]
    fn mistakes() {
        for (text, expected) in [
            ("x = { a = \"one\" }", "is not a requirement on versions"),
            ("x = { \"a.b\" = \"1\" }", "cannot be the name of a pack \"\\\"a.b\\\"\""),
            ("x = { a = 1 }", "found a TOML integer \"1\""),
            ("x = { a = { path = \"p\", git = \"g\" } }", "is in several places"),
            ("x = { a = { path = \"p\", rev = \"g\" } }", "`rev` is of git repositories alone"),
            ("x = { a = { vers = \"1\" } }", "has no key `vers`"),
        ] {
            let (_, faults) = read(text);
            assert!(faults.len() == 1 && faults[0].contains(expected), "{text}: {faults:?}");
        }
    }
}
