//! Names and types: from files to what is known of every expression of a project, imports followed, tests included.
//!
//! All on one thread, cold: packages are found, what they import is read for its declarations, everything is declared,
//! and then every file is parsed and all its declarations gone through. Beside it stand the parts that are no names and
//! types, measured over the same files, and the same run with summaries on disk and one package changed.

use crate::{Sample, sample};
use rulec_gofront::{File, Reader};
use rulec_program::Config;
use rulec_tree::Vocabulary;
use rulec_world::standard::StandardOn;
use rulec_world::{
    Cache, Coverage, DiskSource, FileTypes, Import, PackageKey, PackageSource, Source, SourceFile, World,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The packages of a project, as a build on this machine has them.
pub struct Project {
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// The stages of one round.
pub struct Round {
    /// Parsing of the files by tree-sitter-go as it is published.
    pub plain: Sample,
    /// Reading of the same files in full: to the canonical tree, with the names that one file shows.
    pub read: Sample,
    /// Reading of all files that packages need, dependencies included, for their declarations.
    pub declarations: Sample,
    /// All of the front end: from files to the type of every expression.
    pub whole: Sample,
    /// The same, with summaries on disk and one package changed: only its files are gone through.
    pub changed: Sample,
    /// Of how many expressions types are known.
    pub coverage: Coverage,
}

impl Project {
    /// The files of all packages below a folder that a build on this machine takes.
    pub fn below(folder: &Path) -> Project {
        let source = DiskSource::new(Config::of_this_machine());
        let packages = source.loader().packages_below(folder);
        let files = packages.iter().flat_map(|package| package.files()).filter(|file| file.excluded.is_none());
        let read = |path: &PathBuf| std::fs::read(path).ok().map(|text| (path.clone(), text));
        Project { files: files.filter_map(|file| read(&file.path)).collect() }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The size of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, text)| text.len() as u64).sum()
    }

    /// Measures every stage once. `cache` is an empty folder.
    ///
    /// # Panics
    /// If tree-sitter and the grammar do not fit each other.
    pub fn measure(&self, cache: &Path) -> Round {
        let mut coverage = Coverage::default();
        let whole = sample(|| {
            let world = World::new(DiskSource::new(Config::of_this_machine()));
            self.prepare(&world);
            coverage = type_files(&world, &mut self.files.iter());
            format!("{coverage:?}").into_bytes()
        });
        // Fills the cache.
        self.prepare(&World::new(DiskSource::new(Config::of_this_machine())).with_cache(Cache::at(cache)));
        let changed = sample(|| self.with_one_package_changed(cache));
        Round {
            plain: self.parse(),
            read: self.read(|reader, text, vocabulary| reader.read(text, vocabulary).map(|file| file.tree.len())),
            declarations: self.declarations(),
            whole,
            changed,
            coverage,
        }
    }

    /// The paths of all files.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Loads the packages and visits each file with its types, one after the other.
    pub(super) fn visit(&self, mut each: impl FnMut(&File, &FileTypes<'_>)) {
        let world = World::new(DiskSource::new(Config::of_this_machine()));
        self.prepare(&world);
        visit_files(&world, &mut self.files.iter(), &mut each);
    }

    fn prepare(&self, world: &World) {
        let mut packages: Vec<PackageKey> =
            self.files.iter().map(|(path, _)| world.source().package_of(path)).collect();
        packages.sort_unstable();
        packages.dedup();
        world.prepare(packages, 1);
    }

    /// Parses the files by tree-sitter-go as it is published.
    pub fn parse(&self) -> Sample {
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_go::LANGUAGE.into()).expect("the grammar fits the library");
        sample(|| {
            let rows = self.files.iter().filter_map(|(_, text)| parser.parse(text, None));
            rows.map(|tree| tree.root_node().end_byte() as u64).sum::<u64>().to_le_bytes().to_vec()
        })
    }

    fn read<E>(&self, read: impl Fn(&mut Reader, &[u8], &Arc<Vocabulary>) -> Result<usize, E>) -> Sample {
        let (mut reader, vocabulary) = (Reader::new(), Arc::new(Vocabulary::default()));
        sample(|| {
            let rows = self.files.iter().filter_map(|(_, text)| read(&mut reader, text, &vocabulary).ok());
            (rows.sum::<usize>() as u64).to_le_bytes().to_vec()
        })
    }

    /// The files of the project, and those of the packages that it imports.
    fn declarations(&self) -> Sample {
        self.read(|reader, text, vocabulary| reader.read_declarations(text, vocabulary).map(|file| file.tree.len()))
    }

    /// The package in the middle gets another comment.
    fn with_one_package_changed(&self, cache: &Path) -> Vec<u8> {
        let Some((path, _)) = self.files.get(self.files.len() / 2) else { return Vec::new() };
        let source = Changed { source: DiskSource::new(Config::of_this_machine()), path: path.clone() };
        let world = World::new(source).with_cache(Cache::at(cache));
        self.prepare(&world);
        let mut files = self.files.iter().filter(|(file, _)| file.parent() == path.parent());
        format!("{:?}", type_files(&world, &mut files)).into_bytes()
    }
}

