//! Which files of a folder make up its package.

use super::{Program, files};
use crate::Role;

#[test]
fn files_have_roles_and_reasons() {
    let program = Program::new(
        "\
-- p/a.go --
package p
-- p/a_linux.go --
package p
-- p/a_windows.go --
not even Go
-- p/a_test.go --
package p
-- p/b_test.go --
package p_test
-- p/c.go --
package p
import \"C\"
-- p/c_test.go --
package p
import \"C\"
-- p/doc.go --
package documentation
-- p/gen.go --
//go:build ignore

package main
-- p/old.go --
// +build !linux

package p
-- p/none.go --
func f() {}
-- p/bad.go --
//go:build linux &&

package p
-- p/two.go --
//go:build linux
//go:build amd64

package p
-- p/_x.go --
package q
-- p/.y.go --
package q
-- p/asm_amd64.s --
-- p/asm_arm64.s --
-- p/c.c --
-- p/readme.md --
",
    );
    let package = program.at("p");
    assert_eq!(package.name.as_deref(), Some("p"));
    assert_eq!(
        files(&package),
        [
            ".y.go (its name starts with `_` or `.`)",
            "_x.go (its name starts with `_` or `.`)",
            "a.go",
            "a_linux.go",
            "a_test.go[i]",
            "a_windows.go (its name is for another platform)",
            "b_test.go[x]",
            "bad.go (its build constraint cannot be read)",
            "c.go",
            "c_test.go[i] (tests cannot use cgo)",
            "doc.go (it is documentation only)",
            "gen.go (its build constraint does not hold)",
            "none.go (it has no package clause)",
            "old.go (its build constraint does not hold)",
            "two.go (its build constraint cannot be read)",
        ]
    );
    assert_eq!(package.other_sources(), ["asm_amd64.s", "c.c"]);
    let told: Vec<String> = package.problems().iter().map(|problem| program.relative(&problem.path)).collect();
    assert_eq!(told, ["p/bad.go", "p/c_test.go", "p/none.go", "p/two.go"]);
    assert_eq!(package.files_of(Role::Go).filter(|file| file.uses_cgo).count(), 1);
}

#[test]
fn the_configuration_selects() {
    let text = "\
-- a_windows.go --
package p
-- b.go --
//go:build special && !unix && goexperiment.none

package p
-- c.go --
// +build special,windows plan9
// +build go1.18

package p
-- d.go --
package p
import \"C\"
-- e.go --
//go:build go1.23

package p
";
    let program = Program::with(text, |config, _| {
        config.goos = Some("windows".to_owned());
        config.tags = vec!["special".to_owned(), "goexperiment.none".to_owned()];
        config.cgo = Some(false);
        config.go_version = crate::GoVersion::parse("1.22");
    });
    let package = program.at("");
    let taken: Vec<&str> = package.files_of(Role::Go).filter_map(|file| file.path.file_name()?.to_str()).collect();
    assert_eq!(taken, ["a_windows.go", "b.go", "c.go"]);
    assert!(package.files()[3].is_for_another_build());
    assert!(package.problems().is_empty());
}

#[test]
fn of_two_packages_the_one_with_more_files_counts() {
    let text = "\
-- a.go --
package q
-- b.go --
package p
-- c.go --
package p
-- d_test.go --
package q
-- e_test.go --
package p_test
";
    let program = Program::new(text);
    let package = program.at("");
    assert_eq!(package.name.as_deref(), Some("p"));
    assert_eq!(
        files(&package),
        [
            "a.go (the folder holds package `p`)",
            "b.go",
            "c.go",
            "d_test.go[i] (the folder holds package `p`)",
            "e_test.go[x]"
        ]
    );
    assert_eq!(package.problems().len(), 2);
    let tie = Program::new("-- b.go --\npackage q\n-- a.go --\npackage p\n");
    assert_eq!(tie.at("").name.as_deref(), Some("p"));
}

#[test]
fn folders_of_tests_alone_and_names_that_end_in_test_are_packages() {
    let program = Program::new(
        "-- t/a_test.go --\npackage p_test\n-- u/a.go --\npackage u_test\n-- u/a_test.go --\npackage u_test\n-- u/b_test.go --\npackage u_test_test\n",
    );
    assert_eq!(program.at("t").name.as_deref(), Some("p"));
    assert_eq!(files(&program.at("u")), ["a.go", "a_test.go[i]", "b_test.go[x]"]);
    assert_eq!(program.at("u").name.as_deref(), Some("u_test"));
    assert!(program.at("u").problems().is_empty());
}

#[test]
fn a_folder_without_go_files_is_a_package_without_files() {
    let program = Program::new("-- a/readme --\n");
    assert_eq!(program.at("a").name, None);
    assert!(program.at("a").problems().is_empty());
    let nowhere = program.at("nowhere");
    assert_eq!(nowhere.files(), []);
    assert_eq!(nowhere.problems()[0].message, "does not exist");
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_files_only() {
    use std::os::unix::fs::symlink;
    let program = Program::new("-- go.mod --\nmodule m\n-- p/a.go --\npackage p\n-- far.txt --\npackage p\n");
    let dir = program.root().join("p");
    symlink(program.root(), dir.join("loop")).unwrap();
    symlink(program.root(), dir.join("folder.go")).unwrap();
    symlink(program.root().join("far.txt"), dir.join("link.go")).unwrap();
    symlink(dir.join("dangling.go"), dir.join("dangling.go")).unwrap();
    assert_eq!(files(&program.at("p")), ["a.go", "link.go"]);
    let below: Vec<_> = program.loader.packages_below(&program.root()).iter().map(|one| one.dir.clone()).collect();
    assert_eq!(below, [dir]);
}
