//! Where imports lead in modules, workspaces and vendor folders.

use super::{Program, environment};
use crate::{Resolution, Role};

#[test]
fn the_modules_that_a_go_mod_lists_are_found() {
    let program = Program::new(
        "\
-- go.mod --
module m.example/m
go 1.22
require (
	github.com/Azure/sdk v1.0.0
	github.com/Azure/sdk/nested v0.2.0
	old.example/old v2.0.0+incompatible
	lost.example/lost v1.0.0
)
-- a/a.go --
package a
import x \"github.com/Azure/sdk\"
-- a/sub/go.mod --
module m.example/m/a/sub
-- a/sub/s.go --
package sub
-- mod/github.com/!azure/sdk@v1.0.0/s.go --
package sdk
-- mod/github.com/!azure/sdk@v1.0.0/go.mod --
module github.com/Azure/sdk
go 1.19
-- mod/github.com/!azure/sdk/nested@v0.2.0/deep/n.go --
package deep
-- mod/old.example/old@v2.0.0+incompatible/o.go --
package old
-- mod/cache/download/lost.example/lost/@v/v1.0.0.mod --
module lost.example/lost
",
    );
    assert_eq!(
        program.resolve(
            "a",
            &[
                "m.example/m/a",
                "m.example/m/a/sub",
                "github.com/Azure/sdk",
                "github.com/Azure/sdk/nested/deep",
                "old.example/old",
                "github.com/Azure/sdk/none",
                "lost.example/lost/x",
                "never.example/x",
                "fmt",
                "m.example/mm"
            ]
        ),
        [
            "a",
            "module m.example/m has no package \"m.example/m/a/sub\"",
            "mod/github.com/!azure/sdk@v1.0.0",
            "mod/github.com/!azure/sdk/nested@v0.2.0/deep",
            "mod/old.example/old@v2.0.0+incompatible",
            "module github.com/Azure/sdk@v1.0.0 has no package \"github.com/Azure/sdk/none\"",
            "module lost.example/lost@v1.0.0 is not in the module cache (run `go mod download`)",
            "no module that go.mod requires can hold \"never.example/x\" (run `go get never.example/x`)",
            "std fmt",
            "no module that go.mod requires can hold \"m.example/mm\" (run `go get m.example/mm`)",
        ]
    );
    let from = program.at("a");
    let import = &from.files_of(Role::Go).next().unwrap().imports[0];
    assert_eq!((import.path.as_str(), import.name.as_deref(), import.offset), ("github.com/Azure/sdk", Some("x"), 19));
    let Resolution::Dir(sdk) = program.loader.resolve(&from, &import.path) else { panic!("resolved above") };
    assert_eq!(sdk.import_path, "github.com/Azure/sdk");
    let module = sdk.module.clone().unwrap();
    assert_eq!(module.version.as_deref(), Some("v1.0.0"));
    assert_eq!(module.go, crate::GoVersion::parse("1.19"));
    // A dependency's own imports go by the same list.
    let Resolution::Dir(back) = program.loader.resolve(&sdk, "m.example/m/a") else { panic!("it is a main module") };
    assert!(std::sync::Arc::ptr_eq(&back, &from));
}

#[test]
fn two_modules_with_one_package_are_ambiguous() {
    let program = Program::new(
        "\
-- go.mod --
module m
go 1.22
require a.example/a v1.0.0
require a.example/a/b v1.0.0
-- m.go --
package m
-- mod/a.example/a@v1.0.0/b/b.go --
package b
-- mod/a.example/a/b@v1.0.0/b.go --
package b
",
    );
    assert_eq!(
        program.resolve("", &["a.example/a/b"]),
        ["package \"a.example/a/b\" is in several modules: a.example/a/b@v1.0.0 and a.example/a@v1.0.0"]
    );
}

