//! What is asked about packages beyond what they and their imports declare, and the hashes by which whoever keeps a result can
//! tell that answers are still the same.
//!
//! In: a [`Question`] that somebody asked for a file of a package. Out: a hash over all that the answer is made of.
//! [`World::census`] is the same for a whole run: a hash over all packages that it may look at. Neither declares a package.

use crate::contents::ContentHash;
use crate::graph::{Content, Graph, UnitKey, UnitNode};
use crate::source::{Import, PackageKey, Part, SourceFile};
use crate::threads;
use crate::world::World;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A question whose answer may change although neither the files of the package nor what its imports offer do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// What the package with this import path declares, which need not be imported.
    Package(String),
    /// What the documentation of the package with this import path says.
    PackageNotes(String),
    /// What the comments in this file say of the end of things.
    Notes(PathBuf),
    /// What the files in the folder of the package say that are not part of the build.
    Neighbours,
}

/// Hashes over packages with all that they import, found once each.
pub(crate) type Closures = Mutex<FxHashMap<PackageKey, ContentHash>>;

/// The extensions of files that can say something about a Go package.
const CODE: [&str; 9] = ["go", "s", "S", "c", "cc", "cpp", "h", "m", "swig"];

/// The word without which a file says nothing of the end of things.
const DEPRECATED: &[u8] = b"Deprecated:";

/// Puts a hash together of parts that are told apart.
#[derive(Default)]
struct Parts(blake3::Hasher);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) -> &mut Parts {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    fn finish(&self) -> ContentHash {
        *self.0.finalize().as_bytes()
    }
}

impl World {
    /// Whether there is a cache in which results can be kept.
    pub fn keeps(&self) -> bool {
        self.cache.is_some()
    }

    /// Removes what was not used for longest from the cache, if there is too much in it.
    pub fn trim(&self) {
        if let Some(cache) = &self.cache {
            cache.trim();
        }
    }

