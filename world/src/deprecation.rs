//! What documentation says of the end of things: paragraphs that start with `Deprecated:`.
//!
//! In: an object that a package declares, a member of one, or an import path. Out: a [`Deprecation`], or the knowledge that
//! there is none. It is read off the comments in front of the declaration, line by line; of the standard library, for which
//! summaries stand, a table that `summarise-deprecated` makes of a Go distribution and that is part of this crate says it.
//!
//! Source: go.dev/wiki/Deprecated.
//!
//! **Absent:** comments behind a declaration, and comments between `/*` and `*/`: they deprecate nothing here.

pub mod notes;
pub mod table;

use crate::source::{Import, PackageKey, Part, SourceFile};
use crate::world::World;
use notes::Notes;
use rulec_types::{DeclPlace, Name, ObjId, PackageId};
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What is said of something that should not be used any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecation {
    /// Why, or what to use instead: the first sentence, on one line. Perhaps empty.
    pub text: String,
    /// The minor number of the Go release since which what stands for it is there: 16 of Go 1.16. None if that is not known, as
    /// outside of the standard library.
    pub since: Option<u32>,
}

/// Notes of the files that somebody asked about, by path.
pub(crate) type Kept = Mutex<FxHashMap<Name, Option<Arc<Notes>>>>;

impl World {
    /// What is said of an object at package level, or of a method.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn deprecation(&self, object: ObjId) -> Result<Option<Deprecation>, String> {
        let store = self.store();
        let found = store.object(object);
        let name = store.str(found.name);
        let holder = found.receiver().and_then(|(recv, _)| match store.data(recv) {
            rulec_types::TypeData::Named(named) => Some(store.str(store.object(named.obj).name)),
            _ => None,
        });
        match found.decl {
            Some(place) => {
                let notes = self.notes(place)?;
                self.told(found.pkg, notes.at(place.span.start), holder, name)
            }
            None => of_standard(store.str(store.package(found.pkg).path), holder, name),
        }
    }

    /// What is said of a field of a declared struct, or of a method of a declared interface.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn member_deprecation(&self, holder: ObjId, member: &str) -> Result<Option<Deprecation>, String> {
        let store = self.store();
        let found = store.object(holder);
        let name = store.str(found.name);
        match found.decl {
            Some(place) => {
                let notes = self.notes(place)?;
                self.told(found.pkg, notes.of_member(place.span.start, member), Some(name), member)
            }
            None => of_standard(store.str(store.package(found.pkg).path), Some(name), member),
        }
    }

    /// What is said of a package that `from` imports, in front of its package clauses.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn package_deprecation(&self, from: &PackageKey, path: &str) -> Result<Option<Deprecation>, String> {
        let key = match self.source.resolve(from, path) {
            Import::Package(PackageKey::Std(path)) => return Ok(table::entry(&path, None, "")),
            Import::Package(key) => key,
            Import::Unsafe | Import::C => return Ok(None),
            Import::Missing(reason) => return Err(reason),
        };
        let source = self.source.package(&key).ok_or_else(|| format!("there is no source of package `{path}`"))?;
        if source.standard {
            return Ok(table::entry(path, None, ""));
        }
        let mut unread = None;
        for file in source.part(Part::Base) {
            match self.notes_of(self.store.name(&file.path.to_string_lossy())) {
                Some(notes) => {
                    if let Some(text) = notes.of_package() {
                        return Ok(Some(Deprecation { text, since: None }));
                    }
                }
                None => unread = Some(format!("`{}` cannot be read", file.path.display())),
            }
        }
        if source.is_partial {
            unread = Some(format!("only a part of package `{path}` is declared"));
        }
        unread.map_or(Ok(None), Err)
    }

    /// What a comment says, with what the table knows of the release.
    fn told(
        &self,
        package: PackageId,
        text: Option<String>,
        holder: Option<&str>,
        name: &str,
    ) -> Result<Option<Deprecation>, String> {
        let package = self.store.package(package);
        let path = self.store.str(package.path);
        match text {
            Some(text) => {
                let since = table::entry(path, holder, name).and_then(|entry| entry.since);
                Ok(Some(Deprecation { text, since }))
            }
            // Who declares a package that is not there writes no documentation.
            None if self.is_partial(path) => Err(format!("only a part of package `{path}` is declared")),
            None => Ok(None),
        }
    }

    /// Whether a package with this path is known by what somebody declares of it.
    fn is_partial(&self, path: &str) -> bool {
        self.partial.read().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    fn notes(&self, place: DeclPlace) -> Result<Arc<Notes>, String> {
        self.notes_of(place.file).ok_or_else(|| format!("`{}` cannot be read", self.store.str(place.file)))
    }

    fn notes_of(&self, file: Name) -> Option<Arc<Notes>> {
        let mut kept = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            let path = PathBuf::from(self.store.str(file));
            let content = self.read(&SourceFile { path, part: Part::Base, imports: Vec::new() }).ok()?;
            Some(Arc::new(Notes::of(&String::from_utf8_lossy(&content))))
        };
        kept.entry(file).or_insert_with(read).clone()
    }
}

fn of_standard(path: &str, holder: Option<&str>, name: &str) -> Result<Option<Deprecation>, String> {
    if table::knows(path) {
        Ok(table::entry(path, holder, name))
    } else {
        Err(format!("the documentation of package `{path}` is not at hand"))
    }
}