/// `a` asks for `b` 1.1 and `c`, the main module for `b` 1.0; `c` asks for `b` 1.3 but is out of reach if pruned.
fn diamond(main_go: &str, a_go: &str) -> Program {
    Program::new(&format!(
        "\
-- go.mod --
module m
{main_go}
require a.example/a v1.0.0
require b.example/b v1.0.0
-- m.go --
package m
-- mod/cache/download/a.example/a/@v/v1.0.0.mod --
module a.example/a
{a_go}
require b.example/b v1.1.0
require c.example/c v1.0.0
-- mod/cache/download/c.example/c/@v/v1.0.0.mod --
module c.example/c
go 1.17
require b.example/b v1.3.0
require d.example/d v1.0.0
-- mod/cache/download/d.example/d/@v/v1.0.0.mod --
module d.example/d
require b.example/b v1.2.0
require a.example/a v1.0.0
-- mod/b.example/b@v1.0.0/b.go --
package b
-- mod/b.example/b@v1.1.0/b.go --
package b
-- mod/b.example/b@v1.3.0/b.go --
package b
-- mod/b.example/b@v1.3.0/new/new.go --
package new
-- mod/c.example/c@v1.0.0/c.go --
package c
-- mod/d.example/d@v1.0.0/d.go --
package d
"
    ))
}

#[test]
fn minimal_version_selection_takes_the_greatest_version_asked_for() {
    let imports = ["b.example/b", "b.example/b/new", "c.example/c", "d.example/d"];
    let all =
        ["mod/b.example/b@v1.3.0", "mod/b.example/b@v1.3.0/new", "mod/c.example/c@v1.0.0", "mod/d.example/d@v1.0.0"];
    // Without pruning every go.mod counts.
    assert_eq!(diamond("", "go 1.20").resolve("", &imports), all);
    assert_eq!(diamond("go 1.16", "").resolve("", &imports), all);
    // A pruned main module is taken at its word; beyond it, what its direct dependencies list is known.
    let pruned = diamond("go 1.20", "go 1.20").resolve("", &imports);
    assert_eq!(pruned[0], "mod/b.example/b@v1.0.0");
    assert_eq!(pruned[1], "module b.example/b@v1.1.0 has no package \"b.example/b/new\"");
    assert_eq!(pruned[2], "mod/c.example/c@v1.0.0");
    assert!(pruned[3].starts_with("no module that go.mod requires"));
    // An old dependency is followed to the end.
    let mixed = diamond("go 1.20", "go 1.16").resolve("", &imports);
    assert_eq!(mixed[0], "mod/b.example/b@v1.0.0");
    assert_eq!(mixed[1..], all[1..]);
}

#[test]
fn replacements_and_exclusions_count() {
    let program = Program::new(
        "\
-- go.mod --
module m
go 1.22
require a.example/a v1.0.0
require b.example/b v1.0.0
require c.example/c v1.0.0
require c.example/c v1.1.0
require d.example/d v1.0.0
require e.example/e v1.0.0
exclude c.example/c v1.1.0
replace a.example/a => ../local/a
replace b.example/b v1.0.0 => B.example/fork v2.1.0
replace b.example/b => ./wrong
replace c.example/c v1.1.0 => ./wrong
replace d.example/d => ../nowhere
replace e.example/e => ./bare
-- go/m.go --
package m
-- w/go.mod --
module w
-- local/a/go.mod --
module a.example/a
-- local/a/x/x.go --
package x
-- mod/!b.example/fork@v2.1.0/b.go --
package b
-- mod/c.example/c@v1.0.0/c.go --
package c
-- bare/e.go --
package e
",
    );
    std::fs::create_dir(program.root().join("main")).unwrap();
    std::fs::rename(program.root().join("go.mod"), program.root().join("main/go.mod")).unwrap();
    std::fs::rename(program.root().join("bare"), program.root().join("main/bare")).unwrap();
    std::fs::write(program.root().join("main/m.go"), "package m").unwrap();
    assert_eq!(
        program.resolve("main", &["a.example/a/x", "b.example/b", "c.example/c", "d.example/d", "e.example/e"]),
        [
            "local/a/x",
            "mod/!b.example/fork@v2.1.0",
            "mod/c.example/c@v1.0.0",
            "module d.example/d is replaced by nowhere, which does not exist (correct the `replace` line)",
            "main/bare",
        ]
    );
    let Resolution::Dir(forked) = program.loader.resolve(&program.at("main"), "b.example/b") else {
        panic!("resolved above")
    };
    assert_eq!(forked.import_path, "b.example/b", "a replacement keeps the name");
    let told = program.problems();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`e.example/e` is replaced by main/bare, which has no go.mod"), "{told:?}");
}

