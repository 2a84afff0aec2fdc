//! What is deprecated in the standard library, since when, and what stands for it.
//!
//! In: import path and name. Out: [`Deprecation`] from a table that is part of this crate: a line for each name, its parts
//! separated by tabs: import path, name (`F`, `T.M`, empty for the package), the minor number of the release (0 if no more is
//! known than that it was before Go 1.17), and the name that is to be used instead, if the documentation has one.

use super::Deprecation;
use super::notes::{self, Note, word};
use crate::standard::Standard;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::OnceLock;

static TABLE: &str = include_str!("../../std/deprecated.txt");

/// By import path and name: the release and what stands for it.
type Table = BTreeMap<(&'static str, &'static str), (u32, &'static str)>;

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| {
        let entries = TABLE.lines().filter_map(|line| {
            let mut parts = line.split('\t');
            let (path, name, since) = (parts.next()?, parts.next()?, parts.next()?.parse().ok()?);
            Some(((path, name), (since, parts.next().unwrap_or_default())))
        });
        entries.collect()
    })
}

/// Whether the table speaks of the package with this path.
pub fn knows(path: &str) -> bool {
    Standard::embedded().and_then(|standard| standard.on("linux", "amd64")).is_some_and(|standard| standard.has(path))
}

/// What is said of a name of a package, or of a member of a type; the empty name is the package itself.
pub fn entry(path: &str, holder: Option<&str>, name: &str) -> Option<Deprecation> {
    let key = holder.map_or_else(|| name.to_owned(), |holder| format!("{holder}.{name}"));
    let (since, instead) = *table().get(&(path, &*key))?;
    let since_text = if since > 0 { format!("since Go 1.{since}") } else { String::new() };
    let text = match (since_text.is_empty(), instead) {
        (true, "") => "as its documentation says".to_owned(),
        (false, "") => since_text,
        (true, instead) => format!("use {instead}"),
        (false, instead) => format!("{since_text}, use {instead}"),
    };
    Some(Deprecation { text, since: (since > 0).then_some(since) })
}

/// Makes the table of a Go distribution.
///
/// # Errors
/// If its packages are not where they should be.
pub fn make(goroot: &Path) -> Result<String, String> {
    let standard = Standard::embedded().and_then(|standard| standard.on("linux", "amd64"));
    let standard = standard.ok_or("the standard library is not known")?;
    let releases = releases(&goroot.join("api"))?;
    let mut table = BTreeMap::new();
    for path in standard.paths().filter(|path| !path.contains("internal") && !path.starts_with("vendor/")) {
        let folder = goroot.join("src").join(path);
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let is_read = |name: &str| name.ends_with(".go") && !name.ends_with("_test.go");
        for file in files.iter().filter(|file| file.file_name().is_some_and(|name| is_read(&name.to_string_lossy()))) {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            add_file(path, &text, &releases, &mut table);
        }
    }
    let mut lines = String::new();
    for ((path, name), (since, instead)) in table {
        let _ = writeln!(lines, "{path}\t{name}\t{since}\t{instead}");
    }
    Ok(lines)
}

type Made = BTreeMap<(String, String), (u32, String)>;

fn add_file(path: &str, text: &str, releases: &BTreeMap<(String, String), u32>, table: &mut Made) {
    let lines: Vec<&str> = text.split('\n').collect();
    for Note { line, paragraph } in notes::in_lines(&lines) {
        for name in names_at(&lines, line) {
            let key = (path.to_owned(), name);
            let is_public = key.1.split('.').all(|part| part.is_empty() || part.starts_with(char::is_uppercase));
            if !is_public {
                continue;
            }
            let by_text = release_in(&paragraph);
            let since = by_text.or_else(|| releases.get(&key).copied()).unwrap_or(0);
            table.entry(key).or_insert((since, instead_in(path, &paragraph)));
        }
    }
}

/// The names that the declaration on a line declares: `F`, `T.M`; a group with all that is in it; the package as `""`.
fn names_at(lines: &[&str], line: usize) -> Vec<String> {
    let text = lines[line].trim_end();
    if text.starts_with("package ") {
        return vec![String::new()];
    }
    if let Some(rest) = text.strip_prefix("func (") {
        let Some((receiver, rest)) = rest.split_once(')') else { return Vec::new() };
        let of_type = receiver.rsplit(' ').next().unwrap_or_default().trim_start_matches('*');
        return vec![format!("{}.{}", word(of_type), word(rest.trim_start()))];
    }
    for keyword in ["func ", "type ", "const ", "var "] {
        match text.strip_prefix(keyword) {
            Some("(") => {
                let group = lines.iter().skip(line + 1).take_while(|line| !line.starts_with(')'));
                let one = |text: &str| text.strip_prefix('\t').map(word).filter(|name| !name.is_empty());
                return group.copied().filter_map(one).collect();
            }
            Some(rest) => return vec![word(rest)],
            None => {}
        }
    }
    let Some(member) = text.strip_prefix('\t').map(word).filter(|name| !name.is_empty()) else { return Vec::new() };
    // The type around it, if there is one.
    let above = lines[..line].iter().rev().find(|text| !text.is_empty() && !text.starts_with(['\t', ' ', '/']));
    match above.and_then(|text| text.strip_prefix("type ")).filter(|text| !text.starts_with('(')) {
        Some(of_type) => vec![format!("{}.{member}", word(of_type))],
        None => vec![member],
    }
}

