//! Discovery: which files a list of paths means.
//!
//! In: paths as the user gave them. Out: [`Target`]s sorted by the path they are shown with, each once, and what went
//! wrong. Folders met while walking are filtered as [`Filters`] says; what is named explicitly is checked whatever the
//! filters say of it and of the folders above it.
//!
//! Reads folders, `.gitignore` and `go.mod` names; never the Go files themselves, so generated files and build constraints are
//! [`crate::check`]'s to filter. Links to folders are followed only where named explicitly: there are no loops.

use crate::finding::Skipped;
use crate::job::Target;
use globset::GlobSet;
use ignore::WalkBuilder;
use ignore::gitignore::GitignoreBuilder;
use rulec_program::normalised;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What is left out of folders while walking; each `true` switches a filter on.
#[derive(Clone, Debug)]
pub struct Filters {
    /// What `.gitignore` and git's other exclude files name.
    pub gitignore: bool,
    /// Folders called `vendor`.
    pub vendor: bool,
    /// Folders called `testdata`.
    pub testdata: bool,
    /// Files and folders whose names start with `_` or `.`.
    pub hidden: bool,
    /// Files whose names end in `_test.go`.
    pub tests: bool,
    /// If there are any, only files of which a glob matches the displayed path.
    pub include: Option<GlobSet>,
    /// Files and folders of which a glob matches the displayed path.
    pub exclude: Option<GlobSet>,
    /// A folder that holds a file of this name is not walked when it is met: what is left out of it is for others to say, and
    /// [`Discovery::add`] gives it back.
    pub border: Option<&'static str>,
}

impl Default for Filters {
    /// As Go users expect it.
    fn default() -> Filters {
        Filters {
            gitignore: true,
            vendor: true,
            testdata: true,
            hidden: true,
            tests: false,
            include: None,
            exclude: None,
            border: None,
        }
    }
}

/// What a list of paths means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Files, sorted by [`Target::display`].
    pub targets: Vec<Target>,
    /// Paths that mean nothing: a mistake of the user.
    pub errors: Vec<PathError>,
    /// Folders that could not be read.
    pub skipped: Vec<Skipped>,
}

/// A path that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// As the user gave it, escaped.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for PathError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

impl std::error::Error for PathError {}

/// The Go files that `paths` mean: files, folders, or Go patterns that end in `...`. Relative paths start at `cwd`,
/// which must be absolute.
pub fn discover(paths: &[PathBuf], filters: &Filters, cwd: &Path) -> Discovered {
    let mut discovery = Discovery::new(cwd);
    for path in paths {
        discovery.add(path, filters);
    }
    discovery.finish()
}

/// Discovery path by path, where filters differ between them.
pub struct Discovery<'c> {
    cwd: &'c Path,
    targets: Targets,
    found: Discovered,
}

impl<'c> Discovery<'c> {
    /// Nothing yet. Relative paths start at `cwd`, which must be absolute.
    pub fn new(cwd: &'c Path) -> Discovery<'c> {
        Discovery { cwd, targets: Targets::new(), found: Discovered::default() }
    }

    /// Adds the files that a path means. Gives back the folders that [`Filters::border`] keeps from being walked, sorted; they
    /// are absolute, and Go patterns if `path` is one: to be added in turn.
    pub fn add(&mut self, path: &Path, filters: &Filters) -> Vec<PathBuf> {
        self.add_one(path, filters).unwrap_or_else(|reason| {
            self.found.errors.push(PathError { path: escaped(path), reason });
            Vec::new()
        })
    }

    /// What all paths mean.
    pub fn finish(self) -> Discovered {
        let Discovery { targets, mut found, .. } = self;
        found.targets = targets.into_values().collect();
        found.skipped.sort();
        found.skipped.dedup();
        found
    }
}

/// Whether a path is a Go pattern that ends in `...`, and the path without that.
pub fn pattern(path: &Path) -> (bool, &Path) {
    match path.file_name() {
        Some(name) if name == "..." => (true, path.parent().unwrap_or(Path::new(""))),
        _ => (false, path),
    }
}

/// How `path` is shown: relative to `cwd` with `/`, absolute outside of it, names that are not UTF-8 percent-escaped.
pub fn display(path: &Path, cwd: &Path) -> String {
    let absolute = normalised(&cwd.join(path));
    match absolute.strip_prefix(cwd) {
        Ok(relative) if relative.as_os_str().is_empty() => ".".to_owned(),
        Ok(relative) => escaped(relative),
        Err(_) => escaped(&absolute),
    }
}

type Targets = BTreeMap<Arc<str>, Target>;

impl Discovery<'_> {
    fn add_one(&mut self, path: &Path, filters: &Filters) -> Result<Vec<PathBuf>, String> {
        let (is_go_pattern, base) = pattern(path);
        let start = normalised(&self.cwd.join(base));
        let metadata = std::fs::metadata(&start).map_err(|error| reason_of(&error))?;
        if metadata.is_dir() {
            return Ok(self.walk(&start, is_go_pattern, filters));
        }
        if is_go_pattern {
            return Err("is not a folder".to_owned());
        }
        if !metadata.is_file() {
            return Err("is neither a file nor a folder".to_owned());
        }
        if start.extension().is_none_or(|extension| extension != "go") {
            return Err("is not a Go file".to_owned());
        }
        self.add_file(start, true);
        Ok(Vec::new())
    }

