//! What git knows: which lines changed since a revision, and the files of a commit.
//!
//! In: a folder, and a revision as users write it. Out: [`Changes`], which says of a file whether it is new, the same, or
//! in which lines it differs; work that is not committed counts, and so do files that git does not track. All of it is
//! asked of the `git` program, so that configuration, worktrees, submodules and unusual repositories mean what they mean
//! to git. What git cannot tell is a [`Fault`] that says what to do, never an empty answer.
//!
//! Changes nothing: neither the index nor files. Knows nothing of findings. Start at [`Repository`]; [`write_files`] is by itself.

#![warn(missing_docs)]

mod commit;
mod diff;
mod program;

pub use commit::{commit, write_files};
pub use diff::Hunk;

use program::{Git, path_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// Why git could not tell, and what to do about it; a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// A repository with a working tree.
#[derive(Clone, Debug)]
pub struct Repository {
    top: PathBuf,
}

/// What the working tree is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The revision itself.
    Revision,
    /// The last commit that it shares with the one checked out: what a branch would add to it.
    MergeBase,
}

/// What changed.
#[derive(Clone, Debug)]
pub struct Changes {
    base: String,
    /// The repository and its submodules, those further in behind those around them.
    parts: Vec<Part>,
}

/// What changed in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// These lines, ascending.
    Lines(&'a [Hunk]),
    /// Nothing.
    Nothing,
    /// The file was not there, or git does not track it.
    New,
    /// The file is in another repository or in none: nothing can be said.
    Elsewhere,
}

#[derive(Clone, Debug)]
struct Part {
    top: PathBuf,
    /// By path below `top`.
    changed: BTreeMap<PathBuf, Vec<Hunk>>,
    tracked: BTreeSet<PathBuf>,
}

impl Repository {
    /// The repository around a folder.
    ///
    /// # Errors
    /// If there is no `git`, no repository, or one without a working tree.
    pub fn around(folder: &Path) -> Result<Repository, Fault> {
        let output = Git::at(folder).run(&["rev-parse", "--show-toplevel"])?;
        if output.succeeded {
            // The name of a folder may end in a line break; git adds one.
            let top = output.out.strip_suffix(b"\n").unwrap_or(&output.out);
            return Ok(Repository { top: canonical(&path_of(top)) });
        }
        Err(Fault(if output.err.contains("must be run in a work tree") {
            format!("the repository of {} is bare: it has no working tree to compare", folder.display())
        } else if output.err.contains("not a git repository") {
            format!("{} is in no git repository", folder.display())
        } else {
            format!("git cannot tell the repository of {}: {}", folder.display(), output.complaint())
        }))
    }

    /// What differs between a revision and the working tree.
    ///
    /// # Errors
    /// If git does not know the revision or its common ancestor, as in a shallow clone.
    pub fn changes(&self, revision: &str, base: Base) -> Result<Changes, Fault> {
        let commit = self.commit(revision)?;
        let base = match base {
            Base::Revision => commit,
            Base::MergeBase => self.merge_base(revision, &commit)?,
        };
        let mut parts = Vec::new();
        let mut open = vec![(self.clone(), base.clone())];
        while let Some((repository, base)) = open.pop() {
            let index = repository.index()?;
            for submodule in &index.submodules {
                open.extend(repository.submodule(submodule, &base)?);
            }
            let changed = repository.differences(&base)?;
            parts.push(Part { top: repository.top, changed, tracked: index.files });
        }
        parts.sort_by(|a, b| a.top.cmp(&b.top));
        Ok(Changes { base, parts })
    }

