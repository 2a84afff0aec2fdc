//! A run that is killed leaves every file as it was or as it should be, and can be repeated.
//!
//! Each test kills a few runs; `cargo test -p rulec-cli --test cli -- --ignored killed` kills a hundred of each.

use crate::support::{GO, RULES, Sandbox, check};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How many runs are killed by default, and how many when it is asked for.
const FEW: usize = 10;
const MANY: usize = 100;

/// Enough for a run to be killed while it writes.
const FILES: usize = 40;

#[test]
fn reports_and_baselines_are_old_or_new() {
    reports_and_baselines(FEW);
}

#[test]
#[ignore = "kills 100 runs"]
fn reports_and_baselines_are_old_or_new_killed_often() {
    reports_and_baselines(MANY);
}

#[test]
fn fixed_files_are_old_or_new_and_fixing_can_be_repeated() {
    fixes(FEW);
}

#[test]
#[ignore = "kills 100 runs"]
fn fixed_files_are_old_or_new_and_fixing_can_be_repeated_killed_often() {
    fixes(MANY);
}

#[test]
fn a_cache_that_was_being_written_changes_nothing() {
    caches(FEW);
}

#[test]
#[ignore = "kills 100 runs"]
fn a_cache_that_was_being_written_changes_nothing_killed_often() {
    caches(MANY);
}

#[test]
fn results_that_were_being_kept_are_never_those_of_other_files() {
    results(FEW);
}

#[test]
#[ignore = "kills 100 runs"]
fn results_that_were_being_kept_are_never_those_of_other_files_killed_often() {
    results(MANY);
}

