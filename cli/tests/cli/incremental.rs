//! Results that are kept: whatever is changed, a run that takes them over says what a run without them says.

use crate::support::{Run, Sandbox};
use std::fs;
use std::path::{Path, PathBuf};

/// Rules that ask for all that an outcome can hang on: types, constants, what functions do, who calls, what is unused or deprecated,
/// other files, and comments that waive.
const RULES: &str = r#"use "errors"
use "fmt"
use "time"

/// It waits, on some path.
fact waits(func $f) {
    match func $f
    where some path from entry of $f to expr { time.Sleep($_) } or expr { $g(...) } where waits($g)
}

/// Waits.
///
/// ## Why
/// Why.
rule waiting {
    severity warning
    match expr { $f(...) } @call
    where waits(@call)
    report at @call "{$f} waits"
}

/// Never called.
///
/// ## Why
/// Why.
rule never-called {
    severity info
    match decl { func $name(...) (...) } @function or decl { func ($_ $_) $name(...) (...) } @function
    where len(callers(@function)) == 0
    report at $name "nobody calls {$name}"
}

/// Unused.
///
/// ## Why
/// Why.
rule left {
    severity warning
    match decl { func $name(...) (...) } or decl { func ($_ $_) $name(...) (...) }
    where $name is unused
    report at $name "{$name} is never used"
}

/// Deprecated.
///
/// ## Why
/// Why.
rule old {
    severity warning
    match expr { $_.$name } @use
    where @use is deprecated
    report at $name "{$name} is old: {deprecation(@use)}"
}

/// Text.
///
/// ## Why
/// Why.
rule errorf {
    severity error
    match expr { errors.New(fmt.Sprintf($*args)) }
    report "use fmt.Errorf"
    fix safe { fmt.Errorf($*args) }
}

/// Cases.
///
/// ## Why
/// Why.
rule cases {
    severity warning
    match stmt { switch $x { ... } } @switch
    where len(without(constants(type_of($x)), cases(@switch))) > 0
    report at $x "missing: {join(without(constants(type_of($x)), cases(@switch)), \", \")}"
}

/// Files.
///
/// ## Why
/// Why.
rule schema {
    severity info
    match decl { func $name(...) (...) }
    where file_exists("*.sql")
    report at $name "there is SQL beside {$name}"
}

/// Nil.
///
/// ## Why
/// Why.
rule nil-use {
    severity error
    match expr { $p.$_ }
    where $p is possibly_nil
    report at $p "{$p} may be nil"
}

/// Types.
///
/// ## Why
/// Why.
rule of-fmt {
    severity info
    match expr { $_($x) }
    where $x implements fmt.Stringer
    report at $x "{$x} is a {type_text(type_of($x))}"
}
"#;

