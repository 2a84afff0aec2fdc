//! The standard library, summarised: what its packages declare on the platforms that matter, without their source.
//!
//! In: the file that `summarise-std` makes of a Go distribution; one is part of this crate. Out: the summaries of packages
//! by platform and import path, as `rulec_types::summary` reads them, and which others each of them refers to.
//!
//! The file starts with [`MAGIC`], [`VERSION`] and the compressed and the plain length of its index, each number in four
//! bytes, the lowest first. The index follows, then the summaries. A summary that is the same on several platforms is
//! there once; each can be read without the others.
//!
//! **Absent:** what is not exported and cannot be reached from what is, places in files, tests, commands.

mod summarise;

pub use summarise::{PLATFORMS, Summarised, summarise};

use crate::source::{Import, PackageKey};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rulec_types::summary;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The file that is part of this crate.
static EMBEDDED: &[u8] = include_bytes!("../std/standard-library.summary");

/// The first bytes of a file.
const MAGIC: [u8; 4] = *b"RSTD";

/// The version of the layout around the summaries, which have one of their own.
const VERSION: u32 = 1;

/// The length of what comes before the index, in bytes.
const HEAD_BYTES: usize = 16;

/// How long a summary may be when it is not compressed: far more than any is.
const MAX_BYTES: u32 = 64 << 20;

/// The standard library of one Go release, on several platforms.
#[derive(Debug)]
pub struct Standard {
    bytes: Cow<'static, [u8]>,
    index: Index,
    /// Where the summaries start, in bytes.
    start: usize,
    digest: OnceLock<[u8; 32]>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Index {
    go_version: String,
    platforms: Vec<Listing>,
    /// Import paths, sorted.
    paths: Vec<String>,
    packages: Vec<StandardPackage>,
}

/// The packages of one platform.
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    goos: String,
    goarch: String,
    /// Numbers of packages, sorted by import path.
    packages: Vec<u32>,
}

/// A package of the standard library, the same on one platform or more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StandardPackage {
    path: u32,
    /// The packages that its summary refers to, as numbers of paths.
    imports: Vec<u32>,
    /// Where its compressed summary is, counted from the first one, and how long; in bytes.
    at: u32,
    len: u32,
    plain_len: u32,
}

/// A file that is no summary of a standard library, of another version, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotStandard;

impl std::fmt::Display for NotStandard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("no summary of a standard library, of another version, or damaged")
    }
}

impl std::error::Error for NotStandard {}

impl Standard {
    /// The one that is part of this crate; `None` if it was made for another version of this crate, which a test rules out.
    pub fn embedded() -> Option<&'static Standard> {
        static STANDARD: OnceLock<Option<Standard>> = OnceLock::new();
        STANDARD.get_or_init(|| Standard::open(EMBEDDED).ok()).as_ref()
    }

    /// Reads the index of a file.
    ///
    /// # Errors
    /// If the bytes are not such a file, or one of another version.
    pub fn open(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Standard, NotStandard> {
        let bytes = bytes.into();
        let number = |at: usize| {
            let number = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(number))
        };
        let (len, plain_len) = match (bytes.get(..4), number(4), number(8), number(12)) {
            (Some(magic), Some(VERSION), Some(len), Some(plain_len)) if magic == MAGIC => (len, plain_len),
            _ => return Err(NotStandard),
        };
        let start = HEAD_BYTES.checked_add(len as usize).ok_or(NotStandard)?;
        let index = bytes.get(HEAD_BYTES..start).and_then(|index| inflate(index, plain_len)).ok_or(NotStandard)?;
        let index: Index = postcard::from_bytes(&index).map_err(|_| NotStandard)?;
        if !index.is_sound() {
            return Err(NotStandard);
        }
        Ok(Standard { bytes, index, start, digest: OnceLock::new() })
    }

    /// The release, as in `go1.26.8`.
    pub fn go_version(&self) -> &str {
        &self.index.go_version
    }

    /// The minor number of the release: 26 of Go 1.26.
    pub fn go_minor(&self) -> Option<u32> {
        rulec_program::GoVersion::parse(self.go_version()).map(|version| version.minor)
    }

    /// The standard library on a platform, if it is known there.
    pub fn on(&'static self, goos: &str, goarch: &str) -> Option<StandardOn> {
        let platform = self.index.platforms.iter().position(|own| own.goos == goos && own.goarch == goarch)?;
        Some(StandardOn { standard: self, platform })
    }

    fn path(&self, number: u32) -> &str {
        self.index.paths.get(number as usize).map_or("", |path| path)
    }

    fn digest(&self) -> &[u8; 32] {
        self.digest.get_or_init(|| *blake3::hash(&self.bytes).as_bytes())
    }
}

