//! A configuration with all that it extends.
//!
//! `extends` names other configurations. They apply first, in the order written, each after what it extends itself; what
//! is said later wins. A file that several extend applies once, where it comes first.

use crate::file::{Config, Files, read};
use rulec_grammar::codes::{E0812, E0813};
use rulec_grammar::diagnostic::{FileId, Sink};
use std::path::{Path, PathBuf};

/// Configurations in the order in which they apply: later ones win.
#[derive(Clone, Debug, Default)]
pub struct Layers(Vec<Config>);

/// Reads a file and makes it one of the sources of the run.
pub trait Sources {
    /// The number of the file, and its text.
    ///
    /// # Errors
    /// Why there is none, for people.
    fn open(&mut self, path: &Path) -> Result<(FileId, String), String>;
}

/// Reads a configuration and all that it extends. Mistakes go to `sink`, and what has one is left out.
///
/// # Errors
/// Why the file itself cannot be read.
pub fn load(path: &Path, sources: &mut dyn Sources, sink: &mut Sink) -> Result<Layers, String> {
    let mut done = Vec::new();
    let mut seen = vec![identity(path)];
    let mut open = vec![Open::new(path, sources, sink)?];
    while let Some(top) = open.last_mut() {
        let Some(name) = top.config.extends.get(top.next).cloned() else {
            done.extend(open.pop().map(|finished| finished.config));
            continue;
        };
        top.next += 1;
        let (file, base) = (top.config.file, top.config.folder.join(&name.value));
        let this = identity(&base);
        if open.iter().any(|one| one.identity == this) {
            let message = format!("`{}` extends this file in turn", name.value);
            sink.error(E0813, file, name.span, message)
                .help("the configuration that others start from extends none of them");
        } else if !seen.contains(&this) {
            seen.push(this);
            match Open::new(&base, sources, sink) {
                Ok(base) => open.push(base),
                Err(reason) => {
                    let fault = sink.error(E0812, file, name.span, format!("`{}` {reason}", name.value));
                    fault.help(format!("paths are relative to the file that they stand in: {}", base.display()));
                }
            }
        }
    }
    Ok(Layers(done))
}

/// A configuration whose bases are being read.
struct Open {
    config: Config,
    identity: PathBuf,
    /// The number of the next base.
    next: usize,
}

impl Open {
    fn new(path: &Path, sources: &mut dyn Sources, sink: &mut Sink) -> Result<Open, String> {
        let (file, text) = sources.open(path)?;
        let mut config = read(&text, file, sink);
        config.folder = path.parent().unwrap_or(path).to_owned();
        Ok(Open { config, identity: identity(path), next: 0 })
    }
}

/// What tells files apart, however they are named.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

impl Layers {
    /// The configurations, bases first.
    pub fn iter(&self) -> std::slice::Iter<'_, Config> {
        self.0.iter()
    }

    /// Whether there is no configuration.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last value that a configuration sets.
    pub fn setting<T>(&self, of: impl Fn(&Config) -> Option<T>) -> Option<T> {
        self.iter().rev().find_map(of)
    }

    /// The last value of `[files]` that a configuration sets.
    pub fn of_files<T>(&self, of: impl Fn(&Files) -> Option<T>) -> Option<T> {
        self.setting(|config| of(&config.files))
    }

    /// Whether a file that was met while walking is checked, by its absolute path: if the last `include` fits, and no
    /// `exclude` does.
    pub fn include(&self, path: &Path) -> bool {
        let included = self.setting(|config| {
            let include = &config.files.include;
            (!include.is_empty()).then(|| include.fit(&relative(&config.folder, path)))
        });
        included.unwrap_or(true) && !self.exclude(path)
    }

    /// Whether an `exclude` fits a file or folder, by its absolute path.
    pub fn exclude(&self, path: &Path) -> bool {
        self.iter().any(|config| config.files.exclude.fit(&relative(&config.folder, path)))
    }
}

