//! The file that stands for a package in Go's cache, for the packages that import it.
//!
//! In: a package as Go describes it, with the files of the packages that it imports. Out: a file. Its first line is a hash that
//! changes whenever something that packages can see of this one may have changed; behind it stands, compressed, what is known of
//! the package and of those below it: declarations and facts of functions, as the cache keeps them
//! ([`Parcel`](rulec_world::Parcel)). Who opens it has them without the source being parsed; a file that is missing, cut off or of
//! another rulec holds nothing.

use super::{Package, identity, unit::Config};
use crate::arguments::{EngineName, RuleArguments, SelectArguments};
use crate::commands::check::rule_set;
use crate::rules::Loaded;
use crate::settings::{Configuration, rule_settings, working_folder};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use rulec_runtime::job::{Job, Platform, Quiet, Target};
use rulec_runtime::{STACK_BYTES, prepare};
use rulec_world::{Cache, PackageKey, Packages, Parcel};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// More is not read of one file.
const MAX_BYTES: u64 = 64 << 20;

/// What these files hold, as far as they can be read.
pub fn open(paths: &[PathBuf]) -> Parcel {
    let parcels: Vec<Vec<u8>> = paths.iter().filter_map(|path| parcel_of(&fs::read(path).ok()?)).collect();
    Parcel::of(parcels.iter().map(Vec::as_slice))
}

fn parcel_of(file: &[u8]) -> Option<Vec<u8>> {
    let end = file.iter().position(|byte| *byte == b'\n')?;
    let mut parcel = Vec::new();
    DeflateDecoder::new(&file[end + 1..]).take(MAX_BYTES).read_to_end(&mut parcel).ok()?;
    Some(parcel)
}

/// The content of the file for a package.
///
/// # Errors
/// What cannot be read.
pub(super) fn of(package: &Package, config: &Config) -> Result<Vec<u8>, String> {
    let mut content = head(config)?;
    // Without the rest, what it would hold is found from source.
    if let Some(parcel) = parcel(package, config) {
        let mut compressed = DeflateEncoder::new(&parcel[..], Compression::fast());
        compressed.read_to_end(&mut content).map_err(|error| error.to_string())?;
    }
    Ok(content)
}

/// A line with a hash of its files, and of what stands for the packages that it imports.
fn head(config: &Config) -> Result<Vec<u8>, String> {
    let mut hasher = blake3::Hasher::new();
    for path in config.go_files().iter().chain(&config.vetx_of_imports()) {
        let content = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        hasher.update(&(content.len() as u64).to_le_bytes());
        hasher.update(&content);
    }
    Ok(format!("rulec {}\n", hasher.finalize().to_hex()).into_bytes())
}

/// What is known of the package and of those below it. Nothing for packages of the standard library, which rulec knows by itself,
/// and where rules cannot be had, which is for the check to tell.
fn parcel(package: &Package, config: &Config) -> Option<Vec<u8>> {
    let cwd = working_folder().ok()?;
    let targets: Vec<Target> = config.go_files().iter().map(|path| target(path)).collect();
    let platform = Platform::default();
    let paths = targets.iter().map(|target| target.path.clone()).collect();
    let packages = Packages::of_disk(platform.config(), paths, 1);
    if packages.roots().iter().all(|root| matches!(root, PackageKey::Std(_))) {
        return None;
    }
    let (no_config, path) = match identity::configuration_of(config.dir()) {
        Some(path) => (false, Some(path)),
        None => (true, None),
    };
    let configuration = Configuration::at(path.as_deref(), &cwd);
    let arguments = RuleArguments { config: path, no_config, ..RuleArguments::default() };
    let mut loaded = Loaded::new(&arguments, &configuration);
    let select: SelectArguments = package.selection();
    let selection = configuration.select(&select, &mut loaded)?;
    let rules = rule_set(EngineName::Native, &selection, &loaded).ok()?.with_suppressions(configuration.suppressions());
    let parcel = Arc::new(open(&config.vetx_of_imports()));
    let cache = Cache::of_this_user()?.with_parcel(parcel.clone());
    let packages = packages.with_declarations(rules.declarations()).with_cache(cache);
    let job = Job {
        rules: &rules,
        settings: &rule_settings(&selection, &loaded),
        policy: None,
        files: &targets,
        threads: 1,
        generated: false,
        prefilter: true,
        platform: &platform,
        packages: Some(&packages),
        reasons: false,
        profile: None,
        progress: &Quiet,
        interrupt: &AtomicBool::new(false),
    };
    with_stack(|| prepare(&job)).ok()?;
    Some(parcel.used())
}

fn target(path: &Path) -> Target {
    Target { path: path.to_owned(), display: Arc::from(path.to_string_lossy()), explicit: true }
}

/// Works with the stack that types need.
fn with_stack(work: impl FnOnce() + Send) -> io::Result<()> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        thread.join().map_err(|_| io::Error::other("packages could not be prepared"))
    })
}
