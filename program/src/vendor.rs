//! A vendor folder, and which modules its packages are of.
//!
//! In: the text of vendor/modules.txt. Out: [`Vendor`].
//!
//! Source: the Go Modules Reference, "Vendoring".

use crate::module::Module;
use crate::problem::Problem;
use crate::store::Store;
use crate::version::GoVersion;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct Vendor {
    pub dir: PathBuf,
    /// Whether it was written for a workspace.
    pub for_workspace: bool,
    module_of_package: FxHashMap<String, Arc<Module>>,
}

impl Vendor {
    /// The vendor folder `dir`, if there is one that holds packages.
    pub fn read(store: &Store, dir: &Path) -> Option<Vendor> {
        // The modules of the module cache keep vendor/modules.txt, but no vendored package.
        if store.listing(dir).folders.is_empty() {
            return None;
        }
        match std::fs::read(dir.join("modules.txt")) {
            Ok(bytes) => Some(Vendor::parse(dir, &String::from_utf8_lossy(&bytes))),
            Err(_) => {
                store.tell(Problem::no_modules_txt(dir));
                Some(Vendor::parse(dir, ""))
            }
        }
    }

    fn parse(dir: &Path, text: &str) -> Vendor {
        let mut vendor = Vendor { dir: dir.to_owned(), for_workspace: false, module_of_package: FxHashMap::default() };
        let mut current: Option<Module> = None;
        let mut shared: Option<Arc<Module>> = None;
        for line in text.lines().map(str::trim) {
            if let Some(notes) = line.strip_prefix("## ") {
                vendor.for_workspace |= current.is_none() && notes.split(';').any(|note| note.trim() == "workspace");
                let go = notes.split(';').find_map(|note| GoVersion::parse(note.trim().strip_prefix("go ")?.trim()));
                if let (Some(module), Some(go)) = (&mut current, go) {
                    module.go = Some(go);
                    shared = None;
                }
            } else if let Some(words) = line.strip_prefix("# ") {
                current = module(dir, words);
                shared = None;
            } else if let (Some(module), false) = (&current, line.is_empty()) {
                let module = shared.get_or_insert_with(|| Arc::new(module.clone()));
                vendor.module_of_package.insert(line.to_owned(), module.clone());
            }
        }
        vendor
    }

    /// The module of a package; `None` if modules.txt does not say.
    pub fn module_of(&self, import: &str) -> Option<Arc<Module>> {
        self.module_of_package.get(import).cloned()
    }
}

/// The module of a line `# PATH [VERSION] [=> …]`.
fn module(vendor: &Path, words: &str) -> Option<Module> {
    let own = words.split("=>").next()?;
    let mut words = own.split_whitespace();
    let path = words.next()?.to_owned();
    let version = words.next().map(str::to_owned);
    Some(Module { dir: vendor.join(&path), path, version, go: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_given_to_modules() {
        let text = concat!(
            "## workspace\n# a.example/a v1.0.0\n## explicit; go 1.17\na.example/a\na.example/a/x\n",
            "# b.example/b v1.2.0 => c.example/fork v1.3.0\n## explicit\nb.example/b\n",
            "# d.example/d => ./local\n## go 1.20\nd.example/d/y\n# b.example/b => c.example/fork v1.3.0\n"
        );
        let vendor = Vendor::parse(Path::new("/v"), text);
        assert!(vendor.for_workspace);
        let shown = |import: &str| {
            let module = vendor.module_of(import)?;
            let go = module.go.map_or_else(|| "-".to_owned(), |go| go.to_string());
            Some(format!("{} {} {go}", module.path, module.version.as_deref().unwrap_or("-")))
        };
        assert_eq!(shown("a.example/a/x").as_deref(), Some("a.example/a v1.0.0 1.17"));
        assert_eq!(shown("b.example/b").as_deref(), Some("b.example/b v1.2.0 -"));
        assert_eq!(shown("d.example/d/y").as_deref(), Some("d.example/d - 1.20"));
        assert_eq!(shown("a.example"), None);
        assert_eq!(vendor.module_of("a.example/a/x").unwrap().dir, Path::new("/v/a.example/a"));
    }
}
