//! `--since` and `--diff-base` in real repositories, sound ones and broken ones.

use crate::support::{GO, RULES, Run, Sandbox, check};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

impl Sandbox {
    /// Runs git, which has to succeed, and hands out what it prints.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_in(".", arguments)
    }

    pub fn git_in(&self, folder: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"]).args(arguments);
        for (name, value) in IDENTITY {
            command.env(name, value);
        }
        let output = command.current_dir(self.path(folder)).output().expect("git is installed");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A repository with these files in its first commit, besides the rules.
    fn repository(files: &[(&str, &str)]) -> Sandbox {
        let sandbox = Sandbox::new(&[("own.rule", RULES)]);
        files.iter().for_each(|(path, text)| sandbox.write(path, text));
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        sandbox.commit();
        sandbox
    }

    /// Commits everything.
    fn commit(&self) -> String {
        self.git(&["add", "--all", ":!.cache"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The findings as `path:line`, and how many were left out.
    #[track_caller]
    fn changed(&self, arguments: &[&str]) -> (Vec<String>, u64) {
        let run = self.run(&check(&[arguments, &["--format", "json"]].concat()));
        assert!(run.status == Some(0) || run.status == Some(1), "{run:#?}");
        places(&run)
    }
}

const IDENTITY: [(&str, &str); 6] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_AUTHOR_NAME", "a"),
    ("GIT_AUTHOR_EMAIL", "a@example.com"),
    ("GIT_COMMITTER_NAME", "a"),
    ("GIT_COMMITTER_EMAIL", "a@example.com"),
];

fn places(run: &Run) -> (Vec<String>, u64) {
    let value = run.json();
    let place = |one: &Value| format!("{}:{}", one["path"].as_str().expect("a path"), one["start"]["line"]);
    let findings = value["findings"].as_array().expect("a list").iter().map(place).collect();
    (findings, value["changes"]["outside"].as_u64().expect("a number"))
}

/// The text with lines put in front of the last function.
fn lengthened(text: &str, more: &str) -> String {
    text.replacen("func f()", &format!("{more}func f()"), 1)
}

/// A new function in which `nil-body` reports on line 2 of it.
const MORE: &str = "func g() {\n\thttp.NewRequest(\"PUT\", \"/\", nil)\n}\n\n";

#[test]
fn only_changed_lines_count_committed_or_not() {
    let sandbox = Sandbox::repository(&[("a.go", GO), ("b.go", GO)]);
    assert_eq!(sandbox.changed(&["--since", "HEAD"]), (vec![], 4));
    sandbox.write("a.go", lengthened(GO, MORE));
    assert_eq!(sandbox.changed(&["--since", "HEAD"]), (vec!["a.go:6".to_owned()], 4));
    sandbox.commit();
    assert_eq!(sandbox.changed(&["--since", "HEAD"]), (vec![], 5));
    assert_eq!(sandbox.changed(&["--since", "HEAD~1"]), (vec!["a.go:6".to_owned()], 4));
    let run = sandbox.run(&check(&["--since", "HEAD~1"])).exits(1).says(&["1 finding", "4 outside of what changed"]);
    assert!(!run.out.contains("b.go"), "{run:#?}");
    sandbox.run(&check(&["--since", "HEAD"])).exits(0).says(&["no findings", "5 outside of what changed"]);
    // From a folder below, and with an absolute path.
    let absolute = sandbox.path("a.go").to_string_lossy().into_owned();
    assert_eq!(sandbox.changed(&["--since", "HEAD~1", &absolute]).0, ["a.go:6"]);
}

#[test]
fn untracked_ignored_staged_and_empty_files() {
    let sandbox = Sandbox::repository(&[("a.go", GO), (".gitignore", "ignored.go\n")]);
    sandbox.write("new.go", GO);
    sandbox.write("staged.go", GO);
    sandbox.write("ignored.go", GO);
    sandbox.write("empty.go", "");
    sandbox.git(&["add", "staged.go"]);
    let new = ["new.go:6", "new.go:7", "staged.go:6", "staged.go:7"].map(str::to_owned).to_vec();
    assert_eq!(sandbox.changed(&["--since", "HEAD"]), (new, 2));
    assert_eq!(sandbox.changed(&["--since", "HEAD", "ignored.go"]).0, ["ignored.go:6", "ignored.go:7"]);
}

#[test]
fn a_branch_is_compared_with_where_it_left() {
    let sandbox = Sandbox::repository(&[("a.go", GO), ("b.go", GO)]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("a.go", lengthened(GO, MORE));
    sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("b.go", lengthened(GO, "// On main only.\n"));
    let main = sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "topic"]);
    assert_eq!(sandbox.changed(&["--diff-base", "main"]), (vec!["a.go:6".to_owned()], 4));
    // A detached head is as good as a branch.
    sandbox.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(sandbox.changed(&["--diff-base", &main]), (vec!["a.go:6".to_owned()], 4));
    let value = sandbox.run(&check(&["--diff-base", "main", "--format", "json"])).json();
    assert_eq!(value["changes"]["revision"], "main");
    assert_eq!(value["changes"]["base"], sandbox.git(&["merge-base", "main", "HEAD"]));
    sandbox.git(&["checkout", "--quiet", "--orphan", "other"]);
    sandbox.commit();
    sandbox.run(&check(&["--diff-base", "main"])).exits(2).complains(&["`main` and HEAD have no common ancestor"]);
}

#[test]
fn lines_taken_out_count_in_the_function_that_a_rule_judges() {
    let with = "package a\n\nimport \"context\"\n\nfunc f(parent context.Context) {\n\tctx, cancel := context.WithCancel(parent)\n\
        \tdefer cancel()\n\tg(ctx)\n}\n\nfunc h(parent context.Context) {\n\tctx, cancel := context.WithCancel(parent)\n\
        \tg(ctx)\n\t_ = cancel\n}\n\nfunc g(context.Context) {}\n";
    let sandbox = Sandbox::repository(&[("go.mod", "module m\n\ngo 1.26\n"), ("a.go", with)]);
    sandbox.write("a.go", with.replacen("\tdefer cancel()\n", "\tif parent == nil {\n\t\tcancel()\n\t}\n", 1));
    let arguments = ["check", "--no-config", "--select", "lost-cancel", "--since", "HEAD", "--format", "json"];
    let run = sandbox.run(&arguments).exits(1);
    // The place itself, line 6, is as it was.
    assert_eq!(places(&run).0, ["a.go:6"], "{run:#?}");
}

#[test]
fn renamed_and_deleted_files() {
    let long: String = (0..40).map(|n| format!("// Line {n}.\n")).collect();
    let text = GO.replacen("func f()", &format!("{long}func f()"), 1);
    let sandbox = Sandbox::repository(&[("a.go", &text), ("gone.go", GO)]);
    fs::create_dir(sandbox.path("sub")).expect("a folder");
    sandbox.git(&["mv", "a.go", "sub/b.go"]);
    sandbox.git(&["rm", "--quiet", "gone.go"]);
    assert_eq!(sandbox.changed(&["--since", "HEAD"]), (vec![], 2));
    sandbox.write("sub/b.go", lengthened(&text, MORE));
    sandbox.commit();
    assert_eq!(sandbox.changed(&["--since", "HEAD~1"]), (vec!["sub/b.go:46".to_owned()], 2));
    fs::remove_file(sandbox.path("sub/b.go")).expect("a file");
    sandbox.run(&check(&["--since", "HEAD"])).exits(0).complains(&["there are no Go files to check"]);
}

#[test]
fn names_with_spaces_quotes_line_breaks_and_other_letters() {
    let names = [
        "with space.go",
        "größe.go",
        "tab\there.go",
        "line\nbreak.go",
        "quote\"d.go",
        "日本/x.go",
        "-dash.go",
        "b/a.go",
    ];
    let files: Vec<_> = names.iter().map(|name| (*name, GO)).collect();
    let sandbox = Sandbox::repository(&files);
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"latin\xe9.go");
        fs::write(sandbox.path(".").join(name), GO).expect("a name of any bytes");
        sandbox.commit();
    }
    let all = sandbox.changed(&["--since", "HEAD", "./"]);
    assert!(all.0.is_empty(), "{all:?}");
    for name in names {
        sandbox.write(name, lengthened(GO, MORE));
    }
    let (mut found, outside) = sandbox.changed(&["--since", "HEAD", "./"]);
    let mut expected: Vec<_> = names.iter().map(|name| format!("{name}:6")).collect();
    expected.sort();
    found.sort();
    assert_eq!((found, outside), (expected, all.1));
}

