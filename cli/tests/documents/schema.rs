//! The published JSON schema of `rulec.toml` is that of the binary, and takes what the documents and `rulec init` write.

use crate::generated::keep;
use crate::markdown::split;
use crate::{pages, report, root, rulec, shown};
use serde_json::Value;
use std::fs;

const PUBLISHED: &str = "docs/rulec.schema.json";

#[test]
fn the_schema_is_up_to_date() {
    let output = rulec(&root(), &["schema", "--no-config"]);
    assert!(output.status.success(), "{}", shown(&output));
    keep(PUBLISHED, &String::from_utf8_lossy(&output.stdout));
}

#[test]
fn configurations_shown_are_valid() {
    let schema = published();
    let mut complaints = Vec::new();
    let mut checked = 0;
    for page in pages().iter().filter(|page| ABOUT_CONFIGURATIONS.contains(&page.name.as_str())) {
        for block in split(&page.text).0.iter().filter(|block| block.info == "toml") {
            checked += 1;
            complaints.extend(
                faults(&schema, block.text).into_iter().map(|fault| format!("{}:{}: {fault}", page.name, block.line)),
            );
        }
    }
    assert!(checked >= 2, "{checked} configurations");
    report(&complaints);
}

/// Pages on which TOML is `rulec.toml`.
const ABOUT_CONFIGURATIONS: [&str; 2] = ["docs/configuration.md", "docs/old-code.md"];

#[test]
fn what_init_writes_is_valid_also_without_its_comments() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(rulec(folder.path(), &["init"]).status.success());
    let text = fs::read_to_string(folder.path().join("rulec.toml")).expect("the configuration");
    // Of what is commented out, the lines that are TOML, under the table in which they stand.
    let shown = text.lines().map(|line| line.strip_prefix("# ").filter(|line| is_setting(line)).unwrap_or(line));
    let shown: Vec<&str> = shown.filter(|line| is_setting(line)).collect();
    let schema = published();
    assert_eq!(faults(&schema, &text), [""; 0]);
    assert!(shown.len() > text.lines().filter(|line| is_setting(line)).count(), "something is commented out");
    let tables = shown.join("\n");
    let mut seen = Vec::new();
    let unique = tables.lines().filter(|line| {
        let is_new = line.starts_with('[') || !seen.contains(line);
        seen.push(line);
        is_new
    });
    assert_eq!(faults(&schema, &unique.collect::<Vec<_>>().join("\n")), [""; 0], "{tables}");
}

fn is_setting(line: &str) -> bool {
    let starts = line.starts_with(|c: char| c.is_ascii_lowercase() || c == '[' || c == '"');
    starts && (line.contains(" = ") || line.ends_with(']'))
}

#[test]
fn the_schema_refuses_what_the_binary_refuses() {
    let schema = published();
    for text in [
        "selct = []",
        "select = 'http'",
        "severity = { http = 'eror' }",
        "files = { tests = 'no' }",
        "[[per-path]]\nignore = []",
        "[rules.interface-size]\nmaxx = 1",
        "[rules.interface-size]\nmax = '1'",
        "[packs]\nbase = { vers = '1' }",
    ] {
        assert!(!faults(&schema, text).is_empty(), "{text} is valid");
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("rulec.toml"), text).expect("the configuration is written");
        assert_eq!(rulec(folder.path(), &["check"]).status.code(), Some(2), "{text}");
    }
}

fn published() -> Value {
    let text = fs::read_to_string(root().join(PUBLISHED)).expect("the schema");
    serde_json::from_str(&text).expect("the schema is JSON")
}

fn faults(schema: &Value, text: &str) -> Vec<String> {
    let value: Value = toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut faults = Vec::new();
    check(schema, schema, &value, "", &mut faults);
    faults
}

/// Checks a value by the words of JSON schema that ours uses. Any other word is a fault of the test. (A library for all of
/// them doubles the time that the tests take to build.)
fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let schema = schema.as_object().unwrap_or_else(|| panic!("no schema: {schema}"));
    let fails = |schema: &Value, value: &Value| {
        let mut faults = Vec::new();
        check(root, schema, value, at, &mut faults);
        !faults.is_empty()
    };
    for (word, wanted) in schema {
        let list = || wanted.as_array().expect("a list");
        let is_right = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "examples" => true,
            "type" => wanted == type_of(value),
            "enum" => list().contains(value),
            "const" => wanted == value,
            "anyOf" => list().iter().any(|one| !fails(one, value)),
            "required" => list().iter().all(|key| value.get(key.as_str().expect("a key")).is_some()),
            "propertyNames" => {
                value.as_object().into_iter().flatten().all(|(key, _)| !fails(wanted, &key.as_str().into()))
            }
            "$ref" => {
                let place = wanted.as_str().and_then(|place| place.strip_prefix('#')).expect("a place in the schema");
                check(root, root.pointer(place).expect("the place exists"), value, at, faults);
                true
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items.for_each(|(index, item)| check(root, wanted, item, &format!("{at}/{index}"), faults));
                true
            }
            "properties" => {
                let known = wanted.as_object().expect("properties").iter();
                let there = known.filter_map(|(key, schema)| Some((key, schema, value.get(key)?)));
                there.for_each(|(key, schema, value)| check(root, schema, value, &format!("{at}/{key}"), faults));
                true
            }
            "additionalProperties" => {
                let known = schema.get("properties");
                let others = value.as_object().into_iter().flatten();
                let mut others = others.filter(|(key, _)| known.is_none_or(|known| known.get(key).is_none()));
                match wanted {
                    Value::Bool(false) => others.next().is_none(),
                    wanted => others.all(|(_, value)| !fails(wanted, value)),
                }
            }
            _ => panic!("`{word}` is a word that this test does not know"),
        };
        if !is_right {
            faults.push(format!("{at}: {value} is not right by `{word}`: {wanted:.80}"));
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
