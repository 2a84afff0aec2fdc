//! What is kept from run to run.

use crate::support::Sandbox;
use std::fs;

fn module() -> Sandbox {
    Sandbox::new(&[
        ("go.mod", "module example.com/m\n\ngo 1.26\n"),
        ("a/a.go", "package a\n\ntype A struct{ X int }\n"),
        ("b/b.go", "package b\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m/a\"\n)\n\nvar V = fmt.Sprint(a.A{})\n"),
    ])
}

#[test]
fn types_are_the_same_with_and_without_the_cache() {
    let sandbox = module();
    let types = |more: &[&str]| sandbox.run(&[&["inspect", "types", "b"], more].concat()).exits(0).out;
    let without = types(&["--no-cache"]);
    assert!(without.contains("func(...any) string") && without.contains("example.com/m/a.A"), "{without}");
    assert!(!sandbox.cache().exists(), "nothing is kept that must not be");
    assert_eq!(types(&[]), without);
    assert!(sandbox.cache().join("types").exists());
    assert_eq!(types(&[]), without);
}

#[test]
fn the_cache_can_be_removed() {
    let sandbox = module();
    sandbox.run(&["inspect", "types", "b"]).exits(0);
    fs::write(sandbox.cache().join("mine"), "").unwrap();
    let said = sandbox.run(&["cache", "clean"]).exits(0).out;
    assert!(said.contains("bytes removed") && !said.contains(": 0 bytes"), "{said}");
    assert!(!sandbox.cache().join("types").exists() && sandbox.cache().join("mine").exists());
    assert!(sandbox.run(&["cache", "clean"]).exits(0).out.contains(": 0 bytes removed"));
}