/// Kills a run after some time, unless it ends before. Says whether it was killed.
fn killed(sandbox: &Sandbox, arguments: &[&str], after: Duration) -> bool {
    let mut command = sandbox.command(arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    std::thread::sleep(after);
    let was_running = child.try_wait().expect("a child").is_none();
    // It may end just now, which is as good.
    let _ = child.kill();
    child.wait().expect("a child");
    was_running
}

/// Moments spread over the time that a run takes, from its start to a little behind its end, in no order.
fn moments(whole: Duration, count: usize) -> impl Iterator<Item = Duration> {
    // A stride without a common divisor visits all of them.
    let stride = if count.is_multiple_of(7) { 11 } else { 7 };
    (0..count).map(move |index| whole.mul_f64(1.1 * ((index * stride) % count) as f64 / count as f64))
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// The files of a folder with their content, those below `.cache` left out.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.path().is_file());
    files
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect()
}

fn is_leftover(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

fn project() -> Sandbox {
    let sandbox = Sandbox::new(&[("own.rule", RULES)]);
    (0..FILES).for_each(|index| sandbox.write(&format!("f{index}.go"), GO));
    sandbox
}

fn reports_and_baselines(count: usize) {
    let sandbox = project();
    let outputs = ["known.json", "report.json", "report.md"];
    let arguments = [
        "--baseline",
        "known.json",
        "--write-baseline",
        "--no-timings",
        "--output",
        "json=report.json",
        "--output",
        "markdown=report.md",
    ];
    let arguments = check(&arguments);
    // What a run writes hangs on what is in the baseline already: a second run says what a third one does.
    let finished = |text: &str| {
        sandbox.write("f0.go", text);
        let mut took = Duration::ZERO;
        for _ in 0..2 {
            took = timed(|| _ = sandbox.run(&arguments).exits(0));
        }
        (outputs.map(|name| sandbox.read(name)), took)
    };
    let other = GO.replace("panic(\"x\")", "return");
    let (new, _) = finished(&other);
    let (old, took) = finished(GO);
    sandbox.write("f0.go", &other);
    // The first run over the other text says what is gone, which the second does not.
    sandbox.run(&arguments).exits(0);
    let first = outputs.map(|name| sandbox.read(name));
    let mut killings = 0;
    for moment in moments(took, count) {
        for (name, text) in outputs.iter().zip(&old) {
            sandbox.write(name, text);
        }
        killings += usize::from(killed(&sandbox, &arguments, moment));
        for (index, name) in outputs.iter().enumerate() {
            let is = sandbox.read(name);
            assert!(is == old[index] || is == first[index] || is == new[index], "{name} after {moment:?}: {is}");
        }
    }
    assert!(killings > 0, "no run was killed");
    sandbox.run(&arguments).exits(0);
    sandbox.run(&arguments).exits(0);
    assert_eq!(outputs.map(|name| sandbox.read(name)), new);
    let left: Vec<String> = content(&sandbox.path(".")).into_keys().filter(|name| is_leftover(name)).collect();
    assert_eq!(left, [""; 0], "what killed runs left goes with the next one");
}

fn fixes(count: usize) {
    let sandbox = project();
    let arguments = check(&["--fix"]);
    let fixed = GO.replace("nil", "http.NoBody");
    let restore = || (0..FILES).for_each(|index| sandbox.write(&format!("f{index}.go"), GO));
    let took = timed(|| _ = sandbox.run(&arguments).exits(0));
    let mut killings = 0;
    for moment in moments(took, count) {
        restore();
        killings += usize::from(killed(&sandbox, &arguments, moment));
        for (name, text) in content(&sandbox.path(".")) {
            let is_whole = text == GO.as_bytes() || text == fixed.as_bytes();
            assert!(is_whole || !name.ends_with(".go"), "{name} after {moment:?}: {}", String::from_utf8_lossy(&text));
        }
    }
    assert!(killings > 0, "no run was killed");
    restore();
    let _ = killed(&sandbox, &arguments, took / 2);
    sandbox.run(&arguments).exits(0).says(&[&format!("{FILES} findings ({FILES} warnings)")]);
    for index in 0..FILES {
        assert_eq!(sandbox.read(&format!("f{index}.go")), fixed);
    }
}

/// Types are asked for, so that packages are kept.
const TYPED: &str = r#"/// Errors are compared with `errors.Is`.
rule compared-errors {
    match expr { $x == $y }
    where $x : error and not $y is nil
    report "{$x} is an error"
}
"#;

fn caches(count: usize) {
    let sandbox = Sandbox::new(&[("own.rule", TYPED), ("go.mod", "module example.com/m\n\ngo 1.26\n")]);
    for index in 0..FILES {
        let next = (index + 1 < FILES)
            .then(|| format!("import \"example.com/m/p{}\"\n\nvar Next = p{0}.Failed\n\n", index + 1));
        let text = format!(
            "package p{index}\n\n{}var Failed error\n\nfunc f(err error) bool {{ return err == Failed }}\n",
            next.unwrap_or_default()
        );
        sandbox.write(&format!("p{index}/a.go"), text);
    }
    let arguments = check(&["--no-timings", "--format", "json"]);
    let expected = sandbox.run(&[&arguments[..], &["--no-cache"]].concat()).exits(0).out;
    assert_eq!(expected.matches("is an error").count(), FILES);
    let took = timed(|| assert_eq!(sandbox.run(&arguments).exits(0).out, expected));
    let mut killings = 0;
    for (index, moment) in moments(took, count).enumerate() {
        if index % 3 == 0 {
            sandbox.run(&["cache", "clean"]).exits(0);
        }
        killings += usize::from(killed(&sandbox, &arguments, moment));
        assert_eq!(sandbox.run(&arguments).exits(0).out, expected, "after {moment:?}");
    }
    assert!(killings > 0, "no run was killed");
}

/// Packages of which each compares what the next one declares.
fn chain() -> Sandbox {
    let sandbox = Sandbox::new(&[("own.rule", TYPED), ("go.mod", "module example.com/m\n\ngo 1.26\n")]);
    for index in 0..FILES {
        let next = format!(
            "import \"example.com/m/p{0}\"\n\nvar next = p{0}.Failed\n\nfunc g() bool {{ return next == next }}\n\n",
            index + 1
        );
        let next = if index + 1 < FILES { next } else { String::new() };
        sandbox.write(&format!("p{index}/a.go"), format!("package p{index}\n\n{next}var Failed error\n"));
    }
    sandbox
}

/// Between runs that are killed a file is edited back and forth, so that results of both are kept, for the package itself and for the
/// one that imports it: what a run takes over is never that of the other text.
fn results(count: usize) {
    let sandbox = chain();
    let path = format!("p{}/a.go", FILES / 2);
    let error = sandbox.read(&path);
    let texts = [error.replace("Failed error", "Failed int"), error];
    let arguments = check(&["--no-timings", "--format", "json"]);
    let expected = texts.clone().map(|text| {
        sandbox.write(&path, &text);
        sandbox.run(&[&arguments[..], &["--no-cache"]].concat()).exits(0).out
    });
    let counts = expected.each_ref().map(|report| report.matches("is an error").count());
    assert_eq!(counts, [FILES - 2, FILES - 1]);
    let took = timed(|| _ = sandbox.run(&arguments).exits(0));
    sandbox.run(&["cache", "clean"]).exits(0);
    let mut killings = 0;
    for (index, moment) in moments(took, count).enumerate() {
        sandbox.write(&path, &texts[index % 2]);
        killings += usize::from(killed(&sandbox, &arguments, moment));
        // Every other time the killed run has met a full cache, and otherwise one that it began to fill itself.
        if index % 4 < 2 {
            assert_eq!(sandbox.run(&arguments).exits(0).out, expected[index % 2], "after {moment:?}");
        }
        sandbox.write(&path, &texts[(index + 1) % 2]);
        assert_eq!(sandbox.run(&arguments).exits(0).out, expected[(index + 1) % 2], "the other text after {moment:?}");
        if index % 4 == 3 {
            sandbox.run(&["cache", "clean"]).exits(0);
        }
    }
    assert!(killings > 0, "no run was killed");
}
