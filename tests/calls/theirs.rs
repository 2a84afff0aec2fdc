//! What gocalls writes: see the documentation of its package.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The calls that gocalls found, and the files they were looked for in.
#[derive(Default)]
pub(crate) struct Theirs {
    pub(crate) files: Vec<PathBuf>,
    /// The import paths of all packages of the program.
    pub(crate) packages: BTreeSet<String>,
    /// What each call expression may call.
    pub(crate) sites: BTreeMap<Site, Vec<Edge>>,
}

/// A call expression: file, first byte and the byte after the last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    pub(crate) path: String,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One function that may be called.
pub(crate) struct Edge {
    /// `call`, `go` or `defer`.
    pub(crate) kind: String,
    pub(crate) how: How,
    /// `import/path.Type.Method`, or `path:offset` of a literal.
    pub(crate) callee: String,
    pub(crate) graphs: String,
    /// What is special about it, separated by commas.
    pub(crate) notes: String,
}

/// How gocalls sees what is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    Static,
    Method,
    Interface,
    Value,
}

impl How {
    pub(crate) const ALL: [How; 4] = [How::Static, How::Method, How::Interface, How::Value];

    pub(crate) fn name(self) -> &'static str {
        match self {
            How::Static => "static",
            How::Method => "method",
            How::Interface => "interface",
            How::Value => "function value",
        }
    }
}

impl Edge {
    pub(crate) fn is_in(&self, graph: &str) -> bool {
        self.graphs.split(',').any(|name| name == graph)
    }

    pub(crate) fn has(&self, note: &str) -> bool {
        self.notes.split(',').any(|name| name == note)
    }
}

impl Theirs {
    /// Reads what gocalls wrote.
    ///
    /// # Errors
    /// If a line is none of it: the line.
    pub(crate) fn read(written: &str) -> Result<Theirs, String> {
        let mut theirs = Theirs::default();
        for line in written.lines() {
            theirs.line(line).ok_or_else(|| format!("not a line of gocalls: {line}"))?;
        }
        Ok(theirs)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            ["F", path] => self.files.push(PathBuf::from(path)),
            ["P", path] => {
                self.packages.insert(without_vendor(path));
            }
            ["E", path, start, end, kind, how, callee, graphs, notes] => {
                let site = Site { path: path.to_owned(), start: start.parse().ok()?, end: end.parse().ok()? };
                let how = match how {
                    "static" => How::Static,
                    "method" => How::Method,
                    "interface" => How::Interface,
                    "value" => How::Value,
                    _ => return None,
                };
                self.sites.entry(site).or_default().push(Edge {
                    kind: kind.to_owned(),
                    how,
                    callee: without_vendor(callee),
                    graphs: graphs.to_owned(),
                    notes: notes.to_owned(),
                });
            }
            _ => return None,
        }
        Some(())
    }
}

/// The distribution's copies of modules have paths that begin with `vendor/`, or `cmd/vendor/`.
pub(crate) fn without_vendor(callee: &str) -> String {
    let path = callee.strip_prefix("cmd/").unwrap_or(callee);
    path.strip_prefix("vendor/").unwrap_or(callee).to_owned()
}
