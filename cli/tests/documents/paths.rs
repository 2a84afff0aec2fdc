//! Every path that a document names exists.

use crate::markdown::{code, links, split};
use crate::{pages, report, root};
use std::path::Path;

/// Folders and files of users, which documents name as well.
const OF_USERS: &[&str] = &["rules/", "vendor/", "testdata/", "internal/", "src/"];

/// Files that a page tells its readers to write.
const TO_BE_WRITTEN: &[&str] = &["report/src/paths.rs"];

/// Files of these kinds are always ours.
const OURS: &[&str] = &["rs", "md", "pest", "csv"];

#[test]
fn every_path_exists() {
    let mut complaints = Vec::new();
    for page in pages() {
        let folder = root().join(&page.name).parent().map(Path::to_owned).unwrap_or_default();
        // What is indented by four is code, too.
        for (number, line) in split(&page.text).1.into_iter().filter(|(_, line)| !line.starts_with("    ")) {
            let prose = line.split('`').step_by(2).collect::<Vec<_>>().join("``");
            let linked = links(&prose).filter(|target| !target.contains("://") && !target.starts_with(['#', '<']));
            let linked = linked.map(|target| (target, folder.join(target.split('#').next().unwrap_or(target))));
            let named = code(line).filter(|name| is_path(name)).map(|name| (name, root().join(name)));
            for (name, path) in linked.chain(named) {
                if !path.exists() {
                    complaints.push(format!("{}:{number}: `{name}` does not exist", page.name));
                }
            }
        }
    }
    report(&complaints);
}

/// Whether inline code names a path of this repository. Paths of users, globs, import paths and placeholders do not.
fn is_path(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if !name.contains('/') || !name.chars().all(plain) || name.starts_with(['/', '.']) || name.ends_with("...") {
        return name == ".ci/run";
    }
    if OF_USERS.iter().any(|folder| name.starts_with(folder)) || TO_BE_WRITTEN.contains(&name) {
        return false;
    }
    let top = name.split('/').next().unwrap_or_default();
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    name.ends_with('/') || OURS.contains(&extension) || root().join(top).join("Cargo.toml").exists() || top == "docs"
}
