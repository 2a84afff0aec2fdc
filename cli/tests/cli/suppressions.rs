//! Comments that waive findings, and what `rulec.toml` says of them.

use crate::support::{RULES, Sandbox};

/// The checked code, and the configuration. The rules are the project's and the stock rules.
fn sandbox(code: &str, config: &str) -> Sandbox {
    let config = format!("rule-paths = ['own.rule']\nselect = ['no-panic', 'body-not-closed']\n{config}");
    Sandbox::new(&[("own.rule", RULES), ("rulec.toml", &config), ("a.go", code)])
}

const LEAK: &str = "package a

import \"net/http\"

func f() error {
	resp, err := http.Get(\"http://localhost\") //nolint:bodyclose // the process ends here
	if err != nil {
		return err
	}
	_ = resp.StatusCode
	return nil
}
";

#[test]
fn comments_of_golangci_lint_are_understood_unless_told_otherwise() {
    sandbox(LEAK, "").run(&["check"]).exits(0).says(&["no findings in 1 file", "1 suppressed"]);
    let other = LEAK.replace("bodyclose", "errcheck");
    sandbox(&other, "").run(&["check"]).exits(1).says(&["error[stdlib.resources.body-not-closed]"]);
    sandbox(LEAK, "[suppressions]\nnolint = false\n").run(&["check"]).exits(1).says(&["body-not-closed"]);
    let whole = format!("//nolint:bodyclose\n{}", other.replace("errcheck", "gosec"));
    sandbox(&whole, "").run(&["check"]).exits(0).says(&["1 suppressed"]);
}

#[test]
fn a_reason_can_be_demanded() {
    let config = "[suppressions]\nrequire-reason = true\n";
    let bare = "package a\n\nfunc f() { panic(\"x\") } //rulec:ignore no-panic\n";
    sandbox(bare, "").run(&["check", "--fail-on", "warning"]).exits(0).says(&["1 suppressed"]);
    let run = sandbox(bare, config).run(&["check", "--fail-on", "warning"]).exits(1);
    run.says(&[
        "warning[local.own.no-panic]",
        "warning[rulec.suppression.no-reason]",
        "gives no reason, so it hides nothing",
    ]);
    let reasoned = bare.replace("ignore no-panic", "ignore no-panic it cannot happen");
    sandbox(&reasoned, config).run(&["check", "--fail-on", "warning"]).exits(0).says(&["1 suppressed"]);
    sandbox(bare, "[suppressions]\nreasons = true\n")
        .run(&["check"])
        .exits(2)
        .complains(&["`[suppressions]` has no key"]);
}

#[test]
fn mistyped_rules_get_a_suggestion() {
    let code = "package a\n\nfunc f() { panic(\"x\") } //rulec:ignore no-pnaic why\n";
    let run = sandbox(code, "").run(&["check"]).exits(0);
    run.says(&["there is no rule `no-pnaic` to suppress; there is `no-panic`"]);
}

#[test]
fn text_in_strings_is_no_comment() {
    let code = "package a\n\nvar s = `\n//rulec:ignore-file no-panic why\n//nolint\n`\n\nfunc f() { panic(\"x\") }\n";
    sandbox(code, "").run(&["check", "--fail-on", "warning"]).exits(1).says(&["1 finding (1 warning)"]);
}