const VENDORED: &str = "\
-- go.mod --
module m
go 1.20
require a.example/a v1.0.0
-- m.go --
package m
-- vendor/modules.txt --
# a.example/a v1.0.0
## explicit; go 1.18
a.example/a
-- vendor/a.example/a/a.go --
package a
-- vendor/a.example/a/other.go --
package a
-- mod/a.example/a@v1.0.0/a.go --
package a
";

#[test]
fn vendored_packages_count_where_go_says_so() {
    let vendored = Program::new(VENDORED);
    assert_eq!(
        vendored.resolve("", &["a.example/a", "b.example/b", "m/none"]),
        [
            "vendor/a.example/a",
            "package \"b.example/b\" is not in vendor (run `go mod vendor`)",
            "module m has no package \"m/none\""
        ]
    );
    let Resolution::Dir(package) = vendored.loader.resolve(&vendored.at(""), "a.example/a") else {
        panic!("resolved above")
    };
    assert_eq!(package.import_path, "a.example/a");
    assert_eq!(package.module.as_ref().unwrap().go, crate::GoVersion::parse("1.18"));
    assert!(std::sync::Arc::ptr_eq(&package, &vendored.at("vendor/a.example/a")), "named by folder it is the same");

    let in_cache = ["mod/a.example/a@v1.0.0"];
    let with_flag = |flags: &'static str| {
        Program::with(VENDORED, move |config, _| config.environment = environment(&[("GOFLAGS", flags)]))
    };
    assert_eq!(with_flag("-mod=mod").resolve("", &["a.example/a"]), in_cache);
    assert_eq!(with_flag("-mod=vendor").resolve("", &["a.example/a"]), ["vendor/a.example/a"]);
    let old = Program::new(&VENDORED.replace("go 1.20", "go 1.13"));
    assert_eq!(old.resolve("", &["a.example/a"]), in_cache);
    let emptied = Program::new(&VENDORED.replace("-- vendor/a.example/a/", "-- elsewhere/"));
    assert_eq!(emptied.resolve("", &["a.example/a"]), in_cache);
    let unlisted = Program::new(&VENDORED.replace("vendor/modules.txt", "vendor.txt"));
    assert_eq!(unlisted.resolve("", &["a.example/a"]), ["vendor/a.example/a"]);
    assert!(unlisted.problems()[0].contains("has no modules.txt"));
}

const WORKSPACE: &str = "\
-- go.work --
go 1.22
use (
	./one
	./two
	./gone
)
replace c.example/c => ./c
-- one/go.mod --
module one.example/one
go 1.20
require two.example/two v1.0.0
require a.example/a v1.0.0
require c.example/c v1.0.0
-- one/o.go --
package one
-- two/go.mod --
module two.example/two
go 1.20
require a.example/a v1.1.0
replace c.example/c => ./wrong
-- two/t.go --
package two
-- three/go.mod --
module three
-- three/t.go --
package three
-- c/go.mod --
module c.example/c
-- c/c.go --
package c
-- mod/a.example/a@v1.0.0/a.go --
package a
-- mod/a.example/a@v1.1.0/a.go --
package a
-- mod/two.example/two@v1.0.0/t.go --
package two
-- vendor/modules.txt --
## workspace
# a.example/a v1.1.0
a.example/a
-- novendor/a.example/a/a.go --
package a
";

