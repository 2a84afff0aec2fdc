//! Which folders are packages, and what they are called.

use super::{Program, environment};
use crate::{GoVersion, LOOSE};

#[test]
fn a_pattern_leaves_out_what_go_leaves_out() {
    let program = Program::new(
        "\
-- go.mod --
module m
ignore ./skipped
ignore (
	deep/er
)
-- a.go --
package m
-- b/b.go --
package b
-- only/x_windows.go --
package only
-- empty/readme --
-- vendor/v/v.go --
package v
-- b/testdata/t.go --
package t
-- _c/c.go --
package c
-- .d/d.go --
package d
-- nested/go.mod --
module nested
-- nested/n.go --
package n
-- skipped/s.go --
package s
-- b/skipped/s.go --
package s
-- b/deep/er/s/s.go --
package s
-- b/deep/d.go --
package d
",
    );
    let below = |dir: &str| -> Vec<String> {
        let packages = program.loader.packages_below(&program.root().join(dir));
        packages.iter().map(|package| package.import_path.clone()).collect()
    };
    assert_eq!(below(""), ["m", "m/b", "m/b/deep", "m/b/skipped"]);
    assert_eq!(below("nested"), ["nested"]);
    assert_eq!(below("b/testdata"), ["m/b/testdata"]);
    assert_eq!(below("nowhere").len(), 1, "what cannot be read is told");
}

#[test]
fn modules_give_names_and_versions() {
    let program = Program::new(
        "\
-- go.mod --
module \"example.com/outer\" // why
go 1.21.4
-- a/a.go --
package a
-- a/inner/go.mod --
module inner
-- a/inner/x/x.go --
package x
-- none/go.mod --
go 1.20
-- none/x/x.go --
package x
",
    );
    assert_eq!(program.at("a").import_path, "example.com/outer/a");
    assert_eq!(program.at("a/inner/x").import_path, "inner/x");
    assert_eq!(program.at("a/inner").import_path, "inner");
    assert_eq!(program.at("none/x").import_path, format!("{LOOSE}/x"));
    let module = program.loader.module_of(&program.root().join("a")).unwrap();
    assert_eq!(module.go, GoVersion::parse("1.21"));
    assert_eq!(module.dir, program.root());
    assert_eq!(program.at("a/a.go").dir, program.root().join("a"), "a file stands for its folder");
}

#[test]
fn the_distribution_has_names_without_a_module() {
    let text = "\
-- goroot/src/go.mod --
module std
go 1.26
-- goroot/src/runtime/r.go --
package runtime
-- goroot/src/net/http/h.go --
package http
-- goroot/src/vendor/golang.org/x/net/idna/i.go --
package idna
-- goroot/src/cmd/go.mod --
module cmd
go 1.26
-- goroot/src/cmd/go/main.go --
package main
-- goroot/src/cmd/vendor/golang.org/x/mod/m.go --
package mod
-- goroot/src/cmd/go/testdata/m/go.mod --
module m
-- goroot/src/cmd/go/testdata/m/m.go --
package m
";
    // The same as GOROOT, and as a checkout somewhere.
    for is_goroot in [true, false] {
        let program = Program::with(text, |config, _| {
            if !is_goroot {
                config.goroot = crate::Goroot::None;
            }
        });
        let src = |dir: &str| format!("goroot/src/{dir}");
        for (dir, path, module) in [
            ("net/http", "net/http", "std"),
            ("vendor/golang.org/x/net/idna", "vendor/golang.org/x/net/idna", "std"),
            ("cmd/go", "cmd/go", "cmd"),
            ("cmd/vendor/golang.org/x/mod", "cmd/vendor/golang.org/x/mod", "cmd"),
            ("cmd/go/testdata/m", "m", "m"),
        ] {
            let package = program.at(&src(dir));
            assert_eq!(package.import_path, path);
            assert_eq!(package.module.as_ref().unwrap().path, module);
            assert_eq!(package.is_standard(), module != "m");
        }
        let answers = |dir: &str, imports: &[&str]| program.resolve(&src(dir), imports);
        assert_eq!(
            answers("net/http", &["golang.org/x/net/idna", "runtime", "unsafe", "C"]),
            [&src("vendor/golang.org/x/net/idna"), &src("runtime"), "unsafe", "C"]
        );
        assert_eq!(
            answers("cmd/go", &["golang.org/x/mod", "net/http", "golang.org/x/net/idna"]),
            [
                &src("cmd/vendor/golang.org/x/mod"),
                &src("net/http"),
                "package \"golang.org/x/net/idna\" is not in the standard library (goroot/src)"
            ]
        );
    }
}

