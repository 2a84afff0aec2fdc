//! Versions of packs: `pack.toml`, dependencies, `rulec.lock`, indices, what changed between versions, migrations.

use crate::support::{Run, Sandbox};
use std::process::Command;

/// A module that other packs use, in a family of its own.
const LIMITS: &str = "/// Numbers that are small.\npredicate is_small($n) {\n    value($n) < 10\n}\n";

/// A rule of the pack `base`, so that it is one.
const PANICS: &str = r#"/// Panics with numbers tell nobody anything.
///
/// ## Why
/// Because.
rule number-panic {
    match expr { panic($n) }
    where value($n) < 100
    report "a panic with a number"
    test bad {
        func f() { panic(42) } // want "number"
    }
    test good {
        func f() { panic("x") }
    }
}
"#;

/// A rule that uses the module.
const SMALL: &str = r#"use base.limits { is_small }

/// Panics with small numbers.
///
/// ## Why
/// Because.
rule small-panic {
    match expr { panic($n) }
    where is_small($n)
    report "a panic with a small number"
    test bad {
        func f() { panic(3) } // want "small"
    }
    test good {
        func f() { panic(30) }
    }
}
"#;

const GO: &str = "package p\n\nfunc f() { panic(3) }\n";

fn pack_toml(name: &str, version: &str, more: &str) -> String {
    format!("name = \"{name}\"\nversion = \"{version}\"\n{more}")
}

/// A pack `base` and a pack `team` that uses it, in two folders side by side.
fn two_packs(dependency: &str) -> Sandbox {
    let sandbox = Sandbox::new(&[
        ("base/rules/limits.rule", LIMITS),
        ("base/rules/panics/number.rule", PANICS),
        ("team/rules/panics/small.rule", SMALL),
        ("code/p.go", GO),
    ]);
    sandbox.write("base/pack.toml", pack_toml("base", "1.0.0", "licence = \"Apache-2.0\"\n"));
    sandbox.write("team/pack.toml", pack_toml("team", "0.1.0", &format!("[dependencies]\nbase = {dependency}\n")));
    sandbox
}

/// Builds version after version of `base` and adds each to the index.
fn publish(sandbox: &Sandbox, version: &str) -> Run {
    sandbox.write("base/pack.toml", pack_toml("base", version, ""));
    sandbox.run(&["build", "base", "-o", "base.pack"]).exits(0);
    sandbox.run(&["pack", "index", "index", "base.pack"])
}

#[test]
fn a_pack_is_built_from_its_folder_and_uses_the_modules_of_another() {
    let sandbox = two_packs("{ version = \"^1\", path = \"../base\" }");
    sandbox.run(&["lint", "team"]).exits(0);
    sandbox.run(&["test", "team"]).exits(0).says(&["2 passed"]);
    sandbox.run(&["build", "team", "-o", "team.pack"]).exits(0).says(&["1 rule"]);
    sandbox.run(&["pack", "inspect", "team.pack"]).exits(0).says(&["team", "0.1.0", "base"]);
    let run = sandbox.run(&["check", "--no-stock", "--pack", "team.pack", "code", "--fail-on", "warning"]);
    run.exits(1).says(&["team.panics.small-panic"]);
    sandbox.run(&["build", "base", "-o", "base.pack"]).exits(0);
    sandbox.write("team/pack.toml", pack_toml("team", "0.1.0", "[dependencies]\nbase = { path = \"../base.pack\" }\n"));
    sandbox.run(&["test", "team"]).exits(0).says(&["2 passed"]);
}

