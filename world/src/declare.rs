//! Declaring one unit: from its files, from what the cache has kept of them, or from the summary of the standard library.
//!
//! In: a unit whose imports are declared. Out: [`Declared`]. The three ways lead to the same objects and types, only
//! places in files are missing for the standard library.

use crate::cache::{Key, KeyWriter};
use crate::graph::{Content, UnitKey, UnitNode};
use crate::source::{Import, PackageKey, PackageSource, Part, SourceFile};
use crate::standard::{StandardOn, StandardPackage};
use crate::world::World;
use rulec_gofront::{File, Reader};
use rulec_program::{LOOSE, ScopeId};
use rulec_tree::Vocabulary;
use rulec_types::check::{Extension, FileScope, Imported, Unit, UnitFile, declare};
use rulec_types::summary::{self, Found, Surroundings, What};
use rulec_types::{ObjectKind, PackageId};
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, PoisonError};

/// A unit that is declared.
#[derive(Clone)]
pub(crate) struct Declared {
    pub(crate) package: PackageId,
    /// What own tests add.
    pub(crate) extension: Arc<Extension>,
    /// What it is known by in the cache; none if it must not be kept there, nor what imports it.
    keys: Option<Keys>,
    /// Where the packages are that it depends on, itself included. Sorted.
    homes: Arc<[Home]>,
}

impl Declared {
    /// A hash over its files and what its imports offer; none if it must not be kept.
    pub(crate) fn digest(&self) -> Option<[u8; 32]> {
        self.keys.map(|keys| keys.own.0)
    }

    pub(crate) fn homes(&self) -> &[Home] {
        &self.homes
    }
}

/// What decides the declarations of a unit, and what others see of them.
#[derive(Clone, Copy)]
struct Keys {
    /// Its files and what its imports offer.
    own: Key,
    /// What it offers to packages that import it: its exported declarations and what its imports offer. A change of bodies
    /// and of what is not exported leaves it as it is.
    offer: Key,
}

/// Where import paths are unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Home {
    Scope(ScopeId),
    Standard,
    Memory,
}

impl Home {
    fn of(package: &PackageKey) -> Home {
        match package {
            PackageKey::Dir { scope, .. } => Home::Scope(*scope),
            PackageKey::Std(_) => Home::Standard,
            PackageKey::Declared { scope: Some(scope), .. } => Home::Scope(*scope),
            PackageKey::Memory(_) | PackageKey::Declared { scope: None, .. } => Home::Memory,
        }
    }
}

/// Packages by import path; none where several have it.
pub(crate) type Homes = FxHashMap<Home, FxHashMap<String, Option<PackageId>>>;

/// The files of a unit that could be read, each with its content.
type Contents<'s> = Vec<(&'s SourceFile, Vec<u8>)>;

impl World {
    /// Declares a unit; what goes wrong is noted.
    pub(crate) fn declare_unit(&self, reader: &mut Reader, unit: &UnitNode) {
        let declare = AssertUnwindSafe(|| match &unit.content {
            Content::Source(source) => self.declare_files(reader, unit, source),
            Content::Standard(on, package) => self.declare_standard(unit, *on, package),
            Content::Nothing => {
                self.note_problem(&unit.key, format!("there is no source of package `{}`", unit.key.package));
                None
            }
        });
        match catch_unwind(declare) {
            Ok(Some(declared)) => self.publish(unit, declared),
            Ok(None) => {}
            Err(_) => {
                *reader = Reader::new();
                self.note_problem(&unit.key, format!("internal error while declaring package `{}`", unit.key.package));
            }
        }
    }

    fn publish(&self, unit: &UnitNode, declared: Declared) {
        let path = match (&unit.content, &unit.key.package) {
            _ if unit.key.part != Part::Base => None,
            (Content::Source(source), _) => Some(source.import_path.clone()),
            (_, PackageKey::Std(path)) => Some(path.clone()),
            _ => None,
        };
        if let Some(path) = path {
            let mut homes = self.homes.write().unwrap_or_else(PoisonError::into_inner);
            let home = homes.entry(Home::of(&unit.key.package)).or_default();
            home.entry(path).and_modify(|several| *several = None).or_insert(Some(declared.package));
        }
        if let PackageKey::Declared { path, .. } = &unit.key.package {
            self.partial.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        }
        self.declared.write().unwrap_or_else(PoisonError::into_inner).insert(unit.key.clone(), declared);
    }

    fn declare_standard(&self, node: &UnitNode, on: StandardOn, package: &'static StandardPackage) -> Option<Declared> {
        let homes = self.homes_of(node);
        let found = on.summary(package).and_then(|bytes| {
            let package_of = |path: &str| self.package_at(&homes, path);
            self.read_summary(&bytes, &package_of, &Extension::default(), Path::new(""))
        });
        let Some(found) = found else {
            self.note_problem(&node.key, format!("the summary of package `{}` is damaged", node.key.package));
            return None;
        };
        let key = Key(on.key_of(package));
        let keys = Some(Keys { own: key, offer: key });
        Some(Declared { package: found.package, extension: Arc::default(), keys, homes })
    }