/// A file of the module: what always stands there, and places with several texts for one of them each.
struct File {
    path: &'static str,
    parts: &'static [&'static [&'static str]],
}

const FILES: &[File] = &[
    File { path: "go.mod", parts: &[&["module example.com/m\n\ngo 1.26\n", "module example.com/m\n\ngo 1.21\n"]] },
    File {
        path: "a/a.go",
        parts: &[
            &["package a\n\nimport \"time\"\n\n", "// Package a is the first.\npackage a\n\nimport \"time\"\n\n"],
            &["", "// Deprecated: use Wait.\n", "// Old is old.\n//\n// Deprecated: use New.\n"],
            &["func Old() {}\n\n", "func Old() { helper() }\n\n", "func Old() { time.Sleep(1) }\n\n"],
            &["func Wait() { helper() }\n\n", "func Wait() {}\n\n", "func Wait() { println() }\n\n"],
            &[
                "func helper() { time.Sleep(time.Second) }\n\n",
                "func helper() {\n\tprintln()\n}\n\n",
                "func helper() { }\n\n",
            ],
            &["func spare() {}\n\n", "func spare() { spare() }\n\n", ""],
            &["type Doer interface{ Do() }\n\n", "type Doer interface{ Do(); sealed() }\n\n"],
            &["func Run(d Doer) { d.Do() }\n\n", "func Run(d Doer) {\n\tgo d.Do()\n}\n\n"],
            &[
                "type Kind int\n\nconst (\n\tRed Kind = iota\n\tGreen\n)\n",
                "type Kind int\n\nconst (\n\tGreen Kind = 1\n\tRed Kind = 0\n)\n",
                "type Kind int\n\nconst (\n\tRed Kind = iota\n\tGreen\n\tBlue\n)\n",
            ],
        ],
    },
    File {
        path: "a/more.go",
        parts: &[
            &[
                "package a\n\n",
                "//go:build linux\n\npackage a\n\n",
                "//go:build never\n\npackage a\n\nvar _ = spare\n\n",
            ],
            &["type Thing struct{ Name string }\n\n", "type Thing struct{ Name string; next *Thing }\n\n"],
            &[
                "func (t *Thing) Do() {}\nfunc (t *Thing) sealed() {}\n\n",
                "func (t *Thing) Do() { Wait() }\nfunc (t *Thing) sealed() {}\n\n",
            ],
            &[
                "func Find(name string) *Thing {\n\tif name == \"\" {\n\t\treturn nil\n\t}\n\treturn &Thing{name}\n}\n",
                "func Find(name string) *Thing {\n\treturn &Thing{Name: name}\n}\n",
            ],
        ],
    },
    File {
        path: "a/a_test.go",
        parts: &[
            &["package a\n\nimport \"testing\"\n\n", "package a_test\n\nimport \"testing\"\n\n"],
            &["func TestA(t *testing.T) {}\n", "func TestA(t *testing.T) { t.Helper() }\n"],
        ],
    },
    File {
        path: "b/b.go",
        parts: &[
            &["package b\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n\n\t\"example.com/m/a\"\n)\n\n"],
            &[
                "func Use() error {\n\ta.Old()\n\ta.Wait()\n",
                "func Use() error {\n\ta.Old() //rulec:ignore old it is needed\n",
                "//rulec:ignore waiting it may\nfunc Use() error {\n\ta.Wait()\n",
            ],
            &[
                "\treturn errors.New(fmt.Sprintf(\"%d\", 1))\n}\n\n",
                "\treturn fmt.Errorf(\"%d\", 1)\n}\n\nvar _ = errors.New\n\n",
            ],
            &[
                "func Name(n string) string { return a.Find(n).Name }\n\n",
                "func Name(n string) string {\n\tthing := a.Find(n)\n\treturn thing.Name\n}\n\n",
            ],
            &[
                "func Paint(k a.Kind) {\n\tswitch k {\n\tcase a.Red:\n\t}\n}\n",
                "func Paint(k a.Kind) {\n\tswitch k {\n\tcase a.Green:\n\t\ta.Run(nil)\n\t}\n}\n",
                "func Paint(k a.Kind) { }\n",
            ],
        ],
    },
    File {
        path: "c/c.go",
        parts: &[
            &[
                "package main\n\nimport \"example.com/m/b\"\n\n",
                "package main\n\nimport (\n\t\"time\"\n\n\t\"example.com/m/b\"\n)\n\nvar _ time.Duration\n\n",
            ],
            &[
                "type mine struct{}\n\nfunc (mine) Do() {}\n\n",
                "type mine struct{}\n\nfunc (mine) Do() { b.Use() }\n\n",
                "",
            ],
            &[
                "func main() { b.Use() }\n",
                "func main() {\n\tb.Name(\"\")\n\tprintln(b.Use())\n}\n",
                "func main() { b.Paint(0 }\n",
                "func main() { missing.Call() }\n",
            ],
        ],
    },
    File {
        path: "d/d.go",
        parts: &[&[
            "package d\n\nfunc D() {}\n",
            "// Code generated by hand. DO NOT EDIT.\n\npackage d\n\nfunc D() {}\n",
            "package d\n\nfunc D() { undeclared() }\n",
            "",
        ]],
    },
    File { path: "d/x.sql", parts: &[&["", "select 1\n"]] },
];

/// The module with one text chosen at each place, and random changes of the choices.
struct Module {
    sandbox: Sandbox,
    choices: Vec<Vec<usize>>,
    random: u64,
}

impl Module {
    fn new(seed: u64) -> Module {
        let choices = FILES.iter().map(|file| vec![0; file.parts.len()]).collect();
        let module = Module { sandbox: Sandbox::new(&[("rules.rule", RULES)]), choices, random: seed };
        (0..FILES.len()).for_each(|file| module.write(file));
        module
    }

    /// An empty text is no file.
    fn write(&self, number: usize) {
        let file = &FILES[number];
        let text: String = file.parts.iter().zip(&self.choices[number]).map(|(part, choice)| part[*choice]).collect();
        if text.is_empty() {
            let _ = fs::remove_file(self.sandbox.path(file.path));
        } else {
            self.sandbox.write(file.path, text);
        }
    }

    /// A number below `end`, by a linear congruential generator.
    fn below(&mut self, end: usize) -> usize {
        self.random = self.random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.random >> 33) as usize % end
    }

    /// Changes one place, or several.
    fn edit(&mut self) {
        for _ in 0..=self.below(3) / 2 {
            let file = self.below(FILES.len());
            let part = self.below(FILES[file].parts.len());
            self.choices[file][part] = self.below(FILES[file].parts[part].len());
            self.write(file);
        }
    }

    fn check(&self, more: &[&str]) -> Run {
        let common = ["check", ".", "--no-stock", "--rules", "rules.rule", "--no-timings", "--undecided", "list"];
        self.sandbox.run(&[&common[..], more].concat())
    }

    /// Checks with and without what is kept; gives back the findings.
    #[track_caller]
    fn same(&self, more: &[&str]) -> String {
        let json = [&["--format", "json"][..], more].concat();
        let kept = self.check(&json);
        let fresh = self.check(&[&json[..], &["--no-cache"]].concat());
        assert_eq!((kept.status, &kept.err), (fresh.status, &fresh.err), "{:?}", self.choices);
        assert_eq!(kept.out, fresh.out, "{:?}", self.choices);
        kept.out
    }
}