#[test]
fn mistakes_of_pack_toml_have_their_place() {
    let sandbox = two_packs("{ version = \"^2\", path = \"../base\" }");
    let run = sandbox.run(&["build", "team", "-o", "team.pack"]).exits(2);
    run.complains(&["E0810", "team/pack.toml:4", "team 0.1.0 wants ^2; there is 1.0.0", "no pack was written"]);
    sandbox.write("team/pack.toml", "nam = \"team\"\nversion = \"1\"\n");
    let run = sandbox.run(&["lint", "team"]).exits(2);
    run.complains(&["E0802", "there is a key with a similar name: `name`", "E0809", "write all three numbers"]);
    for (dependency, expected) in [
        ("{ path = \"../nowhere\" }", "there is neither a folder nor a file ../nowhere"),
        ("{ path = \"../code\" }", "there is no `pack.toml` in ../code"),
        ("\"^1\"", "does not say where it is"),
        ("{ index = \"../code\" }", "there is no versions"),
        ("{ git = \"../base\" }", "git"),
    ] {
        sandbox.write("team/pack.toml", pack_toml("team", "0.1.0", &format!("[dependencies]\nbase = {dependency}\n")));
        sandbox.run(&["lint", "team"]).exits(2).complains(&["E0810", expected]);
    }
}

#[test]
fn two_who_want_versions_that_do_not_go_together_are_named() {
    let sandbox = two_packs("{ version = \"^1\", path = \"../base\" }");
    sandbox.write("other/pack.toml", pack_toml("other", "3.1.0", "[dependencies]\nbase = \">=2\"\n"));
    sandbox.write("other/rules/limits.rule", LIMITS);
    let both = "[dependencies]\nbase = { version = \"^1\", path = \"../base\" }\nother = { path = \"../other\" }\n";
    sandbox.write("team/pack.toml", pack_toml("team", "0.1.0", both));
    let run = sandbox.run(&["lint", "team"]).exits(2);
    run.complains(&["team 0.1.0 wants ^1, other 3.1.0 wants >=2; there is 1.0.0"]);
}

#[test]
fn what_is_locked_stays_as_it_is() {
    let sandbox = two_packs("{ version = \"^1\", path = \"../base\" }");
    sandbox.run(&["build", "--locked", "team", "-o", "team.pack"]).exits(2).complains(&["there is no `rulec.lock`"]);
    sandbox.run(&["pack", "lock", "team"]).exits(0).says(&["wrote team/rulec.lock: 1 pack", "base 1.0.0 is new"]);
    let lock = sandbox.read("team/rulec.lock");
    assert!(lock.contains("source = \"path ../base\"") && lock.contains("hash = \"blake3:"), "{lock}");
    sandbox.run(&["pack", "lock", "team"]).exits(0).says(&["is up to date"]);
    sandbox.run(&["build", "--locked", "team", "-o", "team.pack"]).exits(0);
    sandbox.write("base/rules/limits.rule", LIMITS.replace("10", "5"));
    let run = sandbox.run(&["test", "team"]).exits(2);
    run.complains(&["`base 1.0.0` (path ../base) has not the content that `rulec.lock` says", "rulec pack lock"]);
    sandbox.run(&["pack", "lock", "team"]).exits(0).says(&["base 1.0.0: other content"]);
    sandbox.run(&["build", "--locked", "team", "-o", "team.pack"]).exits(0);
    sandbox.write("team/rulec.lock", "schema = 9\n");
    sandbox.run(&["lint", "team"]).exits(2).complains(&["schema 9", "rulec pack lock"]);
}

#[test]
fn an_index_is_a_folder_of_versions() {
    let sandbox = two_packs("\"^1\"");
    let team = "index = \"../index\"\n[dependencies]\nbase = \"^1\"\n";
    sandbox.write("team/pack.toml", pack_toml("team", "0.1.0", team));
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        publish(&sandbox, version).exits(0).says(&["is added"]);
    }
    publish(&sandbox, "2.0.0").exits(0).says(&["is there already"]);
    sandbox.write("base/rules/limits.rule", LIMITS.replace("10", "5"));
    publish(&sandbox, "2.0.0").exits(2).complains(&["choose another version"]);
    sandbox.run(&["pack", "lock", "team"]).exits(0).says(&["base 1.1.0 is new"]);
    publish(&sandbox, "1.2.0").exits(0);
    sandbox.run(&["pack", "lock", "team"]).exits(0).says(&["is up to date"]);
    sandbox.run(&["build", "--locked", "team", "-o", "team.pack"]).exits(0);
    sandbox.run(&["pack", "lock", "--update", "team"]).exits(0).says(&["base 1.1.0 → 1.2.0"]);
    let list = sandbox.read("index/base/versions.jsonl");
    assert_eq!(list.lines().count(), 4, "{list}");
    let yank = |line: &str| match line.contains("1.2.0\",\"file") {
        true => line.replace("\"yanked\":false", "\"yanked\":true,\"later\":1"),
        false => line.to_owned(),
    };
    let yanked: Vec<String> = list.lines().map(yank).collect();
    sandbox.write("index/base/versions.jsonl", yanked.join("\n"));
    sandbox.run(&["build", "--locked", "team", "-o", "team.pack"]).exits(0);
    sandbox.run(&["pack", "lock", "--update", "team"]).exits(0).says(&["base 1.2.0 → 1.1.0"]);
    std::fs::copy(sandbox.path("index/base/base-1.0.0.pack"), sandbox.path("index/base/base-1.1.0.pack"))
        .expect("a copy");
    sandbox.run(&["lint", "team"]).exits(2).complains(&["has not the content that its index says"]);
}