    fn declare_files(&self, reader: &mut Reader, node: &UnitNode, source: &PackageSource) -> Option<Declared> {
        let own: Vec<&SourceFile> = source.part(node.key.part).collect();
        let contents: Contents<'_> = own.iter().filter_map(|file| Some((*file, self.content(node, file)?))).collect();
        let homes = self.homes_of(node);
        let key = if contents.len() == own.len() { self.key_of(node, source, &contents) } else { None };
        let extension = self.visible_extension(node);
        if let Some((cache, key)) = self.cache.as_ref().zip(key)
            && let Some(kept) = cache.read(&key)
            && let Some((exported, bytes)) = kept.split_first_chunk()
            && let Some(found) = self.declare_kept(node, source, &homes, &extension, bytes)
        {
            let keys = self.keys(node, key, exported);
            return Some(Declared { package: found.package, extension: Arc::new(found.extension), keys, homes });
        }
        let (package, added, key) = self.declare_parsed(reader, node, source, &contents, &extension, key)?;
        let keys = key.and_then(|key| {
            let exported =
                self.keep(node, package, if node.key.part == Part::Tests { &added } else { &extension }, &key)?;
            self.keys(node, key, &exported)
        });
        Some(Declared { package, extension: Arc::new(added), keys, homes })
    }

    /// Writes a unit to the cache: a hash over what it exports, then its summary. Gives back the hash.
    fn keep(&self, node: &UnitNode, package: PackageId, extension: &Extension, key: &Key) -> Option<[u8; 32]> {
        let cache = self.cache.as_ref()?;
        let summary = |what: What| summary::write(&self.store, package, what, extension);
        let what = if node.key.part == Part::Tests { What::Tests } else { What::All };
        // Nobody imports tests.
        let exported = match node.key.part {
            Part::Base => self.exported(package, &summary(What::Exported)),
            Part::Tests | Part::External => [0; 32],
        };
        let mut bytes = exported.to_vec();
        bytes.extend(summary(what));
        cache.write(key, &bytes);
        Some(exported)
    }

    /// A hash over what a package exports, and over the order in which it declares constants and types: who lists those of one
    /// type keeps to it.
    fn exported(&self, package: PackageId, summary: &[u8]) -> [u8; 32] {
        let mut places: Vec<(&str, u32, &str)> = Vec::new();
        for object in self.store.objects_of(package).map(|object| self.store.object(object)) {
            let is_listed = matches!(object.kind, ObjectKind::Const | ObjectKind::Type);
            if let Some(place) = object.decl.filter(|_| is_listed && self.store.is_exported(object.name)) {
                places.push((self.store.str(place.file), place.span.start, self.store.str(object.name)));
            }
        }
        places.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        hasher.update(summary);
        places.iter().for_each(|(_, _, name)| _ = hasher.update(name.as_bytes()).update(b"\0"));
        *hasher.finalize().as_bytes()
    }

    /// The keys of a unit with that hash over what it exports.
    fn keys(&self, node: &UnitNode, own: Key, exported: &[u8; 32]) -> Option<Keys> {
        let mut offer = KeyWriter::default();
        offer.content(exported);
        self.add_imports(node, &mut offer)?;
        Some(Keys { own, offer: offer.finish() })
    }

    /// Declares a unit from what the cache has of it, if that refers to nothing but packages that are there.
    fn declare_kept(
        &self,
        node: &UnitNode,
        source: &PackageSource,
        homes: &[Home],
        extension: &Extension,
        bytes: &[u8],
    ) -> Option<Found> {
        let base = || self.declared(&UnitKey::base(node.key.package.clone())).map(|base| base.package);
        let package_of = |path: &str| match node.key.part {
            Part::Tests | Part::External if path == source.import_path => base(),
            _ => self.package_at(homes, path),
        };
        let others = summary::packages(bytes).ok()?;
        let are_there = others.iter().all(|path| package_of(path).is_some());
        if are_there { self.read_summary(bytes, &package_of, extension, &source.folder) } else { None }
    }

    fn read_summary(
        &self,
        bytes: &[u8],
        package_of: &dyn Fn(&str) -> Option<PackageId>,
        extension: &Extension,
        folder: &Path,
    ) -> Option<Found> {
        let around = Surroundings { package_of, extension, folder, word_bytes: self.source.word_bytes() };
        summary::read(&self.store, bytes, &around).ok()
    }

