//! What functions do, on the command line.

use crate::support::Sandbox;

const GO: &str = r#"package p

import "os"

type file struct{ name string }

func (f *file) Close() {}

func Open(name string) (*file, bool) {
	if name == "a\\\"b" {
		os.Exit(1)
	}
	return &file{name}, true
}

func Run(name string) {
	f, ok := Open(name)
	if !ok {
		return
	}
	defer func() { f.Close() }()
	println("run \"it\"\n")
}
"#;

#[test]
fn inspect_shows_what_functions_do() {
    let sandbox = Sandbox::new(&[("a.go", GO), ("go.mod", "module p\n\ngo 1.26\n")]);
    let all = sandbox.run(&["inspect", "flow", "a.go"]).exits(0).out;
    for part in ["a.go: func Open", "a.go: func Run", "a.go: literal at line 21", "run v", "returned"] {
        assert!(all.contains(part), "{part} in {all}");
    }
    let one = sandbox.run(&["inspect", "flow", "a.go", "--func", "Run"]).exits(0).out;
    assert!(one.contains("func Run") && one.contains("literal at line 21") && !one.contains("func Open"), "{one}");
    assert_eq!(sandbox.run(&["inspect", "flow", "a.go", "--func", "Nothing"]).exits(0).out, "");
    sandbox.run(&["inspect", "flow", "nowhere.go"]).exits(2).complains(&["nowhere.go"]);
}

#[test]
fn functions_that_never_return_lead_nowhere() {
    let sandbox = Sandbox::new(&[("a.go", GO), ("go.mod", "module p\n\ngo 1.26\n")]);
    let open = sandbox.run(&["inspect", "flow", "a.go", "--func", "Open"]).exits(0).out;
    let exit = open.lines().position(|line| line.contains("call Exit")).unwrap_or_else(|| panic!("no call in {open}"));
    let after = open.lines().nth(exit + 1).unwrap_or("");
    assert!(after.starts_with(" b"), "the next block, and no edge: {open}");
}

#[test]
fn graphs_for_graphviz_are_well_formed() {
    let sandbox = Sandbox::new(&[("a.go", GO), ("go.mod", "module p\n\ngo 1.26\n")]);
    let graph = sandbox.run(&["inspect", "flow", "a.go", "--format", "dot"]).exits(0).out;
    assert!(graph.starts_with("digraph \"a.go\" {\n") && graph.ends_with("}\n"), "{graph}");
    for part in ["subgraph cluster_0", "label=\"func Open\"", "label=\"func Run\"", "style=dashed", "b0\\l", "const"] {
        assert!(graph.contains(part), "{part} in {graph}");
    }
    let mut depth = 0;
    for line in graph.lines() {
        let outside = outside_of_quotes(line);
        depth += outside.matches('{').count();
        depth -= outside.matches('}').count();
        let ends = outside.ends_with([';', '{', '}']);
        assert!(ends, "a statement or a brace: {line}");
    }
    assert_eq!(depth, 0, "{graph}");
}

/// A line of a graph without its strings, which end where they begin: on the same line.
fn outside_of_quotes(line: &str) -> String {
    let (mut outside, mut quoted, mut escaped) = (String::new(), false, false);
    for character in line.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted => outside.push(character),
            _ => {}
        }
    }
    assert!(!quoted && !escaped, "a string that does not end: {line}");
    outside
}

const DEATHS: &str = r#"package p

import "os"

type death interface{ die() }

type exit struct{}

func (exit) die() { os.Exit(1) }

func End(d death) {
	d.die()
	println("never")
}
"#;

/// Who implements an interface shows after its own package was looked at, when its bodies are there already.
#[test]
fn methods_of_interfaces_that_never_return_are_known_in_all_files() {
    let go_mod = ("go.mod", "module p\n\ngo 1.26\n");
    let user = "package p\n\nfunc Use(d death) {\n\td.die()\n\tprintln(\"never\")\n}\n";
    let sandbox = Sandbox::new(&[("a.go", user), ("b.go", DEATHS), ("c.go", &user.replace("Use", "Also")), go_mod]);
    let found = sandbox.run(&["check", "--select", "unreachable", "-j", "1", "--format", "jsonl"]).exits(0).out;
    let files: Vec<&str> = ["a.go", "b.go", "c.go"].into_iter().filter(|file| found.contains(file)).collect();
    assert_eq!(files, ["a.go", "b.go", "c.go"], "{found}");
}
