//! Answers the resolver from folders, git repositories and indices.

use super::contents::{Content, in_folder, of_pack_file};
use rulec_release::Lock;
use rulec_release::index::{self, Entry};
use rulec_release::pack_toml;
use rulec_release::resolve::{Candidate, Provider, Resolution, Source, Want};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads what is asked for, each place once.
pub struct Folders<'r> {
    /// Where paths start.
    root: &'r Path,
    lock: &'r Lock,
    /// Packs that are in one version at their place.
    read: BTreeMap<(String, Source), Content>,
    /// Versions of indices.
    listed: BTreeMap<(String, Source), Vec<Entry>>,
}

impl<'r> Folders<'r> {
    /// Reads from here on; git packs come from the commits that the lock has.
    pub fn new(root: &'r Path, lock: &'r Lock) -> Folders<'r> {
        Folders { root, lock, read: BTreeMap::new(), listed: BTreeMap::new() }
    }

    /// What the chosen packs hold.
    ///
    /// # Errors
    /// The pack that is not what its index says of it, and why.
    pub fn take(&mut self, resolution: &Resolution) -> Result<Vec<Content>, (String, String)> {
        let mut all = Vec::new();
        for chosen in resolution.packs.iter().filter(|chosen| chosen.source != Source::Stock) {
            let key = (chosen.name.clone(), chosen.source.clone());
            let content = match self.read.remove(&key) {
                Some(content) => content,
                None => self.indexed(&key, chosen).map_err(|reason| (chosen.name.clone(), reason))?,
            };
            all.push(content);
        }
        Ok(all)
    }

    fn indexed(&self, key: &(String, Source), chosen: &rulec_release::resolve::Chosen) -> Result<Content, String> {
        let Source::Index(index) = &chosen.source else { return Err("it was not read".to_owned()) };
        let entries = self.listed.get(key).into_iter().flatten();
        let entry = entries.into_iter().find(|entry| entry.version == chosen.version).ok_or("the index has it not")?;
        let path = self.root.join(index).join(&chosen.name).join(&entry.file);
        let shown = format!("{index}/{}/{}", chosen.name, entry.file);
        let content = of_pack_file(&path, &shown)?;
        if content.hash != entry.hash {
            let (found, said) = (&content.hash, &entry.hash);
            return Err(format!("{shown} has not the content that its index says: {found} is there, and not {said}"));
        }
        if (content.name.as_str(), &content.version) != (chosen.name.as_str(), &chosen.version) {
            return Err(format!("{shown} is `{} {}`", content.name, content.version));
        }
        Ok(content)
    }

    fn one(&self, name: &str, source: &Source) -> Result<Content, String> {
        match source {
            Source::Path(path) => {
                let place = self.root.join(path);
                if place.is_dir() {
                    return in_folder(&place, path, path);
                }
                if !place.exists() {
                    return Err(format!("there is neither a folder nor a file {path}"));
                }
                of_pack_file(&place, path)
            }
            Source::Git { repository, rev } => self.of_commit(name, source, repository, rev),
            Source::Stock | Source::Index(_) => Err("it has several versions".to_owned()),
        }
    }

    fn of_commit(&self, name: &str, source: &Source, repository: &str, rev: &str) -> Result<Content, String> {
        let place = self.root.join(repository);
        let rev_now = self.lock.commit(name, source).unwrap_or(rev);
        let commit = rulec_git::commit(&place, rev_now).map_err(|fault| fault.to_string())?;
        let folder = tempfile::tempdir().map_err(|error| format!("there is no temporary folder: {error}"))?;
        rulec_git::write_files(&place, &commit, folder.path(), is_of_a_pack).map_err(|fault| fault.to_string())?;
        let content = in_folder(folder.path(), &format!("{repository}@{rev}"), NOWHERE)?;
        let leads_out = |want: &Want| match &want.source {
            Some(Source::Path(path) | Source::Index(path) | Source::Git { repository: path, .. }) => {
                path.starts_with(NOWHERE)
            }
            Some(Source::Stock) | None => false,
        };
        if let Some(want) = content.wants.iter().find(|want| leads_out(want)) {
            let name = &want.name;
            return Err(format!(
                "it says with a relative path where `{name}` is, which leads nowhere in a commit: name `{name}` here"
            ));
        }
        Ok(Content { commit: Some(commit), ..content })
    }

    fn versions(&mut self, name: &str, source: &Source, index: &str) -> Result<Vec<Candidate>, String> {
        let folder = self.root.join(index);
        if !folder.is_dir() {
            return Err(format!("there is no index folder {index}"));
        }
        let path: PathBuf = folder.join(name).join(index::FILE_NAME);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let shown = format!("{index}/{name}/{}", index::FILE_NAME);
        let text = crate::rule_files::text(&path).map_err(|reason| format!("{shown} {reason}"))?;
        let entries = index::read(&text, name).map_err(|fault| format!("{shown}: {fault}"))?;
        let candidates = entries.iter().map(|entry| candidate(entry, source)).collect();
        self.listed.insert((name.to_owned(), source.clone()), entries);
        Ok(candidates)
    }
}

/// Stands for the folder of a commit, which is gone when its files have been read.
const NOWHERE: &str = "\u{0}";

/// Whether a file can be a part of a pack's source.
fn is_of_a_pack(path: &Path) -> bool {
    path == Path::new(pack_toml::FILE_NAME) || path.extension().is_some_and(|extension| extension == "rule")
}

/// What an index has of a version. Packs of an index need packs of the same index.
fn candidate(entry: &Entry, source: &Source) -> Candidate {
    let want = |needed: &index::Needed| Want {
        name: needed.name.clone(),
        requirement: needed.requirement.clone(),
        source: Some(source.clone()),
    };
    Candidate {
        version: entry.version.clone(),
        hash: entry.hash.clone(),
        yanked: entry.yanked,
        wants: entry.dependencies.iter().map(want).collect(),
    }
}

impl Provider for Folders<'_> {
    fn candidates(&mut self, name: &str, source: &Source) -> Result<Vec<Candidate>, String> {
        match source {
            Source::Stock => Ok(vec![stock()?]),
            Source::Index(index) => self.versions(name, source, index),
            Source::Path(_) | Source::Git { .. } => {
                let content = self.one(name, source)?;
                if content.name != name {
                    return Err(format!("the pack at `{source}` is called `{}`", content.name));
                }
                let candidate = content.candidate();
                self.read.insert((name.to_owned(), source.clone()), content);
                Ok(vec![candidate])
            }
        }
    }
}

/// The stock rules have the version of rulec.
fn stock() -> Result<Candidate, String> {
    let version = semver::Version::parse(env!("CARGO_PKG_VERSION")).map_err(|error| error.to_string())?;
    Ok(Candidate { version, hash: String::new(), yanked: false, wants: Vec::new() })
}
