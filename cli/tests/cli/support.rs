//! Runs the built binary in a temporary folder.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with files, in which `rulec` is run.
pub struct Sandbox {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Sandbox {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Sandbox {
        let sandbox = Sandbox { folder: tempfile::tempdir().expect("a temporary folder") };
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    /// Adds a file, and the folders above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders can be made");
        fs::write(path, content).expect("files can be written");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a file of text")
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Where the binary keeps what it wants to find again: below a hidden folder, where it looks for no files.
    pub fn cache(&self) -> PathBuf {
        self.path(".cache")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rulec"));
        command.args(arguments).current_dir(self.folder.path()).env("NO_COLOR", "1");
        // What runs keep goes away with the folder, and no run sees what others kept.
        command.env("RULEC_CACHE_DIR", self.cache());
        // Nor does git see what this machine is set to, or a repository around the folder.
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_CEILING_DIRECTORIES", self.folder.path().parent().unwrap_or(self.folder.path()));
        command.env("RULEC_DATA_DIR", self.path(".data")).env("RULEC_CONFIG_DIR", self.path(".config"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the binary runs"))
    }

    /// Runs with text on standard input.
    pub fn pipe(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary runs");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the binary reads its input");
        Run::of(child.wait_with_output().expect("the binary ends"))
    }
}

impl Run {
    pub fn of(output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Run { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Checks the exit status.
    #[track_caller]
    pub fn exits(self, status: i32) -> Run {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Checks that standard output has each of the texts.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Run {
        texts.iter().for_each(|text| assert!(self.out.contains(text), "no {text:?} in {self:#?}"));
        self
    }

    /// Checks that standard error has each of the texts.
    #[track_caller]
    pub fn complains(self, texts: &[&str]) -> Run {
        texts.iter().for_each(|text| assert!(self.err.contains(text), "no {text:?} in {self:#?}"));
        self
    }
}

/// A rule file with an error and a warning rule; the first has a safe fix.
pub const RULES: &str = r#"use "net/http"

/// A request without a body has `http.NoBody`.
///
/// ## Why
/// Because.
rule nil-body {
    severity error
    tags [http]

    match expr { http.NewRequest($_, $_, nil @body) }

    report at @body "use http.NoBody"
    fix safe replace @body { http.NoBody }

    test bad {
        func f() { http.NewRequest("GET", "/", nil) } // want "NoBody"
    } fixed {
        func f() { http.NewRequest("GET", "/", http.NoBody) }
    }
    test good {
        func f() { http.NewRequest("GET", "/", body) }
    }
}

/// Panics are for bugs.
rule no-panic {
    severity warning
    level strict
    option allowed: [string] = [] "messages that may be panicked with"

    match expr { panic($message) }
    unless value($message) in allowed

    report "do not panic with {$message}"

    test bad {
        func f() { panic("x") } // want "panic"
    }
    test good with allowed = ["x"] {
        func f() { panic("x") }
    }
}
"#;

/// A Go file in which both rules of [`RULES`] report once.
pub const GO: &str = "package a

import \"net/http\"

func f() {
\thttp.NewRequest(\"GET\", \"/\", nil)
\tpanic(\"x\")
}
";

/// The rules alone, whatever the configuration and the stock rules say.
pub const OWN: [&str; 4] = ["--no-stock", "--no-config", "--rules", "own.rule"];

/// `check` with the rules of `own.rule`.
pub fn check<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["check"];
    arguments.extend(OWN);
    arguments.extend(more);
    arguments
}
