//! The standard library that is part of the crate: it can be read on every platform, and is what its source says.

use rulec_gofront::Reader;
use rulec_gofront::inspect::Format;
use rulec_program::{Config, Goroot};
use rulec_tree::Vocabulary;
use rulec_world::standard::{PLATFORMS, Standard, StandardOn, summarise};
use rulec_world::{Cache, DiskSource, PackageKey, Packages, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

fn on(goos: &str, goarch: &str) -> StandardOn {
    let standard = Standard::embedded().expect("world/std/ is of this version: see CONTRIBUTING.md");
    standard.on(goos, goarch).unwrap_or_else(|| panic!("{goos}/{goarch} is summarised"))
}

/// A machine without Go.
fn world(goos: &str, goarch: &str) -> World {
    let config = Config {
        goos: Some(goos.to_owned()),
        goarch: Some(goarch.to_owned()),
        goroot: Goroot::None,
        ..Config::default()
    };
    World::new(DiskSource::new(config))
}

fn load(world: &World, paths: &[&str], threads: usize) {
    world.prepare_without_tests(paths.iter().map(|path| PackageKey::Std((*path).to_owned())), threads);
    assert_eq!(world.problems(), [""; 0]);
}

#[test]
fn every_package_is_there_and_stays_what_it_is_when_it_is_read() {
    for (goos, goarch) in [("linux", "amd64"), ("windows", "386")] {
        let on = on(goos, goarch);
        let paths: Vec<&str> = on.paths().collect();
        assert!(paths.len() > 200, "{} packages", paths.len());
        for threads in [1, 2] {
            let world = world(goos, goarch);
            load(&world, &paths, threads);
            for path in &paths {
                let again = world.summary(&PackageKey::Std((*path).to_owned()));
                assert!(again.is_some() && again == on.summary_of(path), "{path} on {goos}/{goarch}");
            }
        }
    }
}

#[test]
fn platforms_differ_where_they_do() {
    for (goos, goarch) in PLATFORMS {
        let on = on(goos, goarch);
        for path in ["fmt", "net/http", "os", "syscall", "unicode/utf8", "internal/abi"] {
            assert!(on.has(path), "{path} on {goos}/{goarch}");
        }
        assert!(!on.has("cmd/go") && !on.has("unsafe"));
        assert_eq!(on.has("internal/syscall/windows"), *goos == "windows");
    }
    assert_ne!(on("linux", "386").summary_of("syscall"), on("linux", "amd64").summary_of("syscall"));
    assert_eq!(on("linux", "386").summary_of("errors"), on("windows", "arm64").summary_of("errors"));
}

#[test]
fn a_package_needs_little_of_the_rest() {
    let world = world("linux", "amd64");
    let started = Instant::now();
    load(&world, &["net/http"], 1);
    println!("net/http and what it needs: {:?}", started.elapsed());
    let is_there = |path: &str| world.summary(&PackageKey::Std(path.to_owned())).is_some();
    for path in ["net/http", "net/url", "context", "io"] {
        assert!(is_there(path), "{path}");
    }
    for path in ["go/ast", "image/png", "testing"] {
        assert!(!is_there(path), "{path}");
    }
}

#[test]
fn other_bytes_are_refused() {
    let good = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("std/standard-library.summary")).unwrap();
    assert!(Standard::open(good.clone()).is_ok());
    for len in 0..200 {
        assert!(Standard::open(good[..len].to_vec()).is_err());
    }
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..50 {
        let mut damaged = good[..4096.min(good.len())].to_vec();
        let at = random.usize(..damaged.len());
        damaged[at] ^= 1 << random.u32(..8);
        // The index is not whole.
        assert!(Standard::open(damaged).is_err());
    }
}

/// The folder of the installed distribution, if it is the release that was summarised.
fn goroot() -> Option<PathBuf> {
    let goroot = rulec_program::Environment::current().goroot()?;
    let version = std::fs::read_to_string(goroot.join("VERSION")).ok()?;
    let wanted = Standard::embedded()?.go_version();
    (version.lines().next() == Some(wanted)).then_some(goroot)
}

#[test]
#[ignore = "slow: declares the standard library for every platform"]
fn making_it_again_gives_the_same_bytes() {
    let Some(goroot) = goroot() else {
        eprintln!("SKIPPED: the Go release that was summarised is not installed");
        return;
    };
    let made = summarise(&goroot).unwrap();
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("std/standard-library.summary")).unwrap();
    assert!(made.file == bytes, "it has to be made again: see CONTRIBUTING.md");
}

#[test]
#[ignore = "slow: types all of the standard library three times"]
fn the_cache_changes_no_type_of_the_standard_library() {
    let Some(goroot) = goroot() else {
        eprintln!("SKIPPED: the Go release that was summarised is not installed");
        return;
    };
    let cache = tempfile::tempdir().unwrap();
    let config = || Config { goroot: Goroot::Dir(goroot.clone()), cgo: Some(true), ..Config::default() };
    let loader = rulec_program::Loader::new(config());
    let dirs = loader.packages_below(&goroot.join("src"));
    let files = dirs.iter().flat_map(|dir| dir.files()).filter(|file| file.excluded.is_none());
    let files: Vec<PathBuf> = files.map(|file| file.path.clone()).collect();
    let packages = || Packages::of_disk(config(), files.clone(), 2);
    let hashes = |packages: &Packages| files.iter().map(|path| types_of(packages, path)).collect::<Vec<_>>();
    let fresh = hashes(&packages());
    for run in ["written", "read"] {
        let cached = packages().with_cache(Cache::at(cache.path()));
        let started = Instant::now();
        cached.prepare();
        println!("prepared, cache {run}: {:?}", started.elapsed());
        let cached = hashes(&cached);
        let differing = files.iter().zip(fresh.iter().zip(&cached)).filter(|(_, (fresh, cached))| fresh != cached);
        let differing: Vec<&PathBuf> = differing.map(|(path, _)| path).collect();
        assert!(differing.is_empty(), "cache {run}: {} differ, such as {:?}", differing.len(), differing[0]);
    }
}

/// A hash of all that is known of a file.
fn types_of(packages: &Packages, path: &Path) -> blake3::Hash {
    let source = std::fs::read(path).unwrap();
    let Ok(file) = Reader::new().read(&source, &Arc::new(Vocabulary::default())) else {
        return blake3::hash(b"refused");
    };
    let text = match packages.file(path, &file) {
        Ok(types) => rulec_world::inspect::types(&types, &source, "x.go", Format::Jsonl),
        Err(reason) => reason,
    };
    blake3::hash(text.as_bytes())
}