    /// The content of a file, which is noted.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, file: &SourceFile) -> io::Result<Vec<u8>> {
        let content = self.source.read(file)?;
        self.contents.note(&file.path, &content);
        Ok(content)
    }

    /// Notes what somebody has read.
    pub fn note_content(&self, path: &Path, content: &[u8]) -> ContentHash {
        self.contents.note(path, content)
    }

    /// Whether all who have read a file in this run have read the same.
    pub fn is_settled(&self) -> bool {
        self.contents.are_settled()
    }

    /// The hash of a file, which is read if nobody has done so; none if it cannot be read.
    pub fn content_hash(&self, path: &Path) -> Option<ContentHash> {
        self.contents.of(path).or_else(|| self.content_of(path).map(|(_, hash)| hash))
    }

    fn content_of(&self, path: &Path) -> Option<(Vec<u8>, ContentHash)> {
        let file = SourceFile { path: path.to_owned(), part: Part::Base, imports: Vec::new() };
        let content = self.source.read(&file).ok()?;
        let hash = self.contents.note(path, &content);
        Some((content, hash))
    }

    /// A hash over the files of the parts of a package and what their imports offer; none if it must not be kept, or before the
    /// package is prepared.
    pub fn package_digest(&self, package: &PackageKey) -> Option<ContentHash> {
        let mut parts = Parts::default();
        for part in [Part::Base, Part::Tests, Part::External] {
            match self.declared(&UnitKey { package: package.clone(), part }) {
                Some(declared) => parts.add(declared.digest()?),
                None if part == Part::Base => return None,
                None => parts.add([]),
            };
        }
        Some(parts.finish())
    }

    /// Questions of a package with the hashes of their answers; none if an answer is not known well enough to be kept.
    pub fn answers(
        &self,
        package: &PackageKey,
        questions: impl IntoIterator<Item = Question>,
    ) -> Option<Vec<(Question, ContentHash)>> {
        let answers = questions.into_iter().map(|question| {
            let answer = self.answer(package, &question);
            (question, answer)
        });
        Some(answers.collect()).filter(|_| self.is_settled())
    }

    /// Whether questions still have these answers.
    pub fn has_same_answers(&self, package: &PackageKey, answers: &[(Question, ContentHash)]) -> bool {
        answers.iter().all(|(question, answer)| self.answer(package, question) == *answer)
    }

    fn answer(&self, package: &PackageKey, question: &Question) -> ContentHash {
        let mut parts = Parts::default();
        match question {
            Question::Package(path) => match self.source.resolve(package, path) {
                Import::Package(PackageKey::Std(path)) => parts.add("standard").add(path),
                Import::Package(key) => parts.add(self.closure(key)),
                other => parts.add(in_words(&other)),
            },
            Question::PackageNotes(path) => match self.source.resolve(package, path) {
                Import::Package(key) => {
                    let source = self.source.package(&key);
                    let files = source.iter().flat_map(|source| source.part(Part::Base));
                    parts.add(key.to_string());
                    files.for_each(|file| _ = parts.add(self.notes_hash(&file.path)));
                    &mut parts
                }
                other => parts.add(in_words(&other)),
            },
            Question::Notes(path) => parts.add(self.notes_hash(path)),
            Question::Neighbours => {
                for path in self.neighbours(package) {
                    parts.add(path.to_string_lossy().as_bytes());
                    parts.add(self.content_hash(&path).unwrap_or_default());
                }
                &mut parts
            }
        };
        parts.finish()
    }

    /// The same for all files that say nothing of the end of things.
    fn notes_hash(&self, path: &Path) -> ContentHash {
        const UNREADABLE: ContentHash = [1; 32];
        let known = self.silent.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        known.unwrap_or_else(|| {
            let hash = match self.content_of(path) {
                Some((content, hash)) if memchr::memmem::find(&content, DEPRECATED).is_some() => hash,
                Some(_) => ContentHash::default(),
                None => UNREADABLE,
            };
            self.silent.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), hash);
            hash
        })
    }

    /// The files of code in the folder of a package that are not part of it, sorted.
    pub(crate) fn neighbours(&self, package: &PackageKey) -> Vec<PathBuf> {
        let Some(source) = self.source.package(package) else { return Vec::new() };
        let entries = std::fs::read_dir(&source.folder).into_iter().flatten().flatten();
        let is_code =
            |path: &PathBuf| path.extension().and_then(|ext| ext.to_str()).is_some_and(|ext| CODE.contains(&ext));
        let is_own = |path: &PathBuf| source.files.iter().any(|file| file.path == *path);
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| is_code(path) && !is_own(path)).collect();
        paths.sort_unstable();
        paths
    }

    /// A hash over the files of a package without tests and of all that it imports.
    fn closure(&self, package: PackageKey) -> ContentHash {
        let known = self.closures.lock().unwrap_or_else(PoisonError::into_inner).get(&package).copied();
        known.unwrap_or_else(|| {
            let hash = self.hash_of_graph([UnitKey::base(package.clone())], 1);
            self.closures.lock().unwrap_or_else(PoisonError::into_inner).insert(package, hash);
            hash
        })
    }

    /// A hash over all that decides what is known of these packages, their tests, and all that they import: files, what imports
    /// lead to, language versions, and what is wrong with any of it. Every file is read.
    pub fn census(&self, packages: impl IntoIterator<Item = PackageKey>, threads: usize) -> ContentHash {
        let parts = [Part::Base, Part::Tests, Part::External];
        let units =
            packages.into_iter().flat_map(|package| parts.map(|part| UnitKey { package: package.clone(), part }));
        self.hash_of_graph(units, threads)
    }

    fn hash_of_graph(&self, units: impl IntoIterator<Item = UnitKey>, threads: usize) -> ContentHash {
        let graph = Graph::new(&*self.source, units, threads, &|_| false);
        let mut hashes = threads::map(threads, &graph.units, || (), |(), unit| self.hash_of_unit(unit));
        // Packages have no numbers that are the same in all runs.
        hashes.sort_unstable();
        let mut all = Parts::default();
        all.add(self.source.configuration()).add([self.source.word_bytes()]);
        hashes.iter().for_each(|hash| _ = all.add(hash));
        self.source.problems().iter().for_each(|problem| _ = all.add(problem));
        all.finish()
    }

    fn hash_of_unit(&self, unit: &UnitNode) -> ContentHash {
        let mut parts = Parts::default();
        parts.add(unit.key.package.to_string()).add([unit.key.part as u8]);
        match &unit.content {
            Content::Source(source) => {
                parts.add(&source.import_path).add(&source.name);
                parts.add(format!("{:?} {} {}", source.go_minor, source.standard, source.is_partial));
                for file in source.part(unit.key.part) {
                    parts.add(file.path.to_string_lossy().as_bytes());
                    parts.add(self.content_hash(&file.path).unwrap_or_default());
                }
            }
            Content::Standard(on, package) => _ = parts.add(on.key_of(package)),
            Content::Nothing => {}
        }
        for (path, import) in &unit.imports {
            parts.add(path).add(in_words(import));
        }
        parts.finish()
    }
}

fn in_words(import: &Import) -> String {
    match import {
        Import::Package(package) => format!("package {package}"),
        Import::Unsafe => "unsafe".to_owned(),
        Import::C => "C".to_owned(),
        Import::Missing(reason) => format!("missing: {reason}"),
    }
}