#[test]
fn configuration_of_git_changes_nothing() {
    let sandbox = Sandbox::repository(&[("a.go", GO), ("sub/b.go", GO), (".gitattributes", "*.go -diff\n")]);
    sandbox.write("sub/b.go", lengthened(GO, MORE));
    sandbox.write("quote\".go", GO);
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.context", "5"),
        ("diff.interHunkContext", "9"),
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("core.quotepath", "true"),
        ("core.pager", "false"),
        ("diff.submodule", "log"),
    ] {
        sandbox.git(&["config", key, value]);
    }
    let expected = ["quote\".go:6", "quote\".go:7", "sub/b.go:6"].map(str::to_owned).to_vec();
    assert_eq!(sandbox.changed(&["--since", "HEAD"]), (expected, 4));
    let mut below = sandbox.command(&check(&["--since", "HEAD", "--format", "json", "--rules", "../own.rule"])[..3]);
    below.args(["--rules", "../own.rule", "--since", "HEAD", "--format", "json"]);
    // As in a hook of git, which says for whom it was called.
    below.current_dir(sandbox.path("sub")).env("GIT_DIR", "/nowhere").env("GIT_LITERAL_PATHSPECS", "1");
    let run = Run::of(below.output().expect("it runs")).exits(1);
    assert_eq!(places(&run), (vec!["b.go:6".to_owned()], 2));
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let sandbox = Sandbox::repository(&[("a.go", GO)]);
    let first = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("a.go", lengthened(GO, MORE));
    sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.commit();
    let origin = format!("file://{}", sandbox.path(".").display());
    let shallow = ["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", &origin, "shallow"];
    sandbox.git(&shallow);
    let run = |option: &str, revision: &str| {
        let mut command = sandbox.command(&check(&[option, revision]));
        command.current_dir(sandbox.path("shallow"));
        Run::of(command.output().expect("it runs"))
    };
    let told = ["shallow", "git fetch --unshallow"];
    run("--since", &first).exits(2).complains(&told);
    run("--since", "HEAD~1").exits(2).complains(&told);
    run("--diff-base", "origin/main").exits(2).complains(&told);
    // What is there can be compared with.
    run("--since", "HEAD").exits(0).says(&["3 outside of what changed"]);
    sandbox.git_in("shallow", &["fetch", "--quiet", "--unshallow"]);
    run("--diff-base", "origin/main").exits(1).says(&["1 finding (1 error)", "2 outside of what changed"]);
}