impl<'a> IntoIterator for &'a Layers {
    type Item = &'a Config;
    type IntoIter = std::slice::Iter<'a, Config>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Config> for Layers {
    fn from(config: Config) -> Layers {
        Layers(vec![config])
    }
}

impl FromIterator<Config> for Layers {
    fn from_iter<I: IntoIterator<Item = Config>>(configs: I) -> Layers {
        Layers(configs.into_iter().collect())
    }
}

/// The path below a folder, with `/`; a path outside of it stays absolute, so that only globs for any depth fit.
pub(crate) fn relative(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    below.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Files that are not on disk.
    struct Texts {
        texts: BTreeMap<&'static str, &'static str>,
        opened: Vec<String>,
    }

    impl Sources for Texts {
        fn open(&mut self, path: &Path) -> Result<(FileId, String), String> {
            let path = path.to_string_lossy().into_owned();
            let text = self.texts.get(path.as_str()).ok_or("cannot be read: there is no such file")?;
            self.opened.push(path);
            Ok((FileId(self.opened.len() as u32 - 1), (*text).to_owned()))
        }
    }

    fn loaded(texts: &[(&'static str, &'static str)]) -> (Layers, Vec<String>, Vec<String>) {
        let mut sources = Texts { texts: texts.iter().copied().collect(), opened: Vec::new() };
        let mut sink = Sink::new();
        let layers = load(Path::new("/p/rulec.toml"), &mut sources, &mut sink).expect("the first file is there");
        let order = layers.iter().map(|config| sources.opened[config.file.0 as usize].clone()).collect();
        let said = |one: &rulec_grammar::diagnostic::Diagnostic| {
            format!("{} {} {}", one.code, sources.opened[one.file.0 as usize], one.message)
        };
        (layers, order, sink.into_sorted().iter().map(said).collect())
    }

    #[test]
    fn bases_apply_first_and_once() {
        let (layers, order, faults) = loaded(&[
            ("/p/rulec.toml", "extends = ['b/1.toml', 'b/2.toml']\nignore = ['x']"),
            ("/p/b/1.toml", "extends = ['base.toml']\n[files]\ntests = true"),
            ("/p/b/2.toml", "extends = ['base.toml']\n[files]\ninclude = ['src']"),
            ("/p/b/base.toml", "[files]\ntests = false\ngenerated = true\nexclude = ['*.pb.go']"),
        ]);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(order, ["/p/b/base.toml", "/p/b/1.toml", "/p/b/2.toml", "/p/rulec.toml"]);
        assert_eq!(layers.of_files(|files| files.tests), Some(true));
        assert_eq!(layers.of_files(|files| files.generated), Some(true));
        assert_eq!(layers.of_files(|files| files.vendor), None);
        let cases = [("/p/b/src/a.go", true), ("/p/x/src/a.go", true), ("/p/a.go", false), ("/p/src/a.pb.go", false)];
        for (path, taken) in cases {
            assert_eq!(layers.include(Path::new(path)), taken, "{path}");
        }
    }

    #[test]
    fn circles_and_missing_files_are_told_and_the_rest_is_read() {
        let (_, order, faults) = loaded(&[
            ("/p/rulec.toml", "extends = ['a.toml', 'none.toml', 'rulec.toml']"),
            ("/p/a.toml", "extends = ['b.toml']"),
            ("/p/b.toml", "extends = ['a.toml']\nselct = []"),
        ]);
        assert_eq!(order, ["/p/b.toml", "/p/a.toml", "/p/rulec.toml"]);
        assert_eq!(
            faults,
            [
                "E0812 /p/rulec.toml `none.toml` cannot be read: there is no such file",
                "E0813 /p/rulec.toml `rulec.toml` extends this file in turn",
                "E0813 /p/b.toml `a.toml` extends this file in turn",
                "E0802 /p/b.toml a configuration has no key `selct`",
            ]
        );
    }
}
