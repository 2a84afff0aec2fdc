//! Packages of files in memory: examples of rules, and text from an editor. They are built for linux/amd64, wherever that
//! is done.

use crate::source::{Import, PackageKey, PackageSource, Part, Source, SourceFile};
use crate::standard::{self, Standard, StandardOn};
use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Vocabulary};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A Go file in memory.
#[derive(Clone, Debug)]
pub struct MemoryFile {
    /// The import path of its package.
    pub import_path: String,
    /// Where it is said to be: how it is asked for. Its last part is its name.
    pub path: PathBuf,
    /// Its content.
    pub content: Vec<u8>,
}

/// Packages of files in memory. All other import paths mean the standard library.
#[derive(Debug, Default)]
pub struct MemorySource {
    packages: FxHashMap<String, Arc<PackageSource>>,
    contents: FxHashMap<PathBuf, Vec<u8>>,
    import_paths: FxHashMap<PathBuf, String>,
    /// The minor number of the language version.
    pub go_minor: Option<u32>,
}

impl MemorySource {
    /// The packages that these files make up.
    pub fn new(files: Vec<MemoryFile>, go_minor: Option<u32>) -> MemorySource {
        let mut reader = Reader::new();
        let vocabulary = Arc::new(Vocabulary::default());
        let mut packages: FxHashMap<String, PackageSource> = FxHashMap::default();
        let (mut contents, mut import_paths) = (FxHashMap::default(), FxHashMap::default());
        for file in files {
            // What the reader refuses has no names to offer.
            let Ok(read) = reader.read(&file.content, &vocabulary) else { continue };
            let package_name = String::from_utf8_lossy(read.package_name().unwrap_or_default()).into_owned();
            let is_test = file.path.to_string_lossy().ends_with("_test.go");
            let part = match (is_test, package_name.strip_suffix("_test")) {
                (false, _) => Part::Base,
                (true, None) => Part::Tests,
                (true, Some(_)) => Part::External,
            };
            let package = packages.entry(file.import_path.clone()).or_insert_with(|| PackageSource {
                import_path: file.import_path.clone(),
                name: package_name.strip_suffix("_test").unwrap_or(&package_name).to_owned(),
                files: Vec::new(),
                go_minor,
                folder: PathBuf::from(&file.import_path),
                standard: false,
                is_partial: false,
            });
            package.files.push(SourceFile { path: file.path.clone(), part, imports: imports_of(&read) });
            import_paths.insert(file.path.clone(), file.import_path);
            contents.insert(file.path, file.content);
        }
        let packages = packages.into_iter().map(|(path, package)| (path, Arc::new(package))).collect();
        MemorySource { packages, contents, import_paths, go_minor }
    }
}

/// The import paths that a file mentions.
pub(crate) fn imports_of(file: &File) -> Vec<String> {
    let tree = &file.tree;
    let decls = tree.children(tree.slot(Node::ROOT, 1)).filter(|decl| tree.kind(*decl) == Kind::ImportDecl);
    let specs = decls.flat_map(|decl| tree.children(decl));
    specs.map(|spec| file.texts.str(tree.text(tree.slot(spec, 1))).into_owned()).collect()
}

impl Source for MemorySource {
    fn package_of(&self, path: &Path) -> PackageKey {
        PackageKey::Memory(self.import_paths.get(path).cloned().unwrap_or_default())
    }

    fn package(&self, key: &PackageKey) -> Option<Arc<PackageSource>> {
        match key {
            PackageKey::Memory(path) => self.packages.get(path).cloned(),
            PackageKey::Dir { .. } | PackageKey::Std(_) | PackageKey::Declared { .. } => None,
        }
    }

    fn resolve(&self, _from: &PackageKey, path: &str) -> Import {
        match path {
            "C" => Import::C,
            "unsafe" => Import::Unsafe,
            _ if self.packages.contains_key(path) => Import::Package(PackageKey::Memory(path.to_owned())),
            // Paths of the standard library have no dot in their first element.
            _ if path.split('/').next().is_some_and(|first| !first.contains('.')) => {
                standard::import(self.standard(), path)
            }
            _ => Import::Missing(format!("package `{path}` is not among the files of the example")),
        }
    }

    fn read(&self, file: &SourceFile) -> std::io::Result<Vec<u8>> {
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        self.contents.get(&file.path).cloned().ok_or_else(missing)
    }

    fn problems(&self) -> Vec<String> {
        Vec::new()
    }

    fn word_bytes(&self) -> u8 {
        8
    }

    fn standard(&self) -> Option<StandardOn> {
        Standard::embedded()?.on("linux", "amd64")
    }

    fn configuration(&self) -> String {
        "linux/amd64".to_owned()
    }
}
