//! Rules in documents compile and pass their examples, and mistakes made on purpose are the mistakes they claim to be.

use crate::markdown::{Block, code, split};
use crate::{pages, report, root, rulec, shown};
use std::collections::BTreeSet;
use std::fs;

/// A block ```` ```rule ```` that holds whole rules is run by `rulec test`, or by `rulec lint` if it has no examples. A
/// block ```` ```rule E0201 ```` has to give that code, and nothing else. A block ```` ```rule FILE ```` shows a file of the
/// repository as it is.
#[test]
fn rules_shown_compile_and_pass() {
    let mut complaints = Vec::new();
    for page in pages() {
        for block in split(&page.text).0 {
            if let Some(fault) = fault(&block) {
                complaints.push(format!("{}:{}: {fault}", page.name, block.line));
            }
        }
    }
    report(&complaints);
}

fn fault(block: &Block<'_>) -> Option<String> {
    let mut words = block.info.split_whitespace();
    let holds_rule = block.text.lines().any(|line| line.starts_with("rule ") && line.ends_with('{'));
    if words.next() != Some("rule") || !holds_rule {
        return None;
    }
    let (mut code, mut copied) = ("", None);
    for word in words {
        if word.ends_with(".rule") { copied = Some(word) } else { code = word }
    }
    if let Some(name) = copied
        && fs::read_to_string(root().join(name)).ok().as_deref() != Some(block.text)
    {
        return Some(format!("{name} says something else"));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shown.rule");
    fs::write(&file, block.text).expect("the rule is written");
    let has_examples = block.text.contains("test bad") && block.text.contains("test good");
    let command = if has_examples && code.is_empty() { "test" } else { "lint" };
    let output = rulec(folder.path(), &[command, "shown.rule"]);
    let text = shown(&output);
    if code.is_empty() {
        return (!output.status.success()).then_some(text);
    }
    let is_said = |line: &&str| line.starts_with("error[") || line.starts_with("warning[");
    let said: Vec<&str> = text.lines().filter(is_said).filter(|line| !line.contains("[W0605]")).collect();
    (said.len() != 1 || !said[0].contains(&format!("[{code}]"))).then(|| format!("expected {code} alone, got\n{text}"))
}

/// The page about other linters names rules that there are.
#[test]
fn rules_beside_checks_of_other_linters_exist() {
    let page = fs::read_to_string(root().join("docs/other-linters.md")).expect("the page");
    let listed = rulec(&root(), &["list", "--no-config"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let names: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.trim_start_matches('*').split_whitespace().next()?.rsplit('.').next())
        .collect();
    let mut rows = 0;
    let mut complaints = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let [_, _, rules, _, _] = line.split('|').collect::<Vec<_>>()[..] else { continue };
        for rule in code(rules) {
            rows += 1;
            if !names.contains(rule) {
                complaints.push(format!("there is no rule `{rule}`: {line}"));
            }
        }
    }
    assert!(rows > 100, "only {rows} rules are named");
    report(&complaints);
}
