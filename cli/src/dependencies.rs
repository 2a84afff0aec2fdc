//! Packs that a `rulec.toml` or a `pack.toml` names: from names and requirements to what they hold.
//!
//! In: a [`Request`]. Out: [`Packs`], one version of each pack that is needed, dependencies first; or why there are none. Folders,
//! git repositories and indices are read here, and what `rulec.lock` says of them is checked. Nothing is written.

mod contents;
mod provider;

pub use contents::{Content, of_pack_file};

use provider::Folders;
use rulec_config::{Dependency, Place};
use rulec_grammar::source::OtherPack;
use rulec_release::lock::{self, Lock};
use rulec_release::resolve::{Failure, Root, Source, Want, resolve};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

/// Who needs packs.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// What it is called in messages.
    pub name: &'r str,
    /// Its folder: `rulec.lock` stands there, and paths start there.
    pub folder: &'r Path,
    /// What it needs.
    pub dependencies: &'r [Dependency],
    /// The index of packs that do not say where they are.
    pub index: Option<&'r str>,
    /// What to do with `rulec.lock`.
    pub locking: Locking,
}

/// What to do with `rulec.lock`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locking {
    /// Versions that it has are taken where they fit, and what they hold has to be what it says.
    #[default]
    Heed,
    /// It has to be there and to fit.
    Demand,
    /// Versions that it has are taken where they fit; what they hold now is what it will say.
    Renew,
    /// The highest versions are taken.
    Ignore,
}

/// The packs that are needed.
#[derive(Debug, Default)]
pub struct Packs {
    /// The packs, dependencies first.
    pub all: Vec<Content>,
    /// The lock that they make.
    pub lock: Lock,
    /// The lock that was there.
    pub before: Option<Lock>,
    /// Its folder.
    pub folder: PathBuf,
}

/// Why packs cannot be had.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// The dependency that leads there, as an index, if one does.
    pub dependency: Option<usize>,
}

impl Packs {
    /// Chooses and reads the packs.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn resolve(request: Request<'_>) -> Result<Packs, Fault> {
        if request.dependencies.is_empty() && request.locking != Locking::Renew && request.locking != Locking::Ignore {
            return Ok(Packs::default());
        }
        let before = read_lock(request.folder).map_err(whole)?;
        if before.is_none() && request.locking == Locking::Demand {
            let message = format!("there is no `{}`; `rulec pack lock` writes it", lock::FILE_NAME);
            return Err(whole(message));
        }
        let heeded = before.clone().filter(|_| request.locking != Locking::Ignore).unwrap_or_default();
        let mut folders = Folders::new(request.folder, &heeded);
        let (wants, locked) = (wants(request.dependencies, ""), heeded.versions());
        let index = request.index.map(|path| Source::Index(joined("", path)));
        let root = Root { name: request.name, wants: &wants, index: index.as_ref(), locked: &locked };
        let resolution = resolve(root, &mut folders).map_err(|failure| at(request, &failure))?;
        let all = folders.take(&resolution).map_err(|(name, message)| about(request, &[&name], message))?;
        let commits: BTreeMap<String, String> =
            all.iter().filter_map(|content| Some((content.name.clone(), content.commit.clone()?))).collect();
        let lock = Lock::of(&resolution, &commits);
        if let (Locking::Heed | Locking::Demand, Some(old)) = (request.locking, &before) {
            check(request, old, &lock)?;
        }
        Ok(Packs { all, lock, before, folder: request.folder.to_owned() })
    }

    /// What rule files can use of them.
    pub fn others(&self) -> Vec<OtherPack> {
        self.all.iter().map(|content| OtherPack { name: content.name.clone(), files: content.files.clone() }).collect()
    }
}

/// What is locked has to hold what it held then; where it is demanded, everything has to be as it was.
fn check(request: Request<'_>, old: &Lock, new: &Lock) -> Result<(), Fault> {
    for locked in &old.packs {
        let Some(now) = new.get(&locked.name) else { continue };
        if now.version == locked.version && now.hash != locked.hash {
            let message = format!(
                "the pack `{} {}` ({}) has not the content that `{}` says: {} is there, and {} was locked; \
                 `rulec pack lock` takes it over if the change is meant",
                now.name,
                now.version,
                now.source,
                lock::FILE_NAME,
                now.hash,
                locked.hash
            );
            return Err(about(request, &[&locked.name], message));
        }
    }
    let changes = old.changes(new);
    if request.locking == Locking::Demand && !changes.is_empty() {
        let message =
            format!("`{}` is out of date: {}; `rulec pack lock` writes it", lock::FILE_NAME, changes.join(", "));
        return Err(whole(message));
    }
    Ok(())
}

fn whole(message: String) -> Fault {
    Fault { message, dependency: None }
}

fn at(request: Request<'_>, failure: &Failure) -> Fault {
    about(request, &failure.about(), failure.to_string())
}

/// A fault at the first dependency that one of the words names: a pack, or a pack with its version.
fn about(request: Request<'_>, words: &[&str], message: String) -> Fault {
    let named = |dependency: &Dependency| {
        let name = dependency.name.value.as_str();
        words.iter().any(|word| *word == name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))
    };
    Fault { message, dependency: request.dependencies.iter().position(named) }
}

/// The lock of a folder, if it has one.
///
/// # Errors
/// What to tell the user if it cannot be read.
pub fn read_lock(folder: &Path) -> Result<Option<Lock>, String> {
    match fs::read_to_string(folder.join(lock::FILE_NAME)) {
        Ok(text) => {
            Lock::read(&text).map(Some).map_err(|fault| format!("`{}` cannot be used: {fault}", lock::FILE_NAME))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("`{}` cannot be read: {error}", lock::FILE_NAME)),
    }
}

/// Dependencies as the resolver takes them. `folder` is that of the file that names them, relative to the root's.
fn wants(dependencies: &[Dependency], folder: &str) -> Vec<Want> {
    let want = |dependency: &Dependency| Want {
        name: dependency.name.value.clone(),
        requirement: dependency.requirement.clone(),
        source: match &dependency.place {
            Place::Index => None,
            Place::IndexAt(path) => Some(Source::Index(joined(folder, path))),
            Place::Path(path) => Some(Source::Path(joined(folder, path))),
            Place::Git { repository, rev } => Some(Source::Git {
                repository: joined(folder, repository),
                rev: rev.clone().unwrap_or_else(|| "HEAD".to_owned()),
            }),
        },
    };
    dependencies.iter().map(want).collect()
}

/// A path from a folder on, without `.` and with `..` only in front, so that two ways to a place look alike.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<Component<'_>> = Vec::new();
    let whole = Path::new(folder).join(path);
    for part in whole.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(parts.pop()),
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => parts.push(part),
        }
    }
    let joined: PathBuf = parts.iter().collect();
    let text = joined.to_string_lossy().replace('\\', "/");
    if text.is_empty() { ".".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_to_a_place_look_alike() {
        for (folder, path, expected) in [
            ("", "../base", "../base"),
            ("../base", "../net/.", "../net"),
            ("a/b", "../../../c", "../c"),
            ("a", "..", "."),
            ("a", "/b/../../c", "/c"),
        ] {
            assert_eq!(joined(folder, path), expected, "{folder} {path}");
        }
    }
}
