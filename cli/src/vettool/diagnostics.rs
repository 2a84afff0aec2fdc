//! Findings as `go vet` wants them.
//!
//! In: the JSON report of `rulec check`. Out: JSON by package and rule, or lines of text; and what is wrong with rules.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What stopped rules or the check of files: mistakes in rules and configuration, internal errors.
pub fn faults(report: &Value) -> Vec<String> {
    let is_error = |one: &&Value| one["severity"] == "error";
    let mistakes = list(report, "diagnostics").filter(is_error);
    mistakes.chain(list(report, "internal_errors")).map(|one| shown(&one["path"], &one["message"])).collect()
}

fn shown(path: &Value, message: &Value) -> String {
    let message = message.as_str().unwrap_or_default();
    path.as_str()
        .filter(|path| !path.is_empty())
        .map_or_else(|| message.to_owned(), |path| format!("{path}: {message}"))
}

/// The files in which a safe fix is offered.
pub fn fixable(report: &Value, folder: &Path) -> Vec<PathBuf> {
    let safe = list(report, "findings").filter(|finding| finding["fix"]["applicability"] == "safe");
    let paths: BTreeSet<PathBuf> =
        safe.map(|finding| folder.join(finding["path"].as_str().unwrap_or_default())).collect();
    paths.into_iter().collect()
}

/// The findings by package and rule.
pub fn json(report: &Value, package: &str, folder: &Path) -> Value {
    let mut by_rule = Map::new();
    for finding in list(report, "findings") {
        let rule = finding["rule"].as_str().unwrap_or_default();
        let of_rule = by_rule.entry(rule).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(of_rule) = of_rule {
            of_rule.push(diagnostic(finding, folder));
        }
    }
    match by_rule.is_empty() {
        true => json!({}),
        false => json!({ package: by_rule }),
    }
}

fn diagnostic(finding: &Value, folder: &Path) -> Value {
    let mut diagnostic = place(finding, folder);
    diagnostic["message"] = finding["message"].clone();
    let related: Vec<Value> = list(finding, "related").map(|related| place_with_message(related, folder)).collect();
    if !related.is_empty() {
        diagnostic["related"] = Value::Array(related);
    }
    let file = &absolute(finding, folder);
    let edit =
        |edit: &Value| json!({ "filename": file, "start": edit["start"], "end": edit["end"], "new": edit["text"] });
    let edits: Vec<Value> = list(&finding["fix"], "edits").map(edit).collect();
    if !edits.is_empty() {
        let message = format!("fix of {}", finding["rule"].as_str().unwrap_or_default());
        diagnostic["suggested_fixes"] = json!([{ "message": message, "edits": edits }]);
    }
    diagnostic
}

fn place_with_message(one: &Value, folder: &Path) -> Value {
    let mut place = place(one, folder);
    place["message"] = one["message"].clone();
    place
}

fn place(one: &Value, folder: &Path) -> Value {
    json!({ "posn": position(one, "start", folder), "end": position(one, "end", folder) })
}

fn position(one: &Value, which: &str, folder: &Path) -> String {
    format!("{}:{}:{}", absolute(one, folder), one[which]["line"], one[which]["column"])
}

fn absolute(one: &Value, folder: &Path) -> String {
    folder.join(one["path"].as_str().unwrap_or_default()).display().to_string()
}

/// The findings as text.
pub fn lines(report: &Value, folder: &Path) -> Vec<String> {
    let line = |finding: &Value| {
        let (message, rule) = (finding["message"].as_str(), finding["rule"].as_str());
        let position = position(finding, "start", folder);
        format!("{position}: {} [{}]", message.unwrap_or_default(), rule.unwrap_or_default())
    };
    list(report, "findings").map(line).collect()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}