/// The release that a paragraph names as the one since which something is so: `As of Go 1.16`.
fn release_in(paragraph: &str) -> Option<u32> {
    let (_, behind) = paragraph.split_once("Go 1.")?;
    behind.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// What a paragraph tells to use: the first name in brackets, or behind `Use` or `use`.
fn instead_in(path: &str, paragraph: &str) -> String {
    let is_name = |c: char| c.is_alphanumeric() || "_./".contains(c);
    let in_brackets = paragraph.split_once('[').and_then(|(_, rest)| Some(rest.split_once(']')?.0));
    let behind_use = || {
        let at = ["Use ", "use "].iter().find_map(|word| paragraph.find(word).map(|at| at + word.len()))?;
        paragraph[at..].split(' ').next()
    };
    let name = in_brackets
        .or_else(behind_use)
        .unwrap_or_default()
        .trim_start_matches('*')
        .trim_end_matches(['.', ',', ';', ':']);
    let name = name.strip_suffix("()").unwrap_or(name);
    let is_plausible = !name.is_empty() && name.chars().all(is_name) && name.contains(char::is_uppercase);
    let is_of_package = |name: &str| !name.contains('.') || name.starts_with(char::is_uppercase);
    match is_plausible {
        true if is_of_package(name) => format!("{}.{name}", path.rsplit('/').next().unwrap_or(path)),
        true => name.to_owned(),
        false => String::new(),
    }
}

/// The releases in which names were deprecated, where the files of the API say it: since Go 1.17 they do release by release.
fn releases(api: &Path) -> Result<BTreeMap<(String, String), u32>, String> {
    const FIRST: u32 = 17;
    let entries = std::fs::read_dir(api).map_err(|error| format!("{}: {error}", api.display()))?;
    let mut releases = BTreeMap::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let minor = name.strip_prefix("go1.").and_then(|rest| rest.strip_suffix(".txt")?.parse::<u32>().ok());
        let Some(minor) = minor.filter(|minor| *minor >= FIRST) else { continue };
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        for line in text.lines().filter(|line| line.contains("//deprecated")) {
            if let Some(key) = symbol_in(line) {
                let first = releases.entry(key).or_insert(minor);
                *first = minor.min(*first);
            }
        }
    }
    Ok(releases)
}

/// Import path and name of a line such as `pkg net/http, method (*Transport) CancelRequest //deprecated #1`.
fn symbol_in(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("pkg ")?.split(" //").next()?;
    let (package, rest) = rest.split_once(", ")?;
    let path = package.split(' ').next()?;
    let (kind, rest) = rest.split_once(' ')?;
    let name = match kind {
        "method" => {
            let (receiver, method) = rest.strip_prefix('(')?.split_once(") ")?;
            format!("{}.{}", word(receiver.trim_start_matches('*')), word(method))
        }
        "type" => match rest.rsplit_once(", ") {
            Some((of_type, member)) => format!("{}.{}", word(of_type), word(member)),
            None => word(rest),
        },
        _ => word(rest),
    };
    Some((path.to_owned(), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_what_everybody_knows() {
        let read = entry("io/ioutil", None, "ReadFile").unwrap();
        assert_eq!((read.since, read.text.as_str()), (Some(16), "since Go 1.16, use os.ReadFile"));
        assert_eq!(entry("strings", None, "Title").and_then(|entry| entry.since), Some(18));
        assert!(entry("net/http", Some("Transport"), "CancelRequest").is_some());
        assert!(entry("io/ioutil", None, "").is_some());
        assert_eq!(entry("strings", None, "ToTitle"), None);
        assert!(knows("strings") && !knows("example.com/strings"));
    }

    #[test]
    fn names_are_read_off_lines() {
        let lines: Vec<&str> =
            "func F(a int) {\nfunc (t *T[K]) M() {\n\ntype T struct {\n\tX int\n}\nconst (\n\tA = 1\n\tB\n)"
                .split('\n')
                .collect();
        assert_eq!(names_at(&lines, 0), ["F"]);
        assert_eq!(names_at(&lines, 1), ["T.M"]);
        assert_eq!(names_at(&lines, 4), ["T.X"]);
        assert_eq!(names_at(&lines, 6), ["A", "B"]);
        assert_eq!(names_at(&lines, 7), ["A"]);
    }
}
