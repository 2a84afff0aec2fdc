//! The summaries of the standard library that are part of the crate are what its source says.

use rulec_calls::standard::summarise;
use rulec_world::standard::Standard;
use std::path::{Path, PathBuf};

/// The Go distribution that was summarised, if it is installed.
fn goroot() -> Option<PathBuf> {
    let goroot = rulec_program::Environment::current().goroot()?;
    let version = std::fs::read_to_string(goroot.join("VERSION")).ok()?;
    let embedded = Standard::embedded()?;
    (version.lines().next() == Some(embedded.go_version())).then_some(goroot)
}

#[test]
#[ignore = "slow: looks into all of the standard library for three platforms"]
fn making_it_again_gives_the_same_bytes() {
    let Some(goroot) = goroot() else {
        eprintln!("SKIPPED: the Go release that was summarised is not installed");
        return;
    };
    let made = summarise(&goroot, 0).unwrap();
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("std/standard-library.calls")).unwrap();
    assert!(made.file == bytes, "it has to be made again: see CONTRIBUTING.md");
}