/// Goes through all declarations of all packages below a folder, files one after the other as a run does it, on so many
/// threads.
pub fn type_all(folder: &Path, threads: usize) {
    let source = DiskSource::new(Config::of_this_machine());
    let packages = source.loader().packages_below(folder);
    let files = packages.iter().flat_map(|package| package.files()).filter(|file| file.excluded.is_none());
    let files: Vec<PathBuf> = files.map(|file| file.path.clone()).collect();
    let world = World::new(source);
    let mut keys: Vec<PackageKey> = files.iter().map(|path| world.source().package_of(path)).collect();
    keys.sort_unstable();
    keys.dedup();
    world.prepare(keys, threads);
    let next = AtomicUsize::new(0);
    let read = || {
        let path = files.get(next.fetch_add(1, Ordering::Relaxed))?;
        Some((path.clone(), std::fs::read(path).unwrap_or_default()))
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = read() {
                    type_files(&world, &mut std::iter::once(&file));
                }
            });
        }
    });
}

/// Goes through all declarations of the files.
fn type_files(world: &World, files: &mut dyn Iterator<Item = &(PathBuf, Vec<u8>)>) -> Coverage {
    let mut coverage = Coverage::default();
    visit_files(world, files, &mut |file, types| {
        file.tree.nodes().for_each(|node| {
            types.ty(node);
        });
        coverage.absorb(types.coverage());
    });
    coverage
}

fn visit_files(
    world: &World,
    files: &mut dyn Iterator<Item = &(PathBuf, Vec<u8>)>,
    each: &mut dyn FnMut(&File, &FileTypes<'_>),
) {
    let (mut reader, vocabulary) = (Reader::new(), Arc::new(Vocabulary::default()));
    for (path, text) in files {
        let Ok(file) = reader.read(text, &vocabulary) else { continue };
        let Ok(types) = world.file(&world.source().package_of(path), path, &file) else { continue };
        each(&file, &types);
    }
}

/// The file system, but for one file that has one more line.
struct Changed {
    source: DiskSource,
    path: PathBuf,
}

impl Source for Changed {
    fn package_of(&self, path: &Path) -> PackageKey {
        self.source.package_of(path)
    }

    fn package(&self, key: &PackageKey) -> Option<Arc<PackageSource>> {
        self.source.package(key)
    }

    fn resolve(&self, from: &PackageKey, path: &str) -> Import {
        self.source.resolve(from, path)
    }

    fn read(&self, file: &SourceFile) -> std::io::Result<Vec<u8>> {
        let mut text = self.source.read(file)?;
        if file.path == self.path {
            text.extend_from_slice(b"\n// changed\n");
        }
        Ok(text)
    }

    fn problems(&self) -> Vec<String> {
        self.source.problems()
    }

    fn word_bytes(&self) -> u8 {
        self.source.word_bytes()
    }

    fn standard(&self) -> Option<StandardOn> {
        self.source.standard()
    }

    fn configuration(&self) -> String {
        self.source.configuration()
    }
}
