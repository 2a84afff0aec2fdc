//! One folder: its Go files, their roles, and which of them the build configuration takes.
//!
//! In: a folder's listing, and the heads of its files. Out: [`Listing`] (names alone) and [`Folder`] (roles, imports).
//! A file that cannot be used says why; wrong ones are problems, and the others count.
//!
//! **Absent:** it knows nothing of modules and import paths.
//!
//! Source: `go help packages`, `go help test`, `go/build`, "Build Constraints" and "Go Path".

use crate::head::{self, Constraint, Head, Import};
use crate::overlay::Overlay;
use crate::problem::Problem;
use rulec_gofront::{BuildConstraint, BuildContext};
use rulec_tree::Span;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

/// A Go file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it is for.
    pub role: Role,
    /// The name in its package clause. `None` if the file was not looked into, or has none.
    pub package_name: Option<String>,
    /// Its imports, in source order.
    pub imports: Vec<Import>,
    /// Whether it imports "C".
    pub uses_cgo: bool,
    /// Why it does not belong to the package; `None` if it does.
    pub excluded: Option<Excluded>,
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Part of the package.
    Go,
    /// A `_test.go` file of the same package.
    InternalTest,
    /// A `_test.go` file of the package whose name ends in `_test`.
    ExternalTest,
}

/// Why a Go file does not belong to the package of its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excluded {
    /// Its name starts with `_` or `.`.
    Name,
    /// Its name ends in another operating system or architecture.
    Platform,
    /// Its build constraint does not hold.
    Constraint,
    /// Its build constraint cannot be read, or there are two.
    BadConstraint,
    /// It says `package documentation`.
    Documentation,
    /// It imports "C", and cgo is off.
    CgoOff,
    /// It is a test that imports "C".
    CgoInTest,
    /// It belongs to another package than the one that most files of the folder belong to.
    OtherPackage {
        /// The package of the folder.
        package: String,
    },
    /// It has no package clause.
    NoPackageClause,
    /// It cannot be read.
    Unreadable,
}

impl std::fmt::Display for Excluded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Excluded::Name => "its name starts with `_` or `.`",
            Excluded::Platform => "its name is for another platform",
            Excluded::Constraint => "its build constraint does not hold",
            Excluded::BadConstraint => "its build constraint cannot be read",
            Excluded::Documentation => "it is documentation only",
            Excluded::CgoOff => "it uses cgo, which is off",
            Excluded::CgoInTest => "tests cannot use cgo",
            Excluded::OtherPackage { package } => return write!(f, "the folder holds package `{package}`"),
            Excluded::NoPackageClause => "it has no package clause",
            Excluded::Unreadable => "it cannot be read",
        })
    }
}

/// The names in a folder, sorted.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Files that end in `.go`.
    pub go_files: Vec<String>,
    /// Files that a package may be made of beside Go files: assembly, C and its like.
    pub other_sources: Vec<String>,
    /// Folders; links to folders do not count.
    pub folders: Vec<String>,
    pub has_go_mod: bool,
    /// Why it could not be read.
    pub problem: Option<Problem>,
}

/// Reads the names in a folder. A folder that does not exist is empty, with a problem.
pub(crate) fn list(dir: &Path) -> Listing {
    let mut listing = Listing::default();
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return Listing { problem: Some(Problem::unreadable(dir, &error)), ..listing },
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                listing.problem = Some(Problem::unreadable(dir, &error));
                continue;
            }
        };
        // A name that is not UTF-8 is no part of an import path, and Go refuses such files as well.
        if let (Ok(name), Ok(file_type)) = (entry.file_name().into_string(), entry.file_type()) {
            listing.add(dir, name, file_type);
        }
    }
    listing.go_files.sort_unstable();
    listing.other_sources.sort_unstable();
    listing.folders.sort_unstable();
    listing
}

impl Listing {
    fn add(&mut self, dir: &Path, name: String, file_type: std::fs::FileType) {
        if file_type.is_dir() {
            self.folders.push(name);
            return;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_go = extension == "go";
        let is_wanted = is_go || name == "go.mod" || OTHER_SOURCES.contains(&extension);
        let is_file = || file_type.is_file() || (file_type.is_symlink() && dir.join(&name).is_file());
        if !is_wanted || !is_file() {
            return;
        }
        if is_go {
            self.go_files.push(name);
        } else if name == "go.mod" {
            self.has_go_mod = true;
        } else {
            self.other_sources.push(name);
        }
    }
}

/// The endings of files that Go compiles, assembles or links beside its own.
const OTHER_SOURCES: &[&str] =
    &["s", "S", "sx", "c", "cc", "cpp", "cxx", "m", "f", "F", "for", "f90", "syso", "swig", "swigcxx"];

/// The files of a folder, and what they make up.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// The package's name; `None` if no file belongs to one.
    pub name: Option<String>,
    /// All Go files, sorted by name.
    pub files: Vec<SourceFile>,
    /// Names of the other sources that are for the platform, sorted.
    pub other_sources: Vec<String>,
    pub problems: Vec<Problem>,
}

/// Reads the heads of the files of a folder.
pub(crate) fn read(dir: &Path, listing: &Listing, (context, overlay): (&BuildContext, &Overlay)) -> Folder {
    let mut folder = Folder { problems: listing.problem.iter().cloned().collect(), ..Folder::default() };
    let mut buffer = Vec::new();
    for name in &listing.go_files {
        let file = source_file(dir.join(name), name, (context, overlay), &mut buffer, &mut folder.problems);
        folder.files.push(file);
    }
    folder.name = name_of(&folder.files);
    folder.exclude_others();
    let other_sources = listing.other_sources.iter().filter(|name| context.takes_file_name(name));
    folder.other_sources = other_sources.cloned().collect();
    folder
}

