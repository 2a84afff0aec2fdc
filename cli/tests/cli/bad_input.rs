//! Bad input gets a clear answer and loses nothing.

use crate::support::{GO, RULES, Run, Sandbox, check};
use std::fs;
use std::io::Read;
use std::process::Stdio;

fn sandbox() -> Sandbox {
    Sandbox::new(&[("own.rule", RULES), ("a.go", GO)])
}

#[test]
fn a_path_that_does_not_exist_is_wrong_usage_and_the_others_are_checked() {
    let run = sandbox().run(&check(&["nowhere", "a.go", "--format", "json"])).exits(2).complains(&["nowhere: "]);
    let value = run.json();
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["diagnostics"][0]["path"], "nowhere");
}

#[test]
fn nothing_to_check_is_a_warning() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    sandbox.run(&check(&[])).exits(0).complains(&["warning: there are no Go files to check"]);
}

#[test]
fn files_that_are_not_go_are_listed_and_the_others_are_checked() {
    let sandbox = sandbox();
    sandbox.write("latin1.go", b"package a\n\nvar s = \"\xe9\"\n");
    sandbox.write("zero.go", b"package a\n\0");
    sandbox.write("empty.go", b"");
    sandbox.write("half.go", format!("{GO}\nfunc broken( {{\n"));
    std::os::unix::fs::symlink("nowhere.go", sandbox.path("dangling.go")).expect("a link");
    let run = sandbox.run(&check(&["--format", "json", "--fail-on", "never"])).exits(0);
    let value = run.json();
    let skipped: Vec<_> =
        value["skipped"].as_array().expect("a list").iter().map(|one| one["path"].as_str().unwrap()).collect();
    for file in ["latin1.go", "zero.go", "half.go"] {
        assert!(skipped.contains(&file), "{file} is not in {skipped:?}");
    }
    let found: Vec<_> =
        value["findings"].as_array().expect("a list").iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(found.iter().filter(|path| **path == "a.go").count(), 2);
    assert!(found.contains(&"half.go"), "the sound function of a broken file is checked: {value}");
    sandbox
        .run(&check(&["--fail-on", "never", "--fail-on-skipped"]))
        .exits(1)
        .says(&["latin1.go was not checked", "empty.go was checked in part"]);
}

#[test]
fn byte_order_mark_and_crlf_are_kept() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    let text = format!("\u{feff}{}", GO.replace('\n', "\r\n"));
    sandbox.write("a.go", &text);
    let value = sandbox.run(&check(&["--format", "json"])).exits(1).json();
    assert_eq!(value["findings"][0]["start"]["line"], 6);
    sandbox.run(&check(&["--fix"])).exits(0);
    assert_eq!(sandbox.read("a.go"), text.replace("nil", "http.NoBody"));
    sandbox.write("own.rule", format!("\u{feff}{}", RULES.replace('\n', "\r\n")));
    sandbox.run(&["lint", "own.rule"]).exits(0);
}

#[test]
fn a_rule_file_with_many_mistakes_shows_each_and_the_sound_rules_run() {
    let mistakes: String = (0..20)
        .map(|n| format!("/// Doc.\nrule bad-{n} {{\n    match expr {{ f( }}\n    report \"x\"\n}}\n\n"))
        .collect();
    let sandbox = Sandbox::new(&[("own.rule", &format!("{mistakes}{RULES}")), ("a.go", GO)]);
    let value = sandbox.run(&check(&["--format", "json"])).exits(2).json();
    // The `use` stands behind rules here, which is no mistake of the rules below it.
    let errors =
        value["diagnostics"].as_array().expect("a list").iter().filter(|one| one["severity"] == "error").count();
    assert!(errors >= 20, "{value}");
    assert!(!value["findings"].as_array().expect("a list").is_empty(), "{value}");
}

#[test]
fn rule_files_that_cannot_be_read() {
    let sandbox = sandbox();
    sandbox.write("latin1.rule", b"// \xe9\n");
    sandbox
        .run(&["check", "--no-stock", "--rules", "latin1.rule"])
        .exits(2)
        .complains(&["latin1.rule: is not UTF-8: invalid byte in line 1, at offset 3"]);
    sandbox
        .run(&["check", "--no-stock", "--rules", "nowhere"])
        .exits(2)
        .complains(&["nowhere: there is no such file or folder"]);
    fs::create_dir(sandbox.path("empty")).expect("a folder");
    sandbox.run(&["check", "--no-stock", "--rules", "empty"]).exits(2).complains(&["there are no `.rule` files"]);
    sandbox.write("deep.rule", "{".repeat(1_000_000));
    sandbox.run(&["lint", "deep.rule"]).exits(2).complains(&["deep.rule:1:"]);
}

#[test]
fn deep_nesting_is_checked_or_refused_with_a_reason() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    let deep = |open: &str, close: &str| {
        format!("package a\n\nfunc f() {{\n{}panic(1)\n{}\n}}\n", open.repeat(10_000), close.repeat(10_000))
    };
    sandbox.write("blocks.go", deep("{", "}"));
    sandbox.write(
        "parens.go",
        format!("package a\n\nvar x = {}1{}\n\nfunc f() {{ panic(1) }}\n", "(".repeat(10_000), ")".repeat(10_000)),
    );
    let value = sandbox.run(&check(&["--format", "json"])).json();
    assert_eq!(value["internal_errors"], serde_json::json!([]), "{value}");
    for file in ["blocks.go", "parens.go"] {
        let mentioned = |list: &str| value[list].as_array().expect("a list").iter().any(|one| one["path"] == file);
        assert!(mentioned("findings") || mentioned("skipped"), "{file}: {value}");
    }
}

#[test]
fn links_that_go_in_circles_end() {
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("sub")).expect("a folder");
    std::os::unix::fs::symlink("..", sandbox.path("sub/up")).expect("a link");
    std::os::unix::fs::symlink("self.go", sandbox.path("self.go")).expect("a link");
    let value = sandbox.run(&check(&["--format", "json"])).exits(1).json();
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_closed_pipe_is_no_mistake() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    let many: String = (0..20_000).map(|_| "\tpanic(1)\n").collect();
    sandbox.write("a.go", format!("package a\n\nfunc f() {{\n{many}}}\n"));
    for format in ["text", "json", "jsonl"] {
        let mut child = sandbox.command(&check(&["--format", format])).stderr(Stdio::null()).spawn().expect("it runs");
        let mut out = child.stdout.take().expect("a pipe");
        out.read_exact(&mut [0; 10]).expect("some output");
        drop(out);
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "{format}");
    }
}

#[test]
fn control_c_shows_what_was_found_and_says_so() {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    let many: String = (0..40_000).map(|_| "\tif a { g(\"text\", 1 + 2*b, c[3]) }\n").collect();
    for index in 0..60 {
        sandbox.write(&format!("f{index:02}.go"), format!("package a\n\nfunc f() {{\n{many}\tpanic(1)\n}}\n"));
    }
    let child = sandbox.command(&check(&["--format", "json", "-j", "1"])).spawn().expect("it runs");
    std::thread::sleep(std::time::Duration::from_millis(700));
    // SAFETY: `kill` takes no pointers, and the process is our child, which has not been waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
    let run = Run::of(child.wait_with_output().expect("it ends")).exits(130);
    let checked = run.json()["summary"]["files"].as_u64().expect("a number");
    assert!(checked < 60, "{checked} files were checked before the signal");
}
