//! What the server tells after edits at random, beside what `rulec check` tells of the same text.

use super::client::uri;
use super::{sandbox, start};
use crate::support::Sandbox;
use serde_json::{Value, json};

const RULES_OF_ALL_KINDS: &str = r#"use "fmt"

/// What a call prints.
rule printed {
    match expr { fmt.Println($x) }
    report at $x "{$x} is printed"
}

/// Nobody reads it.
rule lost {
    match stmt { $x = $_ }
    where $x is unused_value
    report at $x "{$x} is lost"
}

/// Nobody calls it: that hangs on all of the package.
rule never-used {
    match decl { func $name(...) (...) }
    where $name is unused
    report at $name "{$name} is never used"
}
"#;

/// What is found: rule, message, and where it starts and ends, from 0.
type Told = Vec<(String, String, [u64; 4])>;

fn told_by_server(diagnostics: &[Value]) -> Told {
    let place = |one: &Value| {
        let of = |end: &str, what: &str| one["range"][end][what].as_u64().expect("a number");
        [of("start", "line"), of("start", "character"), of("end", "line"), of("end", "character")]
    };
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut told: Told =
        diagnostics.iter().map(|one| (text(&one["code"]), text(&one["message"]), place(one))).collect();
    told.sort();
    told
}

fn told_by_check(sandbox: &Sandbox, text: &str) -> Told {
    // What is asked of the package looks at files on disk.
    sandbox.write("a.go", text);
    let run = sandbox.run(&["check", "--no-stock", "a.go", "--format", "json"]).json();
    let place = |one: &Value| {
        let of = |end: &str, what: &str| one[end][what].as_u64().expect("a number") - 1;
        [of("start", "line"), of("start", "column"), of("end", "line"), of("end", "column")]
    };
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let findings = run["findings"].as_array().expect("findings");
    let mut told: Told = findings.iter().map(|one| (text(&one["rule"]), text(&one["message"]), place(one))).collect();
    told.sort();
    told
}

/// Numbers that look as if they were drawn: the same in each run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

#[test]
fn after_any_edits_the_server_tells_what_check_tells() {
    let sandbox = sandbox();
    sandbox.write("rules/print.rule", RULES_OF_ALL_KINDS);
    let function = |number: usize| {
        format!(
            "\nfunc f{number}(s int) int {{\n\tx := s\n\tif s > {number} {{\n\t\tx = f{}(s)\n\t}}\n\treturn x\n}}\n",
            number / 2
        )
    };
    let text = format!(
        "package w\n\nimport \"fmt\"\n\nfunc F() {{ fmt.Println(1) }}\n{}",
        (0..6).map(function).collect::<String>()
    );
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut client = start(&sandbox);
    let go = uri(&sandbox, "a.go");
    client.open(&go, &text);
    let mut drawn = Drawn(7);
    let mut version = 1;
    for round in 0..8 {
        let expected = told_by_check(&sandbox, &(lines.join("\n") + "\n"));
        client.diagnostics(&go, |params| {
            let found = params["diagnostics"].as_array().map_or(&[][..], Vec::as_slice);
            params["version"] == version && told_by_server(found) == expected
        });
        if round % 2 == 1 {
            // Many edits make a text of which nothing can be read.
            version += 1;
            client.edit(&go, version, (0, 0), (lines.len() as u32, 0), &text);
            lines = text.lines().map(str::to_owned).collect();
        }
        for _ in 0..4 {
            // Below the import, so that most texts are Go.
            let at = 5 + drawn.below(lines.len() - 5);
            let new = ["\tfmt.Println(x)", "\tx = 1", "func new() {}", "\t_ = f3(", "}", ""][drawn.below(6)];
            let line = at as u32;
            if drawn.below(3) == 0 {
                version += 1;
                client.edit(&go, version, (line, 0), (line + 1, 0), "");
                lines.remove(at);
                continue;
            }
            // Typed, faster than anything can be checked.
            version += 1;
            client.edit(&go, version, (line, 0), (line, 0), "\n");
            for (column, letter) in new.chars().enumerate() {
                version += 1;
                client.edit(&go, version, (line, column as u32), (line, column as u32), &letter.to_string());
            }
            lines.insert(at, new.to_owned());
        }
    }
    // Opened anew, it is checked anew.
    let text = lines.join("\n") + "\n";
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": go}}));
    client.diagnostics(&go, |params| params["diagnostics"] == json!([]));
    client.open(&go, &text);
    let found = client.diagnostics(&go, |params| params["version"] == 1 && params["diagnostics"] != json!([]));
    assert_eq!(told_by_server(&found), told_by_check(&sandbox, &text));
    assert_eq!(client.end(), Some(0));
}
