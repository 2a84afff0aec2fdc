//! Agreement with `go list`: the same packages, files and imports, for code of this machine.
//!
//! In: folders of main modules, from `RULEC_GO_LIST_ROOTS` (separated as in PATH), or parts of the Go distribution at
//! hand. Out: every difference, with both answers. Skipped, and said so, where there is no `go` command.

use rulec_program::{Config, Excluded, Loader, PackageDir, Resolution, Role, SourceFile};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

#[test]
fn packages_files_and_imports_agree_with_go_list() {
    let config = Config::of_this_machine();
    let Some(goroot) = Loader::new(config.clone()).goroot().map(Path::to_owned) else {
        eprintln!("SKIPPED: there is no Go distribution on this machine");
        return;
    };
    let roots: Vec<PathBuf> = match std::env::var_os("RULEC_GO_LIST_ROOTS") {
        Some(roots) => std::env::split_paths(&roots).collect(),
        None => vec![goroot.join("src/net"), goroot.join("src/cmd/internal")],
    };
    let mut differences = Vec::new();
    for root in roots {
        let Some(listed) = go_list(&root) else {
            eprintln!("SKIPPED: `go list` cannot be run in {}", root.display());
            continue;
        };
        let compared = compare(&Loader::new(config.clone()), &root, &listed);
        eprintln!("{}: {compared}", root.display());
        assert!(compared.packages > 20, "too few packages to mean anything in {}", root.display());
        differences.extend(compared.differences);
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// What `go list` says of the packages in and below `root`, and of all that they and their tests need.
fn go_list(root: &Path) -> Option<Vec<Value>> {
    let fields = concat!(
        "-json=ImportPath,Dir,Name,ForTest,DepOnly,GoFiles,CgoFiles,IgnoredGoFiles,InvalidGoFiles,TestGoFiles,",
        "XTestGoFiles,SFiles,ImportMap,Module"
    );
    let mut command = Command::new("go");
    command.args(["list", "-e", "-deps", "-test", fields, "./..."]).current_dir(root).env("GOPROXY", "off");
    let output = command.output().ok()?;
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect();
    values.ok().filter(|values| !values.is_empty())
}

#[derive(Default)]
struct Compared {
    packages: usize,
    files: usize,
    imports: usize,
    by_pattern: usize,
    /// How long it took to find the packages and resolve all imports.
    load_ms: u128,
    differences: Vec<String>,
}

impl std::fmt::Display for Compared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Compared { packages, files, imports, by_pattern, load_ms, differences } = self;
        let differences = differences.len();
        write!(f, "{packages} packages ({by_pattern} by pattern), {files} files, {imports} imports; ")?;
        write!(f, "{differences} differences; loaded in {load_ms} ms")
    }
}

fn compare(loader: &Loader, root: &Path, listed: &[Value]) -> Compared {
    let mut compared = Compared::default();
    let started = std::time::Instant::now();
    let below = loader.packages_below(root);
    let mut found = closure(loader, &below);
    compared.load_ms = started.elapsed().as_millis();
    compared.by_pattern = below.len();
    let listed = plain(listed);
    let dirs: BTreeMap<&str, &str> = listed.iter().map(|(path, value)| (*path, text(value, "Dir"))).collect();
    for (path, value) in &listed {
        let Some(package) = found.remove(&((*path).to_owned(), PathBuf::from(text(value, "Dir")))) else {
            // `unsafe` is a folder for Go, and the compiler's for us; missing packages have no folder.
            if *path != "unsafe" && !text(value, "Dir").is_empty() {
                compared.differences.push(format!("{path}: only in go list"));
            }
            continue;
        };
        compared.packages += 1;
        compared.files += package.files().len();
        compare_files(&package, value, &mut compared.differences);
        compare_imports(loader, &package, value, &dirs, &mut compared);
    }
    compared.differences.extend(found.keys().map(|(path, dir)| format!("{path}: only here, in {}", dir.display())));
    let by_pattern = listed.iter().filter(|(_, value)| value.get("DepOnly").is_none());
    let theirs: BTreeSet<&str> = by_pattern.map(|(path, _)| *path).collect();
    let ours: BTreeSet<&str> = below.iter().map(|package| package.import_path.as_str()).collect();
    compared.differences.extend(ours.symmetric_difference(&theirs).map(|path| format!("{path}: ./... differs")));
    compared
}

/// The packages as they are on disk, by import path. Go lists further variants of some, compiled again for a test or a
/// command: `p [q.test]`. Only where there is nothing else do they stand for the package.
fn plain(listed: &[Value]) -> BTreeMap<&str, &Value> {
    let mut packages = BTreeMap::new();
    for value in listed {
        let shown = text(value, "ImportPath");
        let (path, is_variant) = shown.split_once(" [").map_or((shown, false), |(path, _)| (path, true));
        let is_test =
            path.ends_with(".test") || path.strip_suffix("_test").is_some_and(|of| of == text(value, "ForTest"));
        if is_test {
            continue;
        }
        if is_variant {
            packages.entry(path).or_insert(value);
        } else {
            packages.insert(path, value);
        }
    }
    packages
}

/// What the main packages import that Go writes for tests and for cgo.
const IMPLIED: [&str; 4] = ["os", "reflect", "runtime/cgo", "testing/internal/testdeps"];

/// Packages by import path and folder.
type Packages = BTreeMap<(String, PathBuf), Arc<PackageDir>>;

