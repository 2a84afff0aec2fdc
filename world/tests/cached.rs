//! Packages declared from source and from the cache are the same, and what the cache has is never trusted beyond its key.

use rulec_gofront::Reader;
use rulec_gofront::inspect::Format;
use rulec_program::{Config, Goroot};
use rulec_tree::Vocabulary;
use rulec_world::{Cache, Packages};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

const FILES: &[(&str, &str)] = &[
    ("go.mod", "module example.com/m\ngo 1.26\n"),
    (
        "a/a.go",
        "package a\ntype A struct{ X int }\nfunc (A) M() string { return \"\" }\nconst C = 1 << 3\nvar hidden = 1.5\n",
    ),
    ("a/a_test.go", "package a\nvar Opened = hidden\nfunc (A) ForTest() {}\n"),
    ("a/x_test.go", "package a_test\nimport \"example.com/m/a\"\nvar V = a.Opened\nfunc f() { a.A{}.ForTest() }\n"),
    (
        "b/b.go",
        "package b\nimport (\"example.com/m/a\"; \"nowhere.org/x\")\nfunc F() a.A { return a.A{} }\nvar U = x.Y\n",
    ),
    (
        "c/c.go",
        "package c\nimport (\"example.com/m/b\"; \"strings\")\nvar V = b.F().X + 1\nfunc f() { v := b.F(); _ = v.M(); strings.Fields(\"\") }\n",
    ),
];

struct Module {
    root: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Module {
    fn new() -> Module {
        let module = Module { root: tempfile::tempdir().unwrap(), cache: tempfile::tempdir().unwrap() };
        FILES.iter().for_each(|(name, text)| module.write(name, text));
        module
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn go_files(&self) -> Vec<PathBuf> {
        let names = FILES.iter().map(|(name, _)| *name).filter(|name| name.ends_with(".go"));
        names.map(|name| self.root.path().join(name)).collect()
    }

    fn packages(&self, threads: usize) -> Packages {
        let config = Config {
            goroot: Goroot::None,
            goos: Some("linux".to_owned()),
            goarch: Some("amd64".to_owned()),
            ..Config::default()
        };
        Packages::of_disk(config, self.go_files(), threads)
    }

    /// What is known of every expression of all files, and what was said.
    fn types(&self, packages: &Packages) -> String {
        let vocabulary = Arc::new(Vocabulary::default());
        let mut out = String::new();
        for path in self.go_files() {
            let source = fs::read(&path).unwrap();
            let file = Reader::new().read(&source, &vocabulary).unwrap();
            let types = packages.file(&path, &file).unwrap();
            out += &rulec_world::inspect::types(&types, &source, "x.go", Format::Text);
        }
        out + &packages.world().problems().concat()
    }

    fn cached(&self) -> String {
        self.types(&self.packages(1).with_cache(Cache::at(self.cache.path())))
    }

    fn fresh(&self) -> String {
        self.types(&self.packages(1))
    }

    fn kept(&self) -> Vec<PathBuf> {
        let mut kept = Vec::new();
        for folder in fs::read_dir(self.cache.path().join("types")).unwrap().flatten() {
            if folder.path().is_dir() {
                kept.extend(fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()));
            }
        }
        kept.sort();
        kept
    }
}

#[test]
fn the_cache_changes_nothing() {
    let module = Module::new();
    let fresh = module.fresh();
    assert!(fresh.contains("example.com/m/a.A") && fresh.contains("float64"), "{fresh}");
    assert_eq!(fresh, module.cached());
    // Three packages, own tests and external tests.
    assert_eq!(module.kept().len(), 5);
    assert_eq!(fresh, module.cached());
    assert_eq!(module.kept().len(), 5, "all of them were found");
}

#[test]
fn what_changes_is_declared_again_with_all_that_imports_it() {
    let module = Module::new();
    module.cached();
    module.write("b/b.go", "package b\nimport \"example.com/m/a\"\nfunc F() *a.A { return nil }\n");
    assert_eq!(module.fresh(), module.cached());
    assert_eq!(module.kept().len(), 7, "b and c are new");
    module.write("a/a.go", "package a\ntype A struct{ X float32 }\nfunc (A) M() int { return 0 }\nvar hidden = 'x'\n");
    let fresh = module.fresh();
    assert!(fresh.contains("float32") && fresh.contains("rune"), "{fresh}");
    assert_eq!(fresh, module.cached());
    assert_eq!(module.kept().len(), 12, "all are new");
}

#[test]
fn what_others_cannot_see_is_no_reason_to_declare_them_again() {
    let module = Module::new();
    module.cached();
    let text = "package a\n\ntype A struct{ X int }\nfunc (A) M() string { return \"other\" }\nconst C = 1 << 3\nvar hidden = 1.25\n";
    module.write("a/a.go", text);
    assert_eq!(module.fresh(), module.cached());
    assert_eq!(module.kept().len(), 8, "a and its tests are new");
    // A change of a method that only a type has which others see.
    module.write("a/a.go", &text.replace("func (A) M() string", "func (A) m() {}\nfunc (A) M() string"));
    assert_eq!(module.fresh(), module.cached());
    assert_eq!(module.kept().len(), 13, "all are new");
}

#[test]
fn damaged_files_are_ignored_and_written_again() {
    let module = Module::new();
    let fresh = module.cached();
    for (number, path) in module.kept().into_iter().enumerate() {
        let good = fs::read(&path).unwrap();
        let mut damaged = good.clone();
        match number {
            0 => damaged.truncate(good.len() / 2),
            1 => damaged.clear(),
            _ => damaged[good.len() / 3 * 2] ^= 4,
        }
        fs::write(&path, damaged).unwrap();
        assert_eq!(fresh, module.cached());
        assert_eq!(fs::read(&path).unwrap(), good, "it was written again, and the same");
    }
}

#[test]
fn the_number_of_threads_does_not_show_in_what_is_kept() {
    let module = Module::new();
    let kept = |threads: usize| {
        let cache = tempfile::tempdir().unwrap();
        module.types(&module.packages(threads).with_cache(Cache::at(cache.path())));
        let module = Module { root: tempfile::tempdir().unwrap(), cache };
        let kept = module.kept();
        kept.iter().map(|path| (path.file_name().unwrap().to_owned(), fs::read(path).unwrap())).collect::<Vec<_>>()
    };
    let one = kept(1);
    assert_eq!(one.len(), 5);
    for _ in 0..5 {
        assert!(one == kept(2));
    }
}

#[test]
fn runs_at_the_same_time_agree() {
    let module = Module::new();
    let fresh = module.fresh();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..5).for_each(|_| assert_eq!(fresh, module.cached())));
        }
    });
}

#[test]
fn a_module_that_was_moved_keeps_its_places() {
    let module = Module::new();
    module.cached();
    let moved = Module { root: tempfile::tempdir().unwrap(), cache: module.cache };
    FILES.iter().for_each(|(name, text)| moved.write(name, text));
    assert_eq!(moved.fresh(), moved.cached());
    assert_eq!(moved.kept().len(), 5);
}

#[test]
fn the_standard_library_needs_no_go() {
    let module = Module::new();
    let types = module.fresh();
    assert!(types.contains("strings.Fields  value func(string) []string"), "{types}");
}
