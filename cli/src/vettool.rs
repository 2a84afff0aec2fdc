//! `go vet -vettool=$(which rulec)`: rulec as a tool that Go's build system runs, once for each package.
//!
//! In: the arguments with which `go vet` calls its tool. Out: what it expects: an identity, a list of flags, or, of the
//! package that a `.cfg` file describes, findings as JSON, fixed files, and a file that stands for what was found. Go
//! keeps all of these, and calls the tool again only when one of the files has changed, or the identity.
//!
//! The checking itself is that of `rulec check`, run for the package's files ([`unit`]). Types come from sources and from
//! what was kept of imported packages, by Go's cache ([`vetx`]) or by rulec's own; the export data of the compiler is not read.
//!
//! Source: Go 1.26, `cmd/go/internal/work` and `cmd/go/internal/vet`.

mod archive;
mod diagnostics;
mod identity;
mod unit;
pub mod vetx;

use crate::arguments::SelectArguments;
use crate::console::Console;
use crate::status::{Failure, Status};
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

/// A call by `go vet`.
#[derive(Debug, PartialEq, Eq)]
pub enum Call {
    /// `-V=full`: what results hang on besides the files.
    Identity {
        /// The name by which the tool was called.
        program: String,
    },
    /// `-flags`: which flags there are.
    Flags,
    /// `[FLAG…] FILE.cfg`: check a package.
    Package(Package),
}

/// A package to check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// The file that describes it.
    config: PathBuf,
    /// `-json`
    json: bool,
    /// `-fix`
    fix: bool,
    /// `-diff`
    diff: bool,
    /// `-select`, `-ignore`, as given.
    select: Vec<String>,
    ignore: Vec<String>,
}

/// A flag of the tool.
struct Flag {
    name: &'static str,
    is_bool: bool,
    usage: &'static str,
}

const FLAGS: &[Flag] = &[
    Flag { name: "json", is_bool: true, usage: "emit findings as JSON" },
    Flag { name: "fix", is_bool: true, usage: "apply safe fixes" },
    Flag { name: "diff", is_bool: true, usage: "with -fix, show the fixes as a diff" },
    Flag { name: "select", is_bool: false, usage: "run these rules instead of the recommended ones" },
    Flag { name: "ignore", is_bool: false, usage: "leave out these rules" },
];

/// Whether the arguments (the program first) are a call by `go vet` rather than by people.
pub fn call(arguments: &[OsString]) -> Option<Call> {
    let texts: Option<Vec<&str>> = arguments.iter().map(|argument| argument.to_str()).collect();
    let [program, flags @ .., last] = &texts?[..] else { return None };
    match (flags, *last) {
        ([], "-V=full") => Some(Call::Identity { program: (*program).to_owned() }),
        ([], "-flags") => Some(Call::Flags),
        (flags, config) if config.ends_with(".cfg") && flags.iter().all(|flag| flag.starts_with('-')) => {
            let mut package = Package { config: PathBuf::from(config), ..Package::default() };
            flags.iter().try_for_each(|flag| package.set(flag)).map(|()| Call::Package(package))
        }
        _ => None,
    }
}

impl Package {
    /// Which rules are on besides what the configuration says.
    fn selection(&self) -> SelectArguments {
        let all = |lists: &[String]| lists.iter().flat_map(|list| list.split(',')).map(str::to_owned).collect();
        SelectArguments { select: all(&self.select), ignore: all(&self.ignore) }
    }

    /// Takes `-name` or `-name=value`; nothing if there is no such flag.
    fn set(&mut self, flag: &str) -> Option<()> {
        let bare = flag.trim_start_matches('-');
        let (name, value) = bare.split_once('=').unwrap_or((bare, "true"));
        let known = FLAGS.iter().find(|flag| flag.name == name)?;
        match known.name {
            "json" => self.json = value == "true",
            "fix" => self.fix = value == "true",
            "diff" => self.diff = value == "true",
            "select" => self.select.push(value.to_owned()),
            _ => self.ignore.push(value.to_owned()),
        }
        Some(())
    }
}

/// Answers it.
///
/// # Errors
/// What ended it early.
pub fn run(call: &Call, console: &Console) -> Result<Status, Failure> {
    match call {
        Call::Identity { program } => {
            let identity = identity::of_this_run().map_err(Failure::Message)?;
            let mut out = console.out();
            writeln!(out, "{program} version devel rulec-{} buildID={identity}", env!("CARGO_PKG_VERSION"))?;
            out.flush()?;
            Ok(Status::Clean)
        }
        Call::Flags => {
            let flags: Vec<_> = FLAGS
                .iter()
                .map(|flag| serde_json::json!({ "Name": flag.name, "Bool": flag.is_bool, "Usage": flag.usage }))
                .collect();
            let mut out = console.out();
            writeln!(out, "{}", serde_json::Value::Array(flags))?;
            out.flush()?;
            Ok(Status::Clean)
        }
        Call::Package(package) => unit::check(package, console),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(arguments: &[&str]) -> Option<Call> {
        call(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn calls_of_go_are_told_from_those_of_people() {
        let program = "/bin/rulec".to_owned();
        assert_eq!(called(&["/bin/rulec", "-V=full"]), Some(Call::Identity { program }));
        assert_eq!(called(&["rulec", "-flags"]), Some(Call::Flags));
        let package = Package { config: "b/vet.cfg".into(), json: true, ..Package::default() };
        assert_eq!(called(&["rulec", "-json", "b/vet.cfg"]), Some(Call::Package(package)));
        let select = vec!["http,nil".to_owned()];
        let package = Package { config: "vet.cfg".into(), fix: true, select, ..Package::default() };
        assert_eq!(
            called(&["rulec", "-fix", "-json=false", "-select=http,nil", "vet.cfg"]),
            Some(Call::Package(package))
        );
        for people in [&["rulec"][..], &["rulec", "check"], &["rulec", "check", "a.cfg"], &["rulec", "-x", "vet.cfg"]] {
            assert_eq!(called(people), None, "{people:?}");
        }
    }
}