    fn add_file(&mut self, path: PathBuf, explicit: bool) {
        let shown: Arc<str> = display(&path, self.cwd).into();
        let target = self.targets.entry(shown.clone()).or_insert(Target { path, display: shown, explicit: false });
        target.explicit |= explicit;
    }

    /// Adds the files below a folder; gives back the folders that are not walked, as [`Discovery::add`] does.
    fn walk(&mut self, start: &Path, is_go_pattern: bool, filters: &Filters) -> Vec<PathBuf> {
        // A folder that git ignores is walked all the same once it is named; then what lies above has no say.
        let ask_above = filters.gitignore && !is_git_ignored(start);
        let borders: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let keep = {
            let (filters, cwd, borders) = (filters.clone(), self.cwd.to_owned(), borders.clone());
            move |entry: &ignore::DirEntry| {
                let is_kept = entry.depth() == 0 || is_kept(entry, &filters, is_go_pattern, &cwd);
                let is_border = is_kept && entry.depth() > 0 && is_border(entry, &filters);
                if is_border {
                    borders.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
                }
                is_kept && !is_border
            }
        };
        let walker = WalkBuilder::new(start)
            .standard_filters(false)
            .git_ignore(filters.gitignore)
            .git_exclude(filters.gitignore)
            .git_global(filters.gitignore)
            .require_git(false)
            .parents(ask_above)
            .follow_links(false)
            .filter_entry(keep)
            .build();
        for entry in walker {
            match entry {
                Ok(entry) if entry.depth() > 0 && is_go_file(&entry) => self.add_file(entry.into_path(), false),
                Ok(_) => {}
                Err(error) => self.found.skipped.push(skipped_folder(&error, start, self.cwd)),
            }
        }
        let mut borders = std::mem::take(&mut *borders.lock().unwrap_or_else(PoisonError::into_inner));
        borders.sort();
        if is_go_pattern {
            borders.iter_mut().for_each(|border| border.push("..."));
        }
        borders
    }
}

fn reason_of(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Whether a `.gitignore` above `folder`, up to the repository's top, names it or a folder around it.
fn is_git_ignored(folder: &Path) -> bool {
    for above in folder.ancestors().skip(1) {
        let file = above.join(".gitignore");
        if file.is_file() {
            let mut builder = GitignoreBuilder::new(above);
            builder.add(file);
            let ignored =
                builder.build().is_ok_and(|rules| rules.matched_path_or_any_parents(folder, true).is_ignore());
            if ignored {
                return true;
            }
        }
        if above.join(".git").exists() {
            return false;
        }
    }
    false
}

fn is_kept(entry: &ignore::DirEntry, filters: &Filters, is_go_pattern: bool, cwd: &Path) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    if filters.hidden && matches!(name.first(), Some(b'_' | b'.')) {
        return false;
    }
    if entry.file_type().is_some_and(|file_type| file_type.is_dir()) {
        // A Go pattern ends where another module begins.
        let filtered = (filters.vendor && name == b"vendor")
            || (filters.testdata && name == b"testdata")
            || (is_go_pattern && entry.path().join("go.mod").is_file());
        return !filtered && !is_excluded(entry, filters, cwd);
    }
    if !name.ends_with(b".go") || (filters.tests && name.ends_with(b"_test.go")) {
        return false;
    }
    !is_excluded(entry, filters, cwd)
        && filters.include.as_ref().is_none_or(|globs| globs.is_match(display(entry.path(), cwd)))
}

fn is_border(entry: &ignore::DirEntry, filters: &Filters) -> bool {
    let is_folder = entry.file_type().is_some_and(|file_type| file_type.is_dir());
    is_folder && filters.border.is_some_and(|name| entry.path().join(name).is_file())
}

fn is_excluded(entry: &ignore::DirEntry, filters: &Filters, cwd: &Path) -> bool {
    filters.exclude.as_ref().is_some_and(|globs| globs.is_match(display(entry.path(), cwd)))
}

