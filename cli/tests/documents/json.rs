//! The JSON shown has the keys that the binary writes.

use crate::markdown::split;
use crate::{pages, root, rulec};
use serde_json::Value;

#[test]
fn the_json_shown_has_the_keys_written() {
    let pages = pages();
    let page = pages.iter().find(|page| page.name == "docs/command-line.md").expect("the page of the command line");
    let (blocks, _) = split(&page.text);
    let block = blocks.iter().find(|block| block.info == "json").expect("a block of JSON");
    let shown: Value = serde_json::from_str(block.text).expect("the block is JSON");
    let output = rulec(&root(), &["check", "--format", "json", "docs/examples/first"]);
    let written: Value = serde_json::from_slice(&output.stdout).expect("the output is JSON");
    for place in ["", "/findings/0", "/findings/0/start", "/summary", "/summary/stages_ms"] {
        assert_eq!(keys(&shown, place), keys(&written, place), "at `{place}`");
    }
}

fn keys<'v>(value: &'v Value, place: &str) -> Vec<&'v str> {
    let object = value.pointer(place).and_then(Value::as_object).unwrap_or_else(|| panic!("no object at `{place}`"));
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