    /// Declares a unit from its files. The key goes away if not all of them can be read.
    fn declare_parsed(
        &self,
        reader: &mut Reader,
        node: &UnitNode,
        source: &PackageSource,
        contents: &Contents<'_>,
        extension: &Extension,
        key: Option<Key>,
    ) -> Option<(PackageId, Extension, Option<Key>)> {
        let package = match node.key.part {
            Part::Base => self.store.new_package(&source.import_path, &source.name),
            Part::Tests => self.declared(&UnitKey::base(node.key.package.clone()))?.package,
            Part::External => {
                let [path, name] = [&source.import_path, &source.name].map(|text| format!("{text}_test"));
                self.store.new_package(&path, &name)
            }
        };
        let vocabulary = Arc::new(Vocabulary::default());
        let parsed =
            contents.iter().filter_map(|(file, content)| self.parsed(reader, &vocabulary, node, file, content));
        let parsed: Vec<(File, &Path)> = parsed.collect();
        let key = key.filter(|_| parsed.len() == contents.len());
        let resolve = |path: &str| match node.imports.binary_search_by(|(own, _)| own.as_str().cmp(path)) {
            Ok(at) => self.imported(&node.imports[at].1),
            Err(_) => Imported::Unknown,
        };
        let files = parsed.iter().map(|(file, path)| {
            let imports = FileScope::build(&self.store, file, resolve);
            UnitFile::new(file, self.store.name(&path.to_string_lossy()), imports)
        });
        let added = declare(&self.unit(package, files.collect(), source, extension.clone()));
        Some((package, added, key))
    }

    pub(crate) fn unit<'u>(
        &'u self,
        pkg: PackageId,
        files: Vec<UnitFile<'u>>,
        source: &PackageSource,
        extension: Extension,
    ) -> Unit<'u> {
        let (word_bytes, go_minor, is_partial) = (self.source.word_bytes(), source.go_minor, source.is_partial);
        Unit { store: &self.store, pkg, files, extension, word_bytes, go_minor, is_partial }
    }

    fn content(&self, node: &UnitNode, file: &SourceFile) -> Option<Vec<u8>> {
        let read = self.read(file);
        read.map_err(|error| self.note_problem(&node.key, format!("{}: {error}", file.path.display()))).ok()
    }

    fn parsed<'s>(
        &self,
        reader: &mut Reader,
        vocabulary: &Arc<Vocabulary>,
        node: &UnitNode,
        file: &'s SourceFile,
        content: &[u8],
    ) -> Option<(File, &'s Path)> {
        match reader.read_declarations(content, vocabulary) {
            Ok(read) => Some((read, &file.path)),
            Err(refusal) => {
                self.note_problem(&node.key, format!("{}: {refusal}", file.path.display()));
                None
            }
        }
    }

    /// What own tests add, where external tests see it.
    fn visible_extension(&self, node: &UnitNode) -> Arc<Extension> {
        let tests = UnitKey { package: node.key.package.clone(), part: Part::Tests };
        match node.key.part {
            Part::External => self.declared(&tests).map_or_else(Arc::default, |own| own.extension),
            Part::Base | Part::Tests => Arc::default(),
        }
    }

    // What a unit depends on.

    fn homes_of(&self, node: &UnitNode) -> Arc<[Home]> {
        let mut homes = vec![Home::of(&node.key.package)];
        for needed in node.needed() {
            homes.extend(self.declared(&needed).iter().flat_map(|declared| declared.homes.iter().copied()));
        }
        homes.sort_unstable();
        homes.dedup();
        homes.into()
    }

    pub(crate) fn package_at(&self, homes: &[Home], path: &str) -> Option<PackageId> {
        let all = self.homes.read().unwrap_or_else(PoisonError::into_inner);
        homes.iter().find_map(|home| all.get(home)?.get(path).copied()).flatten()
    }

    /// The key of a unit in the cache: all that decides what it declares.
    fn key_of(&self, node: &UnitNode, source: &PackageSource, contents: &Contents<'_>) -> Option<Key> {
        // Such packages share one import path, by which nothing can be found again.
        if self.cache.is_none() || source.import_path == LOOSE {
            return None;
        }
        let mut key = KeyWriter::new(&self.source.configuration(), self.source.word_bytes(), source.go_minor);
        key.text(&source.import_path);
        key.text(&source.name);
        key.number(node.key.part as u64);
        key.number(source.is_partial.into());
        for needed in node.own_parts() {
            match self.declared(&needed) {
                Some(declared) => key.of_import("", &declared.keys?.own),
                None => key.missing(""),
            }
        }
        self.add_imports(node, &mut key)?;
        for (file, content) in contents {
            key.text(&file.path.file_name()?.to_string_lossy());
            key.content(content);
        }
        Some(key.finish())
    }

    /// Adds what the imports offer; none if that must not be kept.
    fn add_imports(&self, node: &UnitNode, key: &mut KeyWriter) -> Option<()> {
        for (path, import) in &node.imports {
            match import {
                Import::Package(package) => {
                    // A package that could not be declared for reasons of this machine may be there next time.
                    key.of_import(path, &self.declared(&UnitKey::base(package.clone()))?.keys?.offer);
                }
                Import::Unsafe | Import::C => key.text(path),
                Import::Missing(_) => key.missing(path),
            }
        }
        Some(())
    }
}
