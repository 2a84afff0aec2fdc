//! `rulec.lock`: the versions that were chosen, and the hashes of what they held then.
//!
//! In: its text, or a [`Resolution`]. Out: the other. The same resolution gives the same bytes. It stands beside the
//! `rulec.toml` or `pack.toml` that names the packs, and belongs under version control.

use crate::resolve::{Resolution, Source};
use semver::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the file.
pub const FILE_NAME: &str = "rulec.lock";

const SCHEMA: u32 = 1;

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The packs, by name.
    pub packs: Vec<Locked>,
}

/// One pack of a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// The pack.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it was found: `path …`, `git … REV COMMIT`, `index …`.
    pub source: String,
    /// The hash of what it held.
    pub hash: String,
    /// The packs that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    #[serde(default, rename = "pack")]
    packs: Vec<Locked>,
}

impl Lock {
    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn read(text: &str) -> Result<Lock, String> {
        let again = "`rulec pack lock` writes it anew";
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            format!("line {line} is not as it was written: {}; {again}", error.message())
        })?;
        match file.schema {
            SCHEMA => Ok(Lock { packs: file.packs }),
            other => Err(format!("it has schema {other}, and {SCHEMA} is the one known here; {again}")),
        }
    }

    /// The lock of a resolution. `commit_of` has the commits of packs that come from git. The stock rules are part of
    /// rulec and not locked.
    pub fn of(resolution: &Resolution, commit_of: &BTreeMap<String, String>) -> Lock {
        let chosen = resolution.packs.iter().filter(|chosen| chosen.source != Source::Stock);
        let mut packs: Vec<Locked> = chosen
            .map(|chosen| Locked {
                name: chosen.name.clone(),
                version: chosen.version.clone(),
                source: match (&chosen.source, commit_of.get(&chosen.name)) {
                    (source @ Source::Git { .. }, Some(commit)) => format!("{source} {commit}"),
                    (source, _) => source.to_string(),
                },
                hash: chosen.hash.clone(),
                needs: chosen.needs.clone(),
            })
            .collect();
        packs.sort_by(|a, b| a.name.cmp(&b.name));
        Lock { packs }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None in practice: every lock can be written as TOML.
    pub fn text(&self) -> Result<String, String> {
        let file = File { schema: SCHEMA, packs: self.packs.clone() };
        let body = toml::to_string(&file).map_err(|error| error.to_string())?;
        Ok(format!(
            "# Written by `rulec pack lock`. Keep it under version control, and change it with that command.\n{body}"
        ))
    }

    /// The pack of this name.
    pub fn get(&self, name: &str) -> Option<&Locked> {
        self.packs.iter().find(|locked| locked.name == name)
    }

    /// The versions, for [`crate::resolve::Root::locked`].
    pub fn versions(&self) -> BTreeMap<String, Version> {
        self.packs.iter().map(|locked| (locked.name.clone(), locked.version.clone())).collect()
    }

    /// The commit that a git pack was taken from, if it stood at the same place under the same name.
    pub fn commit(&self, name: &str, source: &Source) -> Option<&str> {
        self.get(name)?.source.strip_prefix(&format!("{source} "))
    }

    /// What differs in another lock, one line for each pack: `base 1.0.0 → 1.1.0`.
    pub fn changes(&self, new: &Lock) -> Vec<String> {
        let mut names: Vec<&str> = self.packs.iter().chain(&new.packs).map(|locked| locked.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let change = |name: &str| match (self.get(name), new.get(name)) {
            (None, Some(new)) => Some(format!("{name} {} is new", new.version)),
            (Some(old), None) => Some(format!("{name} {} is gone", old.version)),
            (Some(old), Some(new)) if old.version != new.version => {
                Some(format!("{name} {} → {}", old.version, new.version))
            }
            (Some(old), Some(new)) if old.hash != new.hash => Some(format!("{name} {}: other content", new.version)),
            (Some(old), Some(new)) if old != new => Some(format!("{name} {}: `{}`", new.version, new.source)),
            _ => None,
        };
        names.into_iter().filter_map(change).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::Chosen;

    fn chosen(name: &str, source: Source) -> Chosen {
        Chosen {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            source,
            hash: "blake3:00".to_owned(),
            needs: vec![],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let git = Source::Git { repository: "../net".to_owned(), rev: "v1".to_owned() };
        let packs = vec![
            chosen("net", git.clone()),
            chosen("stdlib", Source::Stock),
            chosen("base", Source::Path("../base".to_owned())),
        ];
        let commits = BTreeMap::from([("net".to_owned(), "0123abcd".to_owned())]);
        let lock = Lock::of(&Resolution { packs }, &commits);
        let text = lock.text().expect("text");
        assert_eq!(Lock::read(&text), Ok(lock.clone()), "{text}");
        assert_eq!(lock.packs.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["base", "net"]);
        assert_eq!(lock.commit("net", &git), Some("0123abcd"));
        let moved = Source::Git { repository: "../net".to_owned(), rev: "v2".to_owned() };
        assert_eq!(lock.commit("net", &moved), None, "another revision is asked for");
        assert_eq!(Lock::default().changes(&lock), ["base 1.0.0 is new", "net 1.0.0 is new"]);
    }

    #[test]
    fn others_are_refused() {
        for (text, expected) in [
            ("schema = 2", "it has schema 2"),
            ("schema = 1\n[[pack]]\nname = \"a\"\n", "line 2"),
            ("x", "line 1"),
            ("schema = 1\nmore = 2\n", "line 2"),
        ] {
            let fault = Lock::read(text).expect_err("no lock");
            assert!(fault.contains(expected) && fault.contains("rulec pack lock"), "{text}: {fault}");
        }
    }
}