impl Index {
    fn is_sound(&self) -> bool {
        let has_path = |path: &u32| (*path as usize) < self.paths.len();
        let is_sound = |package: &StandardPackage| has_path(&package.path) && package.imports.iter().all(has_path);
        let has_package = |package: &u32| (*package as usize) < self.packages.len();
        self.packages.iter().all(is_sound)
            && self.platforms.iter().all(|platform| platform.packages.iter().all(has_package))
    }
}

/// The standard library on one platform.
#[derive(Clone, Copy, Debug)]
pub struct StandardOn {
    standard: &'static Standard,
    platform: usize,
}

impl StandardOn {
    /// The library on all platforms.
    pub fn standard(self) -> &'static Standard {
        self.standard
    }

    /// Whether there is a package with this import path.
    pub fn has(self, path: &str) -> bool {
        self.package(path).is_some()
    }

    /// The import paths of all packages, sorted.
    pub fn paths(self) -> impl Iterator<Item = &'static str> {
        let packages = self.listing().packages.iter().filter_map(move |package| self.numbered(*package));
        packages.map(move |package| self.standard.path(package.path))
    }

    /// The summary of the package with this import path.
    pub fn summary_of(self, path: &str) -> Option<Vec<u8>> {
        self.summary(self.package(path)?)
    }

    pub(crate) fn package(self, path: &str) -> Option<&'static StandardPackage> {
        let packages = &self.listing().packages;
        let path_of = |number: &u32| self.numbered(*number).map_or("", |package| self.standard.path(package.path));
        let at = packages.binary_search_by(|number| path_of(number).cmp(path)).ok()?;
        self.numbered(packages[at])
    }

    /// The import paths of the packages that the summary of this one refers to.
    pub(crate) fn imports(self, package: &'static StandardPackage) -> impl Iterator<Item = &'static str> {
        package.imports.iter().map(|path| self.standard.path(*path))
    }

    /// The summary of a package; none if the file is damaged.
    pub(crate) fn summary(self, package: &StandardPackage) -> Option<Vec<u8>> {
        let start = self.standard.start.checked_add(package.at as usize)?;
        let end = start.checked_add(package.len as usize)?;
        inflate(self.standard.bytes.get(start..end)?, package.plain_len)
    }

    /// What a package is known by in keys of the cache: the file and the place in it.
    pub(crate) fn key_of(self, package: &StandardPackage) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.standard.digest());
        hasher.update(&package.path.to_le_bytes());
        hasher.update(&package.at.to_le_bytes());
        // Those that it refers to may differ by platform while it is the same.
        hasher.update(&(self.platform as u64).to_le_bytes());
        *hasher.finalize().as_bytes()
    }

    fn listing(self) -> &'static Listing {
        &self.standard.index.platforms[self.platform]
    }

    fn numbered(self, package: u32) -> Option<&'static StandardPackage> {
        self.standard.index.packages.get(package as usize)
    }
}

/// The names of a package of the standard library if it certainly has no `name`, on whatever platform. None if it may
/// have, and of other packages.
pub fn names_without(path: &str, name: &str) -> Option<Vec<String>> {
    static KNOWN: Mutex<BTreeMap<String, Option<Arc<BTreeSet<String>>>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let names = known.entry(path.to_owned()).or_insert_with(|| exported_names(path).map(Arc::new));
    let names = names.as_ref().filter(|names| !names.contains(name))?;
    Some(names.iter().cloned().collect())
}

/// The exported names that the summaries of a package mention, on all platforms.
fn exported_names(path: &str) -> Option<BTreeSet<String>> {
    let standard = Standard::embedded()?;
    let platforms = (0..standard.index.platforms.len()).map(|platform| StandardOn { standard, platform });
    let summaries: Vec<Vec<u8>> = platforms.filter_map(|on| on.summary_of(path)).collect();
    let mut names = BTreeSet::new();
    for summary in &summaries {
        // What cannot be read says nothing about what is missing.
        let all = rulec_types::summary::names(summary).ok()?;
        let exported = all.into_iter().filter(|name| name.starts_with(char::is_uppercase));
        names.extend(exported.map(str::to_owned));
    }
    (!summaries.is_empty()).then_some(names)
}