/// A regular file, or a link to one, as Go takes it.
fn is_go_file(entry: &ignore::DirEntry) -> bool {
    let Some(file_type) = entry.file_type() else { return false };
    file_type.is_file() || (file_type.is_symlink() && entry.path().is_file())
}

fn skipped_folder(error: &ignore::Error, start: &Path, cwd: &Path) -> Skipped {
    let mut path = None;
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path = Some(at);
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            _ => break,
        }
    }
    let reason = inner.io_error().map_or_else(|| inner.to_string(), reason_of);
    Skipped { path: display(path.map_or(start, PathBuf::as_path), cwd), reason }
}

/// The path with `/` between names; a name that is not UTF-8 has its other bytes, and its `%`, percent-escaped.
pub fn escaped(path: &Path) -> String {
    let names = path.components().map(|part| match part {
        Component::RootDir => String::new(),
        _ => escaped_name(part.as_os_str()),
    });
    let joined = names.collect::<Vec<_>>().join("/");
    if joined.is_empty() && path.has_root() { "/".to_owned() } else { joined }
}

fn escaped_name(name: &std::ffi::OsStr) -> String {
    if let Some(text) = name.to_str() {
        return text.to_owned();
    }
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder with these files; a name that ends in `/` is a folder.
    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn shown(dir: &Path, paths: &[&str], filters: &Filters) -> Vec<String> {
        let cwd = dir.canonicalize().unwrap();
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let found = discover(&paths, filters, &cwd);
        assert_eq!(found.errors, []);
        found.targets.iter().map(|target| target.display.to_string()).collect()
    }

    const FILES: &[(&str, &str)] = &[
        (".gitignore", "ignored/\n*.pb.go\n"),
        ("a.go", ""),
        ("a_test.go", ""),
        ("b/b.go", ""),
        ("b/x.pb.go", ""),
        ("b/readme.md", ""),
        ("_c/c.go", ""),
        (".d/d.go", ""),
        ("b/_e.go", ""),
        ("vendor/v/v.go", ""),
        ("testdata/src/t.go", ""),
        ("testdata/src/testdata/u.go", ""),
        ("ignored/i.go", ""),
        ("ignored/deep/i.go", ""),
        ("nested/go.mod", "module nested"),
        ("nested/n.go", ""),
    ];

    #[test]
    fn folders_are_filtered_as_go_users_expect() {
        let dir = tree(FILES);
        assert_eq!(shown(dir.path(), &["."], &Filters::default()), ["a.go", "a_test.go", "b/b.go", "nested/n.go"]);
    }

    #[test]
    fn each_filter_can_be_switched() {
        let dir = tree(FILES);
        let only = |change: &dyn Fn(&mut Filters)| {
            let mut filters = Filters::default();
            change(&mut filters);
            let all = shown(dir.path(), &["."], &filters);
            let usual = shown(dir.path(), &["."], &Filters::default());
            let more: Vec<_> = all.iter().filter(|path| !usual.contains(path)).cloned().collect();
            let less: Vec<_> = usual.iter().filter(|path| !all.contains(path)).cloned().collect();
            (more.join(" "), less.join(" "))
        };
        let text = |more: &str, less: &str| (more.to_owned(), less.to_owned());
        assert_eq!(only(&|f| f.gitignore = false), text("b/x.pb.go ignored/deep/i.go ignored/i.go", ""));
        assert_eq!(only(&|f| f.vendor = false), text("vendor/v/v.go", ""));
        assert_eq!(only(&|f| f.testdata = false), text("testdata/src/t.go testdata/src/testdata/u.go", ""));
        assert_eq!(only(&|f| f.hidden = false), text(".d/d.go _c/c.go b/_e.go", ""));
        assert_eq!(only(&|f| f.tests = true), text("", "a_test.go"));
        let globs = |glob: &str| {
            let mut set = globset::GlobSetBuilder::new();
            set.add(globset::Glob::new(glob).unwrap());
            Some(set.build().unwrap())
        };
        assert_eq!(only(&|f| f.exclude = globs("b")), text("", "b/b.go"));
        assert_eq!(only(&|f| f.include = globs("nested/**")), text("", "a.go a_test.go b/b.go"));
    }

    #[test]
    fn what_is_named_is_checked() {
        let dir = tree(FILES);
        let usual = Filters::default();
        assert_eq!(shown(dir.path(), &["testdata/src"], &usual), ["testdata/src/t.go"]);
        assert_eq!(shown(dir.path(), &["ignored"], &usual), ["ignored/deep/i.go", "ignored/i.go"]);
        assert_eq!(shown(dir.path(), &["ignored/deep/"], &usual), ["ignored/deep/i.go"]);
        assert_eq!(shown(dir.path(), &["b"], &usual), ["b/b.go"]);
        assert_eq!(shown(dir.path(), &["b/x.pb.go", "./b/../b/_e.go"], &usual), ["b/_e.go", "b/x.pb.go"]);
    }

    #[test]
    fn a_go_pattern_ends_at_the_next_module() {
        let dir = tree(FILES);
        assert_eq!(shown(dir.path(), &["./..."], &Filters::default()), ["a.go", "a_test.go", "b/b.go"]);
        assert_eq!(shown(dir.path(), &["nested/..."], &Filters::default()), ["nested/n.go"]);
    }

    #[test]
    fn a_folder_with_filters_of_its_own_is_given_back() {
        let dir = tree(&[
            ("a.go", ""),
            ("sub/rules.toml", ""),
            ("sub/b.go", ""),
            ("sub/deep/rules.toml", ""),
            ("sub/deep/c.go", ""),
            ("vendor/rules.toml", ""),
            ("vendor/v.go", ""),
        ]);
        let cwd = dir.path().canonicalize().unwrap();
        let filters = Filters { border: Some("rules.toml"), ..Filters::default() };
        let mut discovery = Discovery::new(&cwd);
        assert_eq!(discovery.add(Path::new("./..."), &filters), [cwd.join("sub/...")]);
        assert_eq!(discovery.add(Path::new("."), &filters), [cwd.join("sub")], "what is filtered is no border");
        assert_eq!(discovery.add(&cwd.join("sub"), &filters), [cwd.join("sub/deep")], "what is named is walked");
        let found = discovery.finish();
        let shown: Vec<_> = found.targets.iter().map(|target| &*target.display).collect();
        assert_eq!((shown, found.errors), (vec!["a.go", "sub/b.go"], vec![]));
    }

    #[test]
    fn a_file_named_twice_is_checked_once_and_stays_explicit() {
        let dir = tree(&[("a/a.go", "")]);
        let cwd = dir.path().canonicalize().unwrap();
        let found = discover(&["a/a.go".into(), ".".into(), cwd.join("a")], &Filters::default(), &cwd);
        assert_eq!(found.targets.len(), 1);
        assert!(found.targets[0].explicit);
    }

    #[test]
    fn a_path_that_means_nothing_is_an_error_and_the_others_count() {
        let dir = tree(&[("a.go", ""), ("b.txt", "")]);
        let cwd = dir.path().canonicalize().unwrap();
        let paths = ["nowhere".into(), "a.go".into(), "b.txt".into(), "a.go/...".into()];
        let found = discover(&paths, &Filters::default(), &cwd);
        let errors: Vec<String> = found.errors.iter().map(PathError::to_string).collect();
        assert_eq!(errors, ["nowhere: does not exist", "b.txt: is not a Go file", "a.go/...: is not a folder"]);
        assert_eq!(found.targets.len(), 1);
    }

    #[test]
    fn paths_outside_of_the_working_folder_are_absolute() {
        let dir = tree(&[("in/a.go", ""), ("out/b.go", "")]);
        let root = dir.path().canonicalize().unwrap();
        let found = discover(&["../out".into()], &Filters::default(), &root.join("in"));
        assert_eq!(&*found.targets[0].display, root.join("out/b.go").to_str().unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_to_files_and_from_what_is_named_only() {
        use std::os::unix::fs::symlink;
        let dir = tree(&[("a/a.go", ""), ("far/b.go", "")]);
        symlink(dir.path(), dir.path().join("a/loop")).unwrap();
        symlink(dir.path().join("far/b.go"), dir.path().join("a/link.go")).unwrap();
        symlink(dir.path().join("nowhere"), dir.path().join("a/dangling.go")).unwrap();
        symlink(dir.path().join("far"), dir.path().join("named")).unwrap();
        let usual = Filters::default();
        assert_eq!(shown(dir.path(), &["."], &usual), ["a/a.go", "a/link.go", "far/b.go"]);
        assert_eq!(shown(dir.path(), &["named"], &usual), ["named/b.go"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_not_utf8_are_escaped() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tree(&[("b.go", "")]);
        let name = std::ffi::OsStr::from_bytes(b"a%\xff.go");
        fs::write(dir.path().join(name), "").unwrap();
        assert_eq!(shown(dir.path(), &["."], &Filters::default()), ["a%25%FF.go", "b.go"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tree(&[("a.go", ""), ("locked/b.go", "")]);
        let locked = dir.path().join("locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        let cwd = dir.path().canonicalize().unwrap();
        let found = discover(&[".".into()], &Filters::default(), &cwd);
        let readable_all_the_same = fs::read_dir(&locked).is_ok();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
        // The superuser reads everything; then there is nothing to tell.
        let expected: &[&str] = if readable_all_the_same { &[] } else { &["locked"] };
        assert_eq!(found.skipped.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), expected);
    }
}