#[test]
fn loose_files_and_missing_distributions_still_get_answers() {
    let program = Program::new("-- a/a.go --\npackage a\n-- a/b/b.go --\npackage b\n");
    assert_eq!(program.at("a").import_path, LOOSE);
    assert!(program.at("a").module.is_none());
    assert_eq!(
        program.resolve("a", &["net/http", "x.example/y", "./b", "./c", "unsafe", "a b", ""]),
        [
            "std net/http",
            "a is outside of any module, so \"x.example/y\" cannot be found (run `go mod init` there, or give `--gopath`)",
            "a/b",
            "there are no Go files in a/c, which the import \"./c\" names",
            "unsafe",
            "\"a b\" is not an import path",
            "\"\" is not an import path",
        ]
    );
}

#[test]
fn the_older_layout_has_paths_below_src() {
    let text = "\
-- gp/src/a.example/a/a.go --
package a
-- gp/src/a.example/a/go.mod --
module other
-- gp/src/a.example/a/in/in.go --
package in
-- gp/src/a.example/a/vendor/v.example/v/v.go --
package v
-- gp/src/v.example/v/v.go --
package v
-- gp/src/plain/p.go --
package plain
-- loose/l.go --
package l
";
    let program = Program::with(text, |config, root| config.gopath = Some(root.join("gp")));
    assert_eq!(program.at("gp/src/a.example/a/in").import_path, "a.example/a/in");
    let vendored = program.at("gp/src/a.example/a/vendor/v.example/v");
    assert_eq!(vendored.import_path, "a.example/a/vendor/v.example/v");
    assert_eq!(
        program.resolve("gp/src/a.example/a/in", &["v.example/v", "plain", "fmt", "x.example/x"]),
        [
            "gp/src/a.example/a/vendor/v.example/v",
            "gp/src/plain",
            "std fmt",
            "there is no package \"x.example/x\" below gp/src"
        ]
    );
    assert_eq!(program.resolve("gp/src/plain", &["v.example/v"]), ["gp/src/v.example/v"]);
    assert_eq!(program.at("loose").import_path, LOOSE);
    assert_eq!(program.resolve("loose", &["plain"]), ["gp/src/plain"]);
}

#[test]
fn a_module_of_the_cache_is_a_root_as_well() {
    let text = "\
-- mod/example.com/!upper@v1.2.3/a/a.go --
package a
-- mod/cache/download/example.com/!upper/@v/v1.2.3.mod --
module example.com/Upper
require b.example/b v1.0.0
-- mod/b.example/b@v1.0.0/b.go --
package b
-- mod/b.example/b@v1.0.0/go.mod --
module b.example/b
go 1.22
-- mod/b.example/b@v1.0.0/go.work --
go 1.22
use ./lost
-- mod/b.example/b@v1.0.0/vendor/modules.txt --
# c.example/c v1.0.0
-- go.mod --
module above
";
    let program = Program::with(text, |config, _| config.environment = environment(&[]));
    let package = program.at("mod/example.com/!upper@v1.2.3/a");
    assert_eq!(package.import_path, "example.com/Upper/a");
    assert_eq!(program.resolve("mod/example.com/!upper@v1.2.3/a", &["b.example/b"]), ["mod/b.example/b@v1.0.0"]);
    assert_eq!(program.at("mod/b.example/b@v1.0.0").import_path, "b.example/b");
    assert_eq!(program.resolve("mod/b.example/b@v1.0.0", &["b.example/b"]), ["mod/b.example/b@v1.0.0"]);
    assert_eq!(program.problems(), [""; 0]);
}
