//! From a Go distribution to the file that [`Standard`](super::Standard) reads.

use super::StandardWriter;
use crate::disk::DiskSource;
use crate::source::{PackageKey, Part, Source};
use crate::world::World;
use rulec_program::{Config, Goroot};
use std::collections::BTreeSet;
use std::path::Path;

/// The platforms that Go builds for first of all.
///
/// Source: go.dev/wiki/PortingPolicy, "First class ports", and freebsd/amd64.
pub const PLATFORMS: &[(&str, &str)] = &[
    ("darwin", "amd64"),
    ("darwin", "arm64"),
    ("freebsd", "amd64"),
    ("linux", "386"),
    ("linux", "amd64"),
    ("linux", "arm"),
    ("linux", "arm64"),
    ("windows", "386"),
    ("windows", "amd64"),
    ("windows", "arm64"),
];

/// The file and what there is to say of it.
#[derive(Debug)]
pub struct Summarised {
    /// The content of the file.
    pub file: Vec<u8>,
    /// The release, as in `go1.26.8`.
    pub go_version: String,
    /// How many packages there are, counted once for each platform.
    pub packages: usize,
    /// What went wrong with packages.
    pub notes: Vec<String>,
}

/// Summarises the standard library of a Go distribution on [`PLATFORMS`].
///
/// # Errors
/// If there is no distribution, or one without a VERSION file.
pub fn summarise(goroot: &Path) -> Result<Summarised, String> {
    let version = goroot.join("VERSION");
    let version = std::fs::read_to_string(&version).map_err(|error| format!("{}: {error}", version.display()))?;
    let go_version = version.lines().next().unwrap_or_default().trim().to_owned();
    let mut writer = StandardWriter::default();
    let (mut packages, mut notes) = (0, BTreeSet::new());
    for (goos, goarch) in PLATFORMS {
        packages += summarise_on(goroot, goos, goarch, &mut writer, &mut notes);
    }
    let file = writer.finish(&go_version).map_err(|error| error.to_string())?;
    Ok(Summarised { file, go_version, packages, notes: notes.into_iter().collect() })
}

fn summarise_on(
    goroot: &Path,
    goos: &str,
    goarch: &str,
    writer: &mut StandardWriter,
    notes: &mut BTreeSet<String>,
) -> usize {
    let config = Config {
        goos: Some(goos.to_owned()),
        goarch: Some(goarch.to_owned()),
        goroot: Goroot::Dir(goroot.to_owned()),
        // What cgo adds to packages is declared in Go all the same; nothing of the machine must matter here.
        cgo: Some(true),
        ..Config::default()
    };
    let source = DiskSource::new(config);
    // Commands are no libraries; vendored packages are, for the library itself.
    let src = goroot.join("src");
    let folders = [source.loader().packages_below(&src), source.loader().packages_below(&src.join("vendor"))];
    let is_library = |dir: &Path| !dir.starts_with(src.join("cmd"));
    let dirs = folders.iter().flatten().filter(|package| is_library(&package.dir));
    let keys: Vec<PackageKey> = dirs.map(|package| source.package_of(&package.dir)).collect();
    let world = World::new(source);
    world.prepare_without_tests(keys.iter().cloned(), threads());
    notes.extend(world.problems());
    let mut count = 0;
    for key in keys {
        let Some(package) = world.source().package(&key) else { continue };
        // The file of package unsafe is documentation: the language defines what is in it.
        let is_library = package.name != "main" && package.import_path != "unsafe";
        if !is_library || package.part(Part::Base).next().is_none() {
            continue;
        }
        match world.summary(&key) {
            Some(summary) => writer.add(goos, goarch, &package.import_path, summary),
            None => continue,
        }
        count += 1;
    }
    count
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
