//! The file: JSON with one entry to a line.
//!
//! ```json
//! {
//! "schema": 1,
//! "findings": [
//! {"path":"a/b.go","rule":"stdlib.http.nil-body","function":"example.com/m/a.Serve","fingerprint":"6f…"}
//! ]
//! }
//! ```

use crate::{Baseline, Entry};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

/// The layout of the file. It is raised when what is written before would mean something else, also when fingerprints are
/// made in another way.
const SCHEMA: u32 = 1;

/// Why a file is not taken for a baseline; a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// What every schema has.
#[derive(Deserialize)]
struct Head {
    schema: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "schema")]
    _schema: u32,
    findings: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: String,
    rule: String,
    function: Option<String>,
    fingerprint: String,
}

#[derive(Serialize)]
struct WrittenRow<'a> {
    path: &'a str,
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<&'a str>,
    fingerprint: &'a str,
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is no baseline, or one of another schema.
    pub fn read(bytes: &[u8]) -> Result<Baseline, Refusal> {
        if bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"<<<<<<< ")) {
            let reason = "has the markers of a merge conflict: take either side (`git checkout --ours`), then write it anew \
                          with `--write-baseline`";
            return Err(Refusal(reason.to_owned()));
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|error| no_baseline(&error))?;
        match head.schema {
            SCHEMA => {}
            newer if newer > SCHEMA => {
                return Err(Refusal(format!(
                    "is a baseline of schema {newer}, written by a newer rulec; this one reads schema {SCHEMA}: update rulec"
                )));
            }
            older => return Err(Refusal(format!("is a baseline of schema {older}, which there never was"))),
        }
        let document: Document = serde_json::from_slice(bytes).map_err(|error| no_baseline(&error))?;
        let entry = |row: Row| {
            let Row { path, rule, function, fingerprint } = row;
            Entry { path, rule, function, fingerprint }
        };
        Ok(Baseline::new(document.findings.into_iter().map(entry).collect()))
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{{\n\"schema\": {SCHEMA},\n\"findings\": [");
        for (index, entry) in self.entries().iter().enumerate() {
            let Entry { path, rule, function, fingerprint } = entry;
            let row = WrittenRow { path, rule, function: function.as_deref(), fingerprint };
            // Strings and options of strings are always JSON, and a string takes everything.
            let row = serde_json::to_string(&row).unwrap_or_default();
            let _ = write!(text, "{}\n{row}", if index == 0 { "" } else { "," });
        }
        text.push_str("\n]\n}\n");
        text.into_bytes()
    }
}

fn no_baseline(error: &serde_json::Error) -> Refusal {
    Refusal(format!("is no baseline of rulec: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, function: Option<&str>) -> Entry {
        let function = function.map(str::to_owned);
        Entry { path: path.into(), rule: "a.b.c".into(), function, fingerprint: "00ff".into() }
    }

    #[test]
    fn what_is_written_is_read_and_sorted() {
        let baseline = Baseline::new(vec![entry("b \"é\n.go", Some("m.(*T).F")), entry("a.go", None)]);
        let bytes = baseline.to_bytes();
        assert_eq!(Baseline::read(&bytes).as_ref(), Ok(&baseline));
        let expected = "{\n\"schema\": 1,\n\"findings\": [\n\
            {\"path\":\"a.go\",\"rule\":\"a.b.c\",\"fingerprint\":\"00ff\"},\n\
            {\"path\":\"b \\\"é\\n.go\",\"rule\":\"a.b.c\",\"function\":\"m.(*T).F\",\"fingerprint\":\"00ff\"}\n]\n}\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        let empty = Baseline::default().to_bytes();
        assert_eq!(Baseline::read(&empty), Ok(Baseline::default()));
    }

    #[test]
    fn other_files_are_refused_with_a_reason() {
        let cases = [
            ("", "is no baseline of rulec: EOF"),
            ("package a", "is no baseline of rulec"),
            ("{\"findings\": []}", "missing field `schema`"),
            ("{\"schema\": 1}", "missing field `findings`"),
            ("{\"schema\": 1, \"findings\": [{\"path\": \"a\"}]}", "missing field `rule` at line 1"),
            ("{\"schema\": 2, \"findings\": {}}", "schema 2, written by a newer rulec"),
            ("{\"schema\": 0}", "schema 0, which there never was"),
            ("{\n<<<<<<< HEAD\n", "merge conflict"),
        ];
        for (text, reason) in cases {
            let refusal = Baseline::read(text.as_bytes()).expect_err(text);
            assert!(refusal.to_string().contains(reason), "{text}: {refusal}");
        }
    }
}