#[test]
fn without_git_without_a_repository_without_a_commit() {
    let sandbox = Sandbox::new(&[("own.rule", RULES), ("a.go", GO)]);
    sandbox.run(&check(&["--since", "HEAD"])).exits(2).complains(&["is in no git repository"]);
    let no_git = sandbox.command(&check(&["--since", "HEAD"])).env("PATH", "/nowhere").output();
    Run::of(no_git.expect("it runs")).exits(2).complains(&["`git` was not found"]);
    sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
    sandbox.run(&check(&["--since", "HEAD"])).exits(2).complains(&["git does not know the revision `HEAD`"]);
    sandbox.commit();
    for revision in ["nowhere", "-x", "--output=x", "", "HEAD:a.go"] {
        let option = format!("--since={revision}");
        let run = sandbox.run(&check(&[&option, "--format", "json"])).exits(2);
        let run = run.complains(&[&format!("git does not know the revision `{revision}`")]);
        assert_eq!(run.json()["findings"], serde_json::json!([]), "nothing is better than everything");
    }
    assert!(!sandbox.path("x").exists());
    sandbox.run(&check(&["--since", "HEAD", "--diff-base", "HEAD"])).exits(2).complains(&["cannot be used with"]);
    sandbox.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    let mut bare =
        sandbox.command(&["check", "--no-stock", "--no-config", "--rules", "../own.rule", "--since", "HEAD"]);
    bare.current_dir(sandbox.path("bare.git"));
    Run::of(bare.output().expect("it runs")).exits(2).complains(&["is bare"]);
}