    fn git(&self) -> Git<'_> {
        Git::at(&self.top)
    }

    /// The commit that a revision means.
    fn commit(&self, revision: &str) -> Result<String, Fault> {
        let wanted = format!("{revision}^{{commit}}");
        // What starts with a dash would be an option.
        if !revision.is_empty() && !revision.starts_with('-') {
            let output = self.git().run(&["rev-parse", "--verify", "--quiet", &wanted])?;
            if output.succeeded {
                return Ok(output.line());
            }
        }
        Err(Fault(if self.is_shallow()? {
            format!(
                "git does not know the revision `{revision}`, and this clone is shallow: \
                 `git fetch --unshallow` gets the whole history, `git fetch --deepen=N` N commits more"
            )
        } else {
            format!("git does not know the revision `{revision}`; `git fetch` gets what others pushed")
        }))
    }

    fn merge_base(&self, revision: &str, commit: &str) -> Result<String, Fault> {
        let output = self.git().run(&["merge-base", commit, "HEAD"])?;
        if output.succeeded {
            return Ok(output.line());
        }
        Err(Fault(if !output.err.is_empty() {
            format!("git finds no common ancestor of `{revision}` and HEAD: {}", output.complaint())
        } else if self.is_shallow()? {
            format!(
                "the common ancestor of `{revision}` and HEAD is not in this shallow clone: \
                 `git fetch --unshallow` gets the whole history (`fetch-depth: 0` in actions/checkout)"
            )
        } else {
            format!("`{revision}` and HEAD have no common ancestor; `--since` compares with a revision itself")
        }))
    }

    fn is_shallow(&self) -> Result<bool, Fault> {
        Ok(self.git().run(&["rev-parse", "--is-shallow-repository"])?.line() == "true")
    }

    /// The lines that differ, by path below the top.
    fn differences(&self, base: &str) -> Result<BTreeMap<PathBuf, Vec<Hunk>>, Fault> {
        let output = self.git().run(&[
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--no-relative",
            "--text",
            "--unified=0",
            "--inter-hunk-context=0",
            "--find-renames",
            "--ignore-submodules=all",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            base,
            "--",
            "*.go",
        ])?;
        if !output.succeeded {
            return Err(Fault(format!("git cannot compare with {base}: {}", output.complaint())));
        }
        Ok(diff::read(&output.out))
    }

    fn index(&self) -> Result<Index, Fault> {
        let output = self.git().run(&["ls-files", "--stage", "-z"])?;
        if !output.succeeded {
            return Err(Fault(format!("git cannot list its files: {}", output.complaint())));
        }
        let mut index = Index::default();
        for entry in output.out.split(|byte| *byte == 0) {
            // `MODE HASH STAGE<tab>PATH`
            let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else { continue };
            let path = path_of(&entry[tab + 1..]);
            if entry.starts_with(SUBMODULE) {
                index.submodules.push(path);
            } else {
                index.files.insert(path);
            }
        }
        Ok(index)
    }

    /// The repository of a submodule and the commit that `base` wants of it. `None` if nothing is checked out there, or if
    /// it is new: its files then count as files that git does not track.
    fn submodule(&self, path: &Path, base: &str) -> Result<Option<(Repository, String)>, Fault> {
        let top = self.top.join(path);
        if !top.join(".git").exists() {
            return Ok(None);
        }
        let output = self.git().with_path(&["ls-tree", "-z", base, "--"], path)?;
        let entry = output.out.split(|byte| *byte == 0 || *byte == b'\t').next().unwrap_or_default();
        let entry = String::from_utf8_lossy(entry);
        let Some(commit) = entry.strip_prefix("160000 commit ") else { return Ok(None) };
        let repository = Repository { top: canonical(&top) };
        let wanted = format!("{commit}^{{commit}}");
        if !repository.git().run(&["cat-file", "-e", &wanted])?.succeeded {
            return Err(Fault(format!(
                "the submodule {} lacks the commit {commit} that {base} wants: `git -C {0} fetch` gets it",
                path.display()
            )));
        }
        Ok(Some((repository, commit.to_owned())))
    }
}

/// The mode of a submodule in git's index.
const SUBMODULE: &[u8] = b"160000 ";

/// What git tracks.
#[derive(Default)]
struct Index {
    files: BTreeSet<PathBuf>,
    submodules: Vec<PathBuf>,
}

impl Changes {
    /// The commit that was compared with.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What changed in a file; `path` is absolute, with links to folders resolved. Only names that end in `.go` are looked at.
    pub fn of(&self, path: &Path) -> Change<'_> {
        let below = |part: &'_ Part| path.strip_prefix(&part.top).ok().map(Path::to_owned);
        let Some((part, path)) = self.parts.iter().rev().find_map(|part| Some((part, below(part)?))) else {
            return Change::Elsewhere;
        };
        match part.changed.get(&path) {
            Some(hunks) => Change::Lines(hunks),
            None if part.tracked.contains(&path) => Change::Nothing,
            None => Change::New,
        }
    }
}

/// The path without links; as it is where it cannot be resolved.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
