//! From a Go distribution to the file that [`StandardFacts`](super::StandardFacts) reads.

use super::{Row, file_of};
use crate::functions::{Functions, NoFacts, Options};
use crate::join::join;
use crate::key::FunctionKey;
use rulec_flow::Summary;
use rulec_flow::model::{Model, Says, Subject};
use rulec_program::{Config, Goroot, Loader};
use rulec_types::Name;
use rulec_world::Packages;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The platforms looked at, the ones that differ most.
const PLATFORMS: &[(&str, &str)] = &[("linux", "amd64"), ("darwin", "arm64"), ("windows", "amd64")];

/// Functions that are written in assembly or that the runtime puts in place of them: what they do is not in their source.
///
/// Source: package runtime, sema.go, proc.go and panic.go; package syscall.
const PRIMITIVES: &[(&str, &str, Says)] = &[
    ("syscall", "Exit", Says::NeverReturns),
    ("syscall", "runtime_exit", Says::NeverReturns),
    ("syscall", "ExitProcess", Says::NeverReturns),
    ("runtime", "Goexit", Says::NeverReturns),
    ("runtime", "goexit1", Says::NeverReturns),
    ("runtime", "fatalthrow", Says::NeverReturns),
    ("runtime", "gopark", Says::MayBlock),
    ("internal/sync", "throw", Says::NeverReturns),
    ("internal/sync", "fatal", Says::NeverReturns),
    ("internal/sync", "runtime_SemacquireMutex", Says::MayBlock),
    ("sync", "throw", Says::NeverReturns),
    ("sync", "fatal", Says::NeverReturns),
    ("sync", "runtime_Semacquire", Says::MayBlock),
    ("sync", "runtime_SemacquireWaitGroup", Says::MayBlock),
    ("sync", "runtime_SemacquireRWMutexR", Says::MayBlock),
    ("sync", "runtime_SemacquireRWMutex", Says::MayBlock),
    ("sync", "runtime_notifyListWait", Says::MayBlock),
    ("internal/poll", "runtime_Semacquire", Says::MayBlock),
];

/// The file and what there is to say of it.
#[derive(Debug)]
pub struct Summarised {
    /// The content of the file.
    pub file: Vec<u8>,
    /// The release, as in `go1.26.8`.
    pub go_version: String,
    /// How many packages there are.
    pub packages: usize,
    /// How many functions.
    pub functions: usize,
}

/// Summarises the functions of the standard library of a Go distribution.
///
/// # Errors
/// If there is no distribution, or one without a VERSION file.
pub fn summarise(goroot: &Path, threads: usize) -> Result<Summarised, String> {
    let version = goroot.join("VERSION");
    let version = std::fs::read_to_string(&version).map_err(|error| format!("{}: {error}", version.display()))?;
    let go_version = version.lines().next().unwrap_or_default().trim().to_owned();
    let mut all: BTreeMap<String, BTreeMap<(String, String), Summary>> = BTreeMap::new();
    for (goos, goarch) in PLATFORMS {
        add_platform(goroot, goos, goarch, threads, &mut all);
    }
    let rows = |functions: BTreeMap<(String, String), Summary>| -> Vec<Row> {
        functions.into_iter().map(|((recv, name), summary)| (recv, name, summary)).collect()
    };
    let packages: BTreeMap<String, Vec<Row>> =
        all.into_iter().map(|(path, functions)| (path, rows(functions))).collect();
    let functions = packages.values().map(Vec::len).sum();
    Ok(Summarised { file: file_of(&go_version, &packages), go_version, packages: packages.len(), functions })
}

fn add_platform(
    goroot: &Path,
    goos: &str,
    goarch: &str,
    threads: usize,
    all: &mut BTreeMap<String, BTreeMap<(String, String), Summary>>,
) {
    let config = Config {
        goos: Some(goos.to_owned()),
        goarch: Some(goarch.to_owned()),
        goroot: Goroot::Dir(goroot.to_owned()),
        // What cgo adds to packages is declared in Go all the same; nothing of the machine must matter here.
        cgo: Some(true),
        ..Config::default()
    };
    let packages = Packages::of_disk(config.clone(), files_of(goroot, config), threads);
    let models = primitives();
    let functions =
        Functions::new(&packages, Options { models: &models, facts: &NoFacts, tests: false, held_bytes: 0 });
    let known = functions.known();
    for (unit, facts) in known.packages() {
        let store = known.store();
        let path = store.str(store.package(unit.package).path);
        let own = all.entry(path.to_owned()).or_default();
        for function in &facts.functions {
            let FunctionKey::Declared { recv, name, .. } = function.key else { continue };
            if recv == Name::EMPTY && !store.is_exported(name) {
                continue;
            }
            let key = (store.str(recv).to_owned(), store.str(name).to_owned());
            let joined = own.get(&key).map(|other| join(other, &function.summary));
            own.insert(key, joined.unwrap_or_else(|| function.summary.clone()));
        }
    }
}

/// One file of each package of the library: commands are none.
fn files_of(goroot: &Path, config: Config) -> Vec<PathBuf> {
    let loader = Loader::new(config);
    let src = goroot.join("src");
    let folders = [loader.packages_below(&src), loader.packages_below(&src.join("vendor"))];
    let packages = folders.iter().flatten().filter(|package| !package.dir.starts_with(src.join("cmd")));
    let libraries = packages.filter(|package| package.name.as_deref() != Some("main"));
    let files = libraries.filter_map(|package| package.files().iter().find(|file| file.excluded.is_none()));
    files.map(|file| file.path.clone()).collect()
}

fn primitives() -> Vec<Model> {
    let model = |(package, name, says): &(&str, &str, Says)| Model {
        subject: Subject { package: (*package).to_owned(), name: (*name).to_owned(), member: None },
        says: vec![says.clone()],
    };
    PRIMITIVES.iter().map(model).collect()
}