#[test]
fn a_run_says_the_same_whatever_was_kept_before_random_edits() {
    for seed in [1, 2] {
        let mut module = Module::new(seed);
        let mut outcomes = std::collections::BTreeSet::new();
        for _ in 0..14 {
            outcomes.insert(module.same(&[]));
            module.edit();
        }
        assert!(outcomes.len() > 7, "the edits change what is found: {} outcomes", outcomes.len());
    }
}

#[test]
fn what_is_found_is_all_there_when_nothing_is_checked_again() {
    let module = Module::new(1);
    let first = module.same(&[]);
    for part in
        ["waits", "nobody calls", "use fmt.Errorf", "missing: Green", "may be nil", "\"edits\"", "is never used"]
    {
        assert!(first.contains(part), "no {part} in {first}");
    }
    assert_eq!(module.same(&[]), first);
    // The same files by other names, and some of them.
    module.same(&["--undecided", "ignore"]);
    module.same(&["--select", "waiting,old"]);
    module.same(&["--goos", "windows"]);
    let one = module.check(&["--format", "json", "b/b.go"]).out;
    assert_eq!(module.check(&["--format", "json", "b/b.go", "--no-cache"]).out, one);
    for format in ["text", "jsonl"] {
        let kept = module.check(&["--format", format]);
        assert_eq!(module.check(&["--format", format, "--no-cache"]).out, kept.out);
        assert!(kept.out.contains("waits"));
    }
}

/// All files below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = waiting.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() { waiting.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[test]
fn a_run_over_unchanged_files_writes_nothing_and_one_that_must_not_keep_neither() {
    let module = Module::new(1);
    module.check(&["--no-cache"]);
    assert!(!module.sandbox.cache().exists());
    module.check(&[]);
    let kept = files_below(&module.sandbox.cache());
    let written = |files: &[PathBuf]| -> Vec<_> {
        files.iter().map(|file| fs::metadata(file).and_then(|file| file.modified()).expect("a time")).collect()
    };
    let times = written(&kept);
    module.check(&[]);
    assert_eq!(files_below(&module.sandbox.cache()), kept);
    assert_eq!(written(&kept), times);
    module.sandbox.run(&["cache", "clean"]).exits(0);
    module.same(&[]);
}

#[test]
fn a_change_that_others_cannot_see_ends_where_it_is() {
    let module = Module::new(1);
    // How many files are new in the cache after one text was put in the place of another in `a/a.go`.
    let written = |text: &str, by: &str| {
        module.check(&[]);
        let before = files_below(&module.sandbox.cache());
        let source = module.sandbox.read("a/a.go");
        assert!(source.contains(text), "{text}");
        module.sandbox.write("a/a.go", source.replace(text, by));
        module.same(&[]);
        files_below(&module.sandbox.cache()).iter().filter(|file| !before.contains(file)).count()
    };
    let body = written("func Wait() { helper() }", "func Wait() {\n\t// It waits.\n\thelper()\n}");
    let helper = written("func spare", "func other() {}\n\nfunc spare");
    let summary = written("time.Sleep(time.Second)", "println()");
    let exported = written("type Kind int", "type Kind int\n\nfunc New() {}");
    assert!(body == helper && body < summary && body < exported, "{body} {helper} {summary} {exported}");
}

#[test]
fn what_is_damaged_is_as_good_as_nothing() {
    let module = Module::new(1);
    let good = module.same(&[]);
    for (number, file) in files_below(&module.sandbox.cache()).into_iter().enumerate() {
        let mut bytes = fs::read(&file).expect("what was kept");
        match number % 3 {
            _ if bytes.is_empty() => continue,
            0 => bytes.truncate(bytes.len() / 2),
            1 => bytes.push(7),
            _ => {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }
        }
        fs::write(&file, bytes).expect("a file that can be written");
    }
    assert_eq!(module.same(&[]), good);
    assert_eq!(module.same(&[]), good);
}

#[test]
fn runs_at_the_same_time_do_no_harm() {
    let module = Module::new(1);
    let fresh = module.check(&["--format", "json", "--no-cache"]).out;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(module.check(&["--format", "json"]).out, fresh));
        }
    });
    assert_eq!(module.same(&[]), fresh);
}

#[test]
fn a_run_that_is_killed_leaves_nothing_wrong_behind() {
    let module = Module::new(1);
    let fresh = module.check(&["--format", "json", "--no-cache"]).out;
    for wait in [20, 60, 100, 140, 180] {
        let arguments = ["check", ".", "--no-stock", "--rules", "rules.rule", "--quiet"];
        let mut run = module.sandbox.command(&arguments).spawn().expect("the binary runs");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        run.kill().expect("it can be killed");
        run.wait().expect("it ends");
        assert_eq!(module.same(&[]), fresh);
        module.sandbox.run(&["cache", "clean"]).exits(0);
    }
}