fn source_file(
    path: PathBuf,
    name: &str,
    (context, overlay): (&BuildContext, &Overlay),
    buffer: &mut Vec<u8>,
    problems: &mut Vec<Problem>,
) -> SourceFile {
    let is_test = name.ends_with("_test.go");
    let role = if is_test { Role::InternalTest } else { Role::Go };
    let mut file = SourceFile { path, role, package_name: None, imports: Vec::new(), uses_cgo: false, excluded: None };
    if name.starts_with(['_', '.']) {
        file.excluded = Some(Excluded::Name);
        return file;
    }
    if !context.takes_file_name(name) {
        file.excluded = Some(Excluded::Platform);
        return file;
    }
    let unsaved = overlay.get(&file.path).and_then(|text| head::scan(text, true));
    let head = match unsaved.map_or_else(|| head::read(&file.path, buffer), Ok) {
        Ok(head) => head,
        Err(error) => {
            problems.push(Problem::unreadable(&file.path, &error));
            file.excluded = Some(Excluded::Unreadable);
            return file;
        }
    };
    file.uses_cgo = head.imports.iter().any(|import| import.path == "C");
    file.excluded = exclusion(&file, &head, is_test, context, problems);
    if is_test && head.package.as_ref().is_some_and(|package| package.ends_with("_test")) {
        file.role = Role::ExternalTest;
    }
    file.package_name = head.package;
    file.imports = head.imports;
    file
}

/// Why a file is left out by what its head says, if it is.
fn exclusion(
    file: &SourceFile,
    head: &Head,
    is_test: bool,
    context: &BuildContext,
    problems: &mut Vec<Problem>,
) -> Option<Excluded> {
    let held = match &head.constraint {
        Constraint::None => Ok(true),
        Constraint::Build { expression, line } => BuildConstraint::parse(expression, Span::default())
            .map(|constraint| constraint.eval(context))
            .ok_or_else(|| Problem::bad_constraint(&file.path, *line)),
        Constraint::Several { line } => Err(Problem::several_constraints(&file.path, *line)),
        Constraint::Plus(lines) => Ok(lines.iter().all(|line| plus_holds(line, context))),
    };
    match held {
        Err(problem) => {
            problems.push(problem);
            return Some(Excluded::BadConstraint);
        }
        Ok(false) => return Some(Excluded::Constraint),
        Ok(true) => {}
    }
    let Some(package) = &head.package else {
        problems.push(Problem::no_package_clause(&file.path));
        return Some(Excluded::NoPackageClause);
    };
    if package == "documentation" {
        return Some(Excluded::Documentation);
    }
    if file.uses_cgo && is_test {
        problems.push(Problem::cgo_in_test(&file.path));
        return Some(Excluded::CgoInTest);
    }
    (file.uses_cgo && !context.satisfies("cgo")).then_some(Excluded::CgoOff)
}

/// Whether a `// +build` line holds: a space is "or", a comma is "and". A line without words asks for nothing.
fn plus_holds(line: &str, context: &BuildContext) -> bool {
    let holds = |term: &str| match term.strip_prefix('!') {
        Some(tag) => !tag.starts_with('!') && !context.satisfies(tag),
        None => context.satisfies(term),
    };
    let mut options = line.split_whitespace().peekable();
    options.peek().is_none() || options.any(|option| option.split(',').all(holds))
}

/// The package that most files belong to; of several, the first by file name. Tests have a say only where there is
/// nothing else.
fn name_of(files: &[SourceFile]) -> Option<String> {
    // cgo files name the package even if they are left out.
    let counts = |file: &&SourceFile| matches!(file.excluded, None | Some(Excluded::CgoOff));
    let has_plain = files.iter().filter(counts).any(|file| file.role == Role::Go);
    let mut votes: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
    for (index, file) in files.iter().enumerate().filter(|(_, file)| counts(file)) {
        if let Some(package) = package_of(file).filter(|_| !has_plain || file.role == Role::Go) {
            votes.entry(package).or_insert((0, index)).0 += 1;
        }
    }
    let winner = votes.into_iter().max_by_key(|(_, (count, first))| (*count, std::cmp::Reverse(*first)));
    winner.map(|(name, _)| name.to_owned())
}

/// The package that a file belongs to or, for an external test, that it tests.
fn package_of(file: &SourceFile) -> Option<&str> {
    let name = file.package_name.as_deref()?;
    Some(if file.role == Role::ExternalTest { name.strip_suffix("_test").unwrap_or(name) } else { name })
}

impl Folder {
    /// Leaves out the files of other packages.
    fn exclude_others(&mut self) {
        let Some(package) = &self.name else { return };
        for file in self.files.iter_mut().filter(|file| file.excluded.is_none()) {
            // A package may be called `x_test` itself; then its tests are internal.
            if file.role == Role::ExternalTest && file.package_name.as_ref() == Some(package) {
                file.role = Role::InternalTest;
            }
            let Some(own) = package_of(file) else { continue };
            if own != package {
                self.problems.push(Problem::two_packages(&file.path, own, package));
                file.excluded = Some(Excluded::OtherPackage { package: package.clone() });
            }
        }
    }
}