fn git(sandbox: &Sandbox, folder: &str, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.arg("-C").arg(sandbox.path(folder)).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    let output = command.args(arguments).output().expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_pack_comes_from_a_commit() {
    let sandbox = two_packs("{ git = \"../base\", rev = \"release\" }");
    git(&sandbox, "base", &["init", "-q"]);
    git(&sandbox, "base", &["add", "."]);
    git(&sandbox, "base", &["commit", "-q", "-m", "one"]);
    git(&sandbox, "base", &["tag", "release"]);
    // The working tree is not what counts.
    sandbox.write("base/rules/limits.rule", "nonsense");
    sandbox.run(&["pack", "lock", "team"]).exits(0).says(&["base 1.0.0 is new"]);
    sandbox.run(&["test", "team"]).exits(0).says(&["2 passed"]);
    let lock = sandbox.read("team/rulec.lock");
    git(&sandbox, "base", &["commit", "-q", "-a", "-m", "two"]);
    git(&sandbox, "base", &["tag", "-f", "release"]);
    sandbox.run(&["build", "--locked", "team", "-o", "team.pack"]).exits(0);
    assert_eq!(sandbox.read("team/rulec.lock"), lock, "the commit that is locked counts");
    sandbox.run(&["pack", "lock", "--update", "team"]).exits(0).says(&["base 1.0.0: other content"]);
    sandbox.write(
        "team/pack.toml",
        pack_toml("team", "0.1.0", "[dependencies]\nbase = { git = \"../base\", rev = \"none\" }\n"),
    );
    sandbox.run(&["pack", "lock", "team"]).exits(2).complains(&["has no revision `none`"]);
}

#[test]
fn a_configuration_names_packs() {
    let sandbox = two_packs("{ path = \"../base\" }");
    let config = "rule-paths = [\"team/rules\"]\n[packs]\nbase = { version = \"^1\", path = \"base\" }\n";
    sandbox.write("rulec.toml", config);
    let check = ["check", "--no-stock", "--fail-on", "warning", "code"];
    let run = sandbox.run(&check).exits(1);
    run.says(&["base.panics.number-panic", "local.panics.small-panic"]);
    let locked = [&check[..], &["--locked"]].concat();
    sandbox.run(&locked).exits(2).complains(&["there is no `rulec.lock`"]);
    sandbox.run(&["pack", "lock"]).exits(0).says(&["wrote rulec.lock"]);
    sandbox.run(&locked).exits(1);
    sandbox.run(&["build", "base", "-o", "base.pack"]).exits(0);
    sandbox.write("rulec.toml", config.replace("path = \"base\"", "path = \"base.pack\""));
    sandbox.run(&locked).exits(2).complains(&["has not the content that `rulec.lock` says"]);
    sandbox.run(&["pack", "lock"]).exits(0);
    sandbox.run(&locked).exits(1).says(&["base.panics.number-panic", "local.panics.small-panic"]);
    sandbox.write("rulec.toml", config.replace("^1", "^3"));
    sandbox.run(&check).exits(2).complains(&["E0810", "rulec.toml:3", "rulec.toml wants ^3; there is 1.0.0"]);
}

/// A repository may be a stranger's, and its configuration with it.
#[test]
fn nothing_that_a_repository_configures_is_run() {
    let sandbox = two_packs("{ git = \"../base\" }");
    sandbox.write("base/.gitattributes", "*.rule filter=evil\n");
    git(&sandbox, "base", &["init", "-q"]);
    git(&sandbox, "base", &["add", "."]);
    git(&sandbox, "base", &["commit", "-q", "-m", "one"]);
    let mark = sandbox.path("run");
    git(&sandbox, "base", &["config", "filter.evil.smudge", &format!("touch {} && cat", mark.display())]);
    git(&sandbox, "base", &["config", "core.fsmonitor", &format!("touch {}", mark.display())]);
    sandbox.run(&["test", "team"]).exits(0).says(&["2 passed"]);
    assert!(!mark.exists(), "a program of the repository's configuration was run");
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::new(&[]);
    sandbox.run(&["man", "pages"]).exits(0);
    assert!(sandbox.read("pages/rulec-pack-diff.1").contains("which version step that asks for"));
    assert!(sandbox.read("pages/rulec-check.1").contains("\\-\\-locked"));
}

/// Version 1.2.0 of a pack, and what 2.0.0 of it writes instead.
const WAITS: &str = r#"/// Panics with small numbers.
///
/// ## Why
/// Because.
rule short-panic {
    severity warning
    option limit_ms: int = 30 "the least number"
    match expr { panic($n) }
    where value($n) < limit_ms
    report "a panic with a small number"
    test bad {
        func f() { panic(3) } // want "small"
    }
    test good with limit_ms = 2 {
        func f() { panic(3) }
    }
}
"#;

const WAITS_AFTER: &str = r#"/// Panics with small numbers.
///
/// ## Why
/// Because.
rule small-panic {
    severity error
    option limit: string = "PT0.03S" "the least number, as a time"
    match expr { panic($n) }
    where value($n) < 50
    unless text($n) == limit
    report "a panic with a small number"
    test bad {
        func f() { panic(40) } // want "small"
    }
    test good with limit = "3" {
        func f() { panic(3) }
    }
}
"#;

const MIGRATIONS: &str = r#"
[[migration]]
version = "2.0.0"
rule = "waits.short-panic"
to = "waits.small-panic"

[[migration]]
version = "2.0.0"
rule = "waits.small-panic"
option = "limit_ms"
to = "limit"
convert = { from = "milliseconds", to = "iso8601" }
note = "a text of ISO 8601"

[[migration]]
version = "2.0.0"
item = "limits.is_small"
to = "limits.is_tiny"
"#;

fn two_versions() -> Sandbox {
    let sandbox = Sandbox::new(&[
        ("old/rules/waits/short.rule", WAITS),
        ("old/rules/limits.rule", LIMITS),
        ("new/rules/waits/short.rule", WAITS_AFTER),
    ]);
    sandbox.write("new/rules/limits.rule", LIMITS.replace("is_small", "is_tiny"));
    sandbox.write("old/pack.toml", pack_toml("base", "1.2.0", ""));
    sandbox.write("new/pack.toml", pack_toml("base", "2.0.0", MIGRATIONS));
    sandbox
}

#[test]
fn what_changed_between_versions() {
    let sandbox = two_versions();
    let expected = [
        "base 1.2.0 → 2.0.0: a major step, so 2.0.0 or later",
        "rule `waits.short-panic` is now `waits.small-panic` (migrated)",
        "severity raised from warning to error",
        "option `limit_ms` is now `limit` (migrated)",
        "option `limit` is now a string, and was an integer (migrated)",
        "`limits.is_small` is now `limits.is_tiny` (migrated)",
        "reports more: new/rules/waits/short.rule:13",
    ];
    sandbox.run(&["pack", "diff", "old", "new"]).exits(0).says(&expected);
    sandbox.run(&["build", "old", "-o", "old.pack"]).exits(0);
    sandbox.run(&["build", "new", "-o", "new.pack"]).exits(0);
    sandbox.run(&["pack", "diff", "old.pack", "new.pack"]).exits(0).says(&expected[..6]);
    let json = sandbox.run(&["pack", "diff", "old.pack", "new.pack", "--format", "json"]).exits(0).json();
    assert_eq!(
        (json["step"].as_str(), json["least"].as_str(), json["allowed"].as_bool()),
        (Some("major"), Some("2.0.0"), Some(true))
    );
    assert!(
        json["changes"].as_array().is_some_and(|changes| changes.iter().any(|one| one["kind"] == "severity-raised"))
    );
    sandbox.run(&["pack", "diff", "old", "old.pack"]).exits(0).says(&["nothing changed"]);
    sandbox
        .run(&["pack", "verify", "new.pack", "--against", "old.pack"])
        .exits(0)
        .says(&["the version fits what changed"]);
    sandbox.write("new/pack.toml", pack_toml("base", "1.3.0", &MIGRATIONS.replace("2.0.0", "1.3.0")));
    sandbox.run(&["build", "new", "-o", "new.pack"]).exits(0);
    let run = sandbox.run(&["pack", "verify", "new.pack", "--against", "old.pack"]).exits(1);
    run.complains(&[
        "base 1.3.0 is too small a step from 1.2.0: what changed is major, so it has to be 2.0.0 or later",
    ]);
    sandbox.write("new/pack.toml", pack_toml("other", "2.0.0", ""));
    sandbox
        .run(&["pack", "diff", "old", "new"])
        .exits(2)
        .complains(&["`base` and `other` are not versions of one pack"]);
}

#[test]
fn users_are_taken_along() {
    let sandbox = two_versions();
    let config = "rule-paths = [\"rules\"]\n\n[packs]\nbase = { path = \"old\" }\n\n\
                  [rules.short-panic]\n# thirty seconds\nlimit_ms = 30000\n";
    sandbox.write("rulec.toml", config);
    sandbox.write("rules/mine.rule", SMALL.replace("small-panic", "mine"));
    let go = "package p\n\nfunc f() {\n\tpanic(3) //rulec:ignore short-panic,mine on purpose\n}\n\n// See rulec:ignore short-panic.\n";
    sandbox.write("code/p.go", go);
    let check = ["check", "--no-stock", "--fail-on", "warning", "code"];
    sandbox.run(&check).exits(0);
    sandbox.write("rulec.toml", sandbox.read("rulec.toml").replace("\"old\"", "\"new\""));
    sandbox.run(&check).exits(2).complains(&["there is no rule `short-panic`", "E0208"]);
    let migrate = ["migrate", "--no-stock", "code", "rules"];
    sandbox.run(&[&migrate[..], &["--check"]].concat()).exits(1).says(&["4 in 3 files to change"]);
    let run = sandbox.run(&[&migrate[..], &["--diff"]].concat()).exits(1);
    run.says(&["-limit_ms = 30000", "+limit = \"PT30S\"", "+use base.limits { is_tiny }"]);
    assert_eq!(sandbox.read("code/p.go"), go, "nothing was changed yet");
    let run = sandbox.run(&migrate).exits(0);
    run.says(&[
        "rulec.toml: [rules.small-panic]: `limit_ms` is now `limit = \"PT30S\"`: a text of ISO 8601",
        "3 files changed",
    ]);
    let config = sandbox.read("rulec.toml");
    assert!(config.contains("[rules.small-panic]\n# thirty seconds\nlimit = \"PT30S\"\n"), "{config}");
    assert_eq!(sandbox.read("code/p.go"), go.replacen("short-panic", "small-panic", 1), "prose is no suppression");
    assert!(sandbox.read("rules/mine.rule").contains("where is_tiny($n)"));
    sandbox.run(&check).exits(0);
    sandbox.run(&migrate).exits(0).says(&["0 in 0 files changed"]);
    sandbox.write("rulec.toml", format!("select = [\"short-p*\"]\n{config}"));
    sandbox.run(&migrate).exits(0).complains(&["`short-p*` selected `base.waits.short-panic`", "this was not changed"]);
}
