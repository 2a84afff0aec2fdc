//! An index: a folder that any file server can serve, with one folder for each pack.
//!
//! ```text
//! INDEX/base/versions.jsonl       one version to a line, oldest first
//! INDEX/base/base-1.2.0.pack      the pack files
//! ```
//!
//! In: the text of `versions.jsonl`, or [`Entry`]s. Out: the other.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

/// The name of the list of versions.
pub const FILE_NAME: &str = "versions.jsonl";

/// One version of a pack. Keys of later versions of rulec are skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The pack.
    pub name: String,
    /// The version.
    pub version: Version,
    /// The name of the pack file, beside the list.
    pub file: String,
    /// The hash of its bytes.
    pub hash: String,
    /// The packs that it needs. They are in the same index.
    #[serde(default)]
    pub dependencies: Vec<Needed>,
    /// Nobody shall choose it any more; who has locked it keeps it.
    #[serde(default)]
    pub yanked: bool,
}

/// A pack that another one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// The pack.
    pub name: String,
    /// The versions that will do.
    pub requirement: VersionReq,
}

/// Reads the list of a pack.
///
/// # Errors
/// The line that is not as it should be, and why.
pub fn read(text: &str, name: &str) -> Result<Vec<Entry>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| read_line(line, name).map_err(|fault| format!("line {}: {fault}", number + 1))).collect()
}

fn read_line(line: &str, name: &str) -> Result<Entry, String> {
    let entry: Entry = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if entry.name != name {
        return Err(format!("it is about the pack `{}`", entry.name));
    }
    // It is joined to a folder, and must not lead out of it.
    let is_plain = !entry.file.is_empty() && !entry.file.contains(['/', '\\', ':']) && !entry.file.starts_with('.');
    if is_plain { Ok(entry) } else { Err(format!("`{}` is not the name of a file beside the list", entry.file)) }
}

/// The text of a list, versions ascending.
///
/// # Errors
/// None in practice: every entry can be written as JSON.
pub fn text(entries: &[Entry]) -> Result<String, String> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.version.cmp(&b.version));
    let lines = sorted.into_iter().map(|entry| serde_json::to_string(entry).map(|line| line + "\n"));
    lines.collect::<Result<String, _>>().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let entry = |version| Entry {
            name: "base".to_owned(),
            version,
            file: "base.pack".to_owned(),
            hash: "blake3:00".to_owned(),
            dependencies: vec![Needed { name: "x".to_owned(), requirement: VersionReq::STAR }],
            yanked: false,
        };
        let (old, new) = (entry(Version::new(1, 0, 0)), entry(Version::new(1, 1, 0)));
        let text = text(&[new.clone(), old.clone()]).expect("text");
        assert_eq!(read(&text, "base"), Ok(vec![old, new]));
        assert_eq!(read(&text, "other"), Err("line 1: it is about the pack `base`".to_owned()));
    }

    #[test]
    fn files_stay_in_the_folder() {
        for file in ["../x.pack", "/x", "a/b", "", "..", "c:x"] {
            let line =
                format!("{{\"name\":\"a\",\"version\":\"1.0.0\",\"file\":\"{file}\",\"hash\":\"\",\"later\":1}}");
            assert!(read(&line, "a").is_err_and(|fault| fault.contains("beside the list")), "{file}");
        }
    }
}