/// What importing a path means that only the standard library can have.
pub(crate) fn import(standard: Option<StandardOn>, path: &str) -> Import {
    match standard {
        Some(standard) if standard.has(path) => Import::Package(PackageKey::Std(path.to_owned())),
        Some(on) => {
            let release = on.standard.go_version();
            Import::Missing(format!("package `{path}` is not in the standard library ({release})"))
        }
        None => Import::Missing(format!(
            "nothing is known of package `{path}` on this platform (install Go, so that its source can be read)"
        )),
    }
}

/// Puts the file together.
#[derive(Debug, Default)]
pub struct StandardWriter {
    /// By platform and import path.
    summaries: BTreeMap<(String, String), BTreeMap<String, Vec<u8>>>,
}

impl StandardWriter {
    /// Adds the summary of a package on a platform.
    pub fn add(&mut self, goos: &str, goarch: &str, path: &str, summary: Vec<u8>) {
        let platform = self.summaries.entry((goos.to_owned(), goarch.to_owned())).or_default();
        platform.insert(path.to_owned(), summary);
    }

    /// The file for a release such as `go1.26.8`. The same summaries give the same bytes.
    ///
    /// # Errors
    /// If a summary is none.
    pub fn finish(self, go_version: &str) -> Result<Vec<u8>, summary::Damaged> {
        let paths = self.summaries.values().flat_map(|packages| packages.keys().cloned());
        let mut paths: Vec<String> = paths.collect();
        paths.sort_unstable();
        paths.dedup();
        let mut index = Index { go_version: go_version.to_owned(), paths, ..Index::default() };
        let mut bodies = Vec::new();
        let mut known: FxHashMap<(u32, &[u8]), u32> = FxHashMap::default();
        for ((goos, goarch), packages) in &self.summaries {
            let mut listing = Listing { goos: goos.clone(), goarch: goarch.clone(), packages: Vec::new() };
            for (path, summary) in packages {
                let path = index.number_of(path);
                let number = match known.get(&(path, summary)) {
                    Some(number) => *number,
                    None => {
                        known.insert((path, summary), index.packages.len() as u32);
                        index.add(path, summary, &mut bodies)?
                    }
                };
                listing.packages.push(number);
            }
            index.platforms.push(listing);
        }
        Ok(file_of(&index, &bodies))
    }
}

impl Index {
    /// The number of a path that is there.
    fn number_of(&self, path: &str) -> u32 {
        self.paths.partition_point(|own| own.as_str() < path) as u32
    }

    fn add(&mut self, path: u32, summary: &[u8], bodies: &mut Vec<u8>) -> Result<u32, summary::Damaged> {
        // What is not in the file is unknown to those who read it.
        let imports = summary::packages(summary)?
            .into_iter()
            .filter(|path| self.paths.binary_search_by(|own| own.as_str().cmp(path)).is_ok());
        let imports = imports.map(|path| self.number_of(path)).collect();
        let body = deflate(summary);
        let number = self.packages.len() as u32;
        self.packages.push(StandardPackage {
            path,
            imports,
            at: bodies.len() as u32,
            len: body.len() as u32,
            plain_len: summary.len() as u32,
        });
        bodies.extend_from_slice(&body);
        Ok(number)
    }
}

fn file_of(index: &Index, bodies: &[u8]) -> Vec<u8> {
    // Numbers and texts can always be written.
    let plain = postcard::to_allocvec(index).unwrap_or_default();
    let packed = deflate(&plain);
    let mut file = MAGIC.to_vec();
    for number in [VERSION, packed.len() as u32, plain.len() as u32] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&packed);
    file.extend_from_slice(bodies);
    file
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Unpacks bytes that must become `plain_len` of them.
fn inflate(bytes: &[u8], plain_len: u32) -> Option<Vec<u8>> {
    if plain_len > MAX_BYTES {
        return None;
    }
    let mut plain = Vec::new();
    let mut decoder = ZlibDecoder::new(bytes).take(u64::from(plain_len) + 1);
    decoder.read_to_end(&mut plain).ok()?;
    (plain.len() == plain_len as usize).then_some(plain)
}