#[test]
fn a_workspace_joins_its_modules() {
    let imports = ["two.example/two", "a.example/a", "c.example/c"];
    let joined = Program::new(WORKSPACE);
    assert_eq!(joined.resolve("one", &imports), ["two", "mod/a.example/a@v1.1.0", "c"]);
    assert_eq!(joined.resolve("two", &["one.example/one", "a.example/a"]), ["one", "mod/a.example/a@v1.1.0"]);
    assert_eq!(joined.at("one").scope, joined.at("two").scope);
    assert_eq!(joined.resolve("three", &["two.example/two"])[0][..9], *"no module");
    assert_eq!(joined.at("three").import_path, "three");
    assert_eq!(
        joined.problems(),
        [
            "go.work: the module in three is not used by this workspace (it is read on its own; run `go work use .` there, or set GOWORK=off)",
            "go.work:5:2: `use ./gone`: there is no go.mod in that folder (remove the line, or set GOWORK=off)",
        ]
    );

    let off = Program::with(WORKSPACE, |config, _| config.environment = environment(&[("GOWORK", "off")]));
    assert_eq!(off.resolve("one", &imports[..2]), ["mod/two.example/two@v1.0.0", "mod/a.example/a@v1.0.0"]);

    let moved =
        WORKSPACE.replace("-- go.work --", "-- w/go.work --").replace("\t./", "\t../").replace("=> ./c", "=> ../c");
    let named = Program::with(&moved, |config, root| {
        let path = root.join("w/go.work").display().to_string();
        config.environment = environment(&[("GOWORK", &path)]);
    });
    assert_eq!(named.resolve("one", &imports), ["two", "mod/a.example/a@v1.1.0", "c"]);

    let vendored = Program::new(&WORKSPACE.replace("-- novendor/", "-- vendor/"));
    assert_eq!(vendored.resolve("one", &["a.example/a"]), ["vendor/a.example/a"]);
    assert_eq!(vendored.resolve("two", &["one.example/one"]), ["one"]);
}

#[test]
fn a_broken_go_mod_is_told_and_the_rest_is_used() {
    let program = Program::new(
        "\
-- go.mod --
module m
<<<<<<< HEAD
go 1.22
require a.example/a
require b.example/b v1.0.0
-- m.go --
package m
-- mod/b.example/b@v1.0.0/b.go --
package b
",
    );
    assert_eq!(program.resolve("", &["b.example/b"]), ["mod/b.example/b@v1.0.0"]);
    assert_eq!(
        program.problems(),
        [
            "go.mod:2:9: there is no directive called `<<<<<<<`",
            "go.mod:4:9: this `require` line cannot be read (write `require PATH VERSION`)",
        ]
    );
}

#[test]
fn without_a_module_cache_that_is_what_is_told() {
    let text = "-- go.mod --\nmodule m\ngo 1.22\nrequire a.example/a v1.0.0\n-- m.go --\npackage m\n";
    let program = Program::with(text, |config, _| config.modcache = None);
    assert_eq!(
        program.resolve("", &["a.example/a", "net/http"]),
        ["there is no module cache (set GOMODCACHE, or run `go mod download`)", "std net/http"]
    );
}

#[test]
fn modules_without_a_domain_and_the_standard_library_do_not_mix() {
    let text = "\
-- go.mod --
module app
-- m.go --
package app
-- log/l.go --
package log
-- goroot/src/runtime/r.go --
package runtime
-- goroot/src/log/l.go --
package log
-- goroot/src/vendor/golang.org/x/y/y.go --
package y
";
    let program = Program::new(text);
    assert_eq!(
        program.resolve("", &["app/log", "log", "app/none", "lag", "vendor/golang.org/x/y", "golang.org/x/y"]),
        [
            "log",
            "goroot/src/log",
            "module app has no package \"app/none\"",
            "package \"lag\" is not in the standard library (goroot/src)",
            "package \"vendor/golang.org/x/y\" is not in the standard library (goroot/src)",
            "no module that go.mod requires can hold \"golang.org/x/y\" (run `go get golang.org/x/y`)",
        ]
    );
}

const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<crate::Loader>();
    is_shared::<Resolution>();
};

#[test]
fn many_threads_get_the_same_answers() {
    let program = diamond("go 1.16", "");
    let answers: Vec<Vec<String>> = std::thread::scope(|scope| {
        let ask = || program.resolve("", &["b.example/b", "c.example/c", "d.example/d", "fmt"]);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}