/// These packages and all that they and their tests need.
fn closure(loader: &Loader, roots: &[Arc<PackageDir>]) -> Packages {
    let mut found = Packages::new();
    let key = |package: &PackageDir| (package.import_path.clone(), package.dir.clone());
    let mut waiting: Vec<(Arc<PackageDir>, bool)> = roots.iter().map(|package| (package.clone(), true)).collect();
    let has_cgo = loader.build_context().satisfies("cgo");
    let implied = IMPLIED.iter().filter(|import| has_cgo || **import != "runtime/cgo");
    let implied = roots.first().into_iter().flat_map(|from| implied.clone().map(|import| loader.resolve(from, import)));
    waiting.extend(implied.filter_map(|resolution| match resolution {
        Resolution::Dir(package) => Some((package, false)),
        _ => None,
    }));
    found.extend(waiting.iter().map(|(package, _)| (key(package), package.clone())));
    while let Some((package, with_tests)) = waiting.pop() {
        for import in taken(&package, with_tests).flat_map(|file| &file.imports) {
            if let Resolution::Dir(imported) = loader.resolve(&package, &import.path)
                && found.insert(key(&imported), imported.clone()).is_none()
            {
                waiting.push((imported, false));
            }
        }
    }
    found
}

fn taken(package: &PackageDir, with_tests: bool) -> impl Iterator<Item = &SourceFile> {
    package.files().iter().filter(move |file| file.excluded.is_none() && (with_tests || file.role == Role::Go))
}

fn compare_files(package: &PackageDir, value: &Value, differences: &mut Vec<String>) {
    let ours = |keep: &dyn Fn(&SourceFile) -> bool| -> Vec<String> {
        let kept = package.files().iter().filter(|file| keep(file));
        kept.map(|file| file.path.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect()
    };
    let in_role = |role: Role, cgo: bool| {
        move |file: &SourceFile| file.excluded.is_none() && file.role == role && file.uses_cgo == cgo
    };
    let sides = [
        ("GoFiles", ours(&in_role(Role::Go, false))),
        ("CgoFiles", ours(&in_role(Role::Go, true))),
        ("TestGoFiles", ours(&in_role(Role::InternalTest, false))),
        ("XTestGoFiles", ours(&in_role(Role::ExternalTest, false))),
        ("InvalidGoFiles", ours(&is_invalid)),
        ("IgnoredGoFiles", ours(&|file| file.excluded.is_some() && !is_invalid(file))),
    ];
    for (field, ours) in sides {
        let mut theirs = list(value, field);
        theirs.sort_unstable();
        if ours != theirs {
            differences.push(format!("{} {field}: {ours:?}, go list: {theirs:?}", package.import_path));
        }
    }
    let name = package.name.as_deref().unwrap_or_default();
    if name != text(value, "Name") {
        differences.push(format!("{}: name {name:?}, go list: {:?}", package.import_path, text(value, "Name")));
    }
    // Assembly that a build constraint leaves out is counted here, so only the other way round is a difference.
    let other_sources = package.other_sources();
    let missing = list(value, "SFiles").into_iter().find(|name| !other_sources.iter().any(|own| own == name));
    differences.extend(missing.map(|name| format!("{}: {name} is not among {other_sources:?}", package.import_path)));
    let version = value.get("Module").map(|module| text(module, "Version")).filter(|version| !version.is_empty());
    let own = package.module.as_ref().and_then(|module| module.version.as_deref());
    if own != version {
        differences.push(format!("{}: version {own:?}, go list: {version:?}", package.import_path));
    }
}

fn is_invalid(file: &SourceFile) -> bool {
    match file.excluded {
        Some(
            Excluded::BadConstraint
            | Excluded::CgoInTest
            | Excluded::OtherPackage { .. }
            | Excluded::NoPackageClause
            | Excluded::Unreadable,
        ) => true,
        Some(
            Excluded::Name | Excluded::Platform | Excluded::Constraint | Excluded::Documentation | Excluded::CgoOff,
        )
        | None => false,
    }
}

fn compare_imports(
    loader: &Loader,
    package: &PackageDir,
    value: &Value,
    dirs: &BTreeMap<&str, &str>,
    compared: &mut Compared,
) {
    // The tests of dependencies are not looked into.
    for file in taken(package, value.get("DepOnly").is_none()) {
        for import in &file.imports {
            compared.imports += 1;
            let ours = match loader.resolve(package, &import.path) {
                Resolution::Dir(imported) => imported.dir.display().to_string(),
                Resolution::Unsafe | Resolution::C => continue,
                Resolution::Std(_) | Resolution::Missing { .. } => String::new(),
            };
            let mapped = value.get("ImportMap").and_then(|map| map.get(&import.path)).and_then(Value::as_str);
            let vendored = format!("vendor/{}", import.path);
            // The imports of tests are mapped in the variants of a package, which are not looked at.
            let mapped = mapped.map(|path| path.split_once(" [").map_or(path, |(path, _)| path));
            let paths = [mapped.unwrap_or(&import.path), &vendored, &format!("cmd/{vendored}")];
            let theirs: Vec<&str> = paths.iter().filter_map(|path| dirs.get(path).copied()).collect();
            let agrees =
                if ours.is_empty() { theirs.iter().all(|dir| dir.is_empty()) } else { theirs.contains(&ours.as_str()) };
            if !agrees {
                let place = format!("{}: import {:?}", file.path.display(), import.path);
                compared.differences.push(format!("{place}: {ours:?}, go list: {theirs:?}"));
            }
        }
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> Vec<&'a str> {
    let items = value.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(Value::as_str).collect()
}