#[test]
fn a_merge_with_conflicts_is_checked_as_it_is() {
    let sandbox = Sandbox::repository(&[("a.go", GO), ("b.go", GO)]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.write("a.go", GO.replace("\"x\"", "\"topic\""));
    sandbox.commit();
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.go", GO.replace("\"x\"", "\"main\""));
    sandbox.commit();
    let merge = Command::new("git").args(["merge", "topic"]).envs(IDENTITY).current_dir(sandbox.path(".")).output();
    assert!(!merge.expect("git runs").status.success(), "it conflicts");
    assert!(sandbox.read("a.go").contains("<<<<<<< "));
    let run = sandbox.run(&check(&["--since", "HEAD", "--format", "json"]));
    assert_eq!(run.json()["skipped"][0]["path"], "a.go", "{run:#?}");
    let (_, outside) = places(&run);
    assert!(outside >= 2, "b.go is as it was: {run:#?}");
}

#[test]
fn submodules_and_worktrees() {
    let inner = Sandbox::repository(&[("i.go", GO)]);
    let outer = Sandbox::repository(&[("a.go", GO)]);
    let origin = inner.path(".").to_string_lossy().into_owned();
    outer.git(&["submodule", "--quiet", "add", &origin, "sub module"]);
    outer.commit();
    assert_eq!(outer.changed(&["--since", "HEAD"]), (vec![], 4));
    outer.write("sub module/i.go", lengthened(GO, MORE));
    assert_eq!(outer.changed(&["--since", "HEAD"]), (vec!["sub module/i.go:6".to_owned()], 4));
    // Before it was added, all of it is new.
    let new = ["sub module/i.go:10", "sub module/i.go:11", "sub module/i.go:6"].map(str::to_owned);
    let (mut found, _) = outer.changed(&["--since", "HEAD~1"]);
    found.sort();
    assert_eq!(found, new);
    let elsewhere = Sandbox::new(&[]);
    let tree = elsewhere.path("tree");
    outer.git(&["worktree", "add", "--quiet", &tree.to_string_lossy()]);
    fs::write(tree.join("new.go"), GO).expect("a file");
    let mut command = outer.command(&check(&["--since", "HEAD", "--format", "json"]));
    let run = Run::of(command.current_dir(&tree).output().expect("it runs"));
    assert_eq!(places(&run), (vec!["new.go:6".to_owned(), "new.go:7".to_owned()], 2));
}

#[test]
fn files_of_no_repository_count_and_are_told() {
    let (sandbox, other) = (Sandbox::repository(&[("a.go", GO)]), Sandbox::new(&[("o.go", GO)]));
    let path = other.path("o.go").to_string_lossy().into_owned();
    let run = sandbox.run(&check(&["--since", "HEAD", "--format", "json", "a.go", &path])).exits(1);
    let run = run.complains(&["1 file is not in the git repository of this folder"]);
    assert_eq!(places(&run).0.len(), 2);
}

#[test]
fn only_what_changed_is_fixed() {
    let sandbox = Sandbox::repository(&[("a.go", GO)]);
    sandbox.write("a.go", lengthened(GO, MORE));
    let diff = sandbox.run(&check(&["--since", "HEAD", "--fix", "--diff"])).exits(1);
    assert_eq!(diff.out.matches("+\thttp.NewRequest").count(), 1, "{diff:#?}");
    sandbox.run(&check(&["--since", "HEAD", "--fix"])).exits(0).says(&["no findings", "2 outside of what changed"]);
    let fixed = MORE.replace("nil", "http.NoBody");
    assert_eq!(sandbox.read("a.go"), lengthened(GO, &fixed), "the old finding is left as it was");
}

#[test]
fn a_folder_reached_by_a_link_is_the_folder() {
    let sandbox = Sandbox::repository(&[("real/a.go", GO)]);
    std::os::unix::fs::symlink("real", sandbox.path("link")).expect("a link");
    sandbox.git(&["add", "link"]);
    sandbox.git(&["commit", "--quiet", "--message=link"]);
    assert_eq!(sandbox.changed(&["--since", "HEAD", "link"]), (vec![], 2));
    assert!(Path::new(&sandbox.path("link")).is_symlink());
}
