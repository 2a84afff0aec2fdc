//! Our call edges, in the form of gocalls.

use crate::theirs::{Site, without_vendor};
use rulec_calls::{CallHow, CallSite, FunctionKey, Functions, Known, NoFacts, Options, PackageFacts, Via};
use rulec_program::Config;
use rulec_world::Packages;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What a call expression may call, as we say.
pub(crate) struct Called {
    /// `call`, `go` or `defer`.
    pub(crate) kind: &'static str,
    pub(crate) via: Via,
    pub(crate) callees: BTreeSet<String>,
    /// Whether we say that these are all.
    pub(crate) complete: bool,
    /// Whether the method of an interface has one that is declared.
    pub(crate) interface_is_declared: bool,
}

/// The calls in these files, tests left out.
pub(crate) fn calls(files: Vec<PathBuf>) -> BTreeMap<Site, Called> {
    let config = Config { cgo: Some(false), ..Config::of_this_machine() };
    let packages = Packages::of_disk(config, files, 0);
    let functions = Functions::new(&packages, Options { models: &[], facts: &NoFacts, tests: false, held_bytes: 0 });
    let known = functions.known();
    let mut calls = BTreeMap::new();
    for (_, package) in known.packages() {
        // Those with a callback say what the function called calls in turn.
        for site in package.calls.iter().filter(|site| site.via != Via::Callback) {
            calls.insert(place(known, site), called(known, package, site));
        }
    }
    calls
}

fn place(known: &Known<'_>, site: &CallSite) -> Site {
    let path = known.store().str(site.place.file).to_owned();
    Site { path, start: site.place.span.start, end: site.place.span.end }
}

fn called(known: &Known<'_>, package: &PackageFacts, site: &CallSite) -> Called {
    let targets = known.targets_of(site);
    Called {
        kind: match site.how {
            CallHow::Call => "call",
            CallHow::Go => "go",
            CallHow::Defer => "defer",
        },
        via: site.via,
        callees: targets.functions.iter().map(|key| name(known, package, key)).collect(),
        complete: targets.complete,
        interface_is_declared: site.interface.is_some(),
    }
}

fn name(known: &Known<'_>, package: &PackageFacts, key: &FunctionKey) -> String {
    match key {
        FunctionKey::Declared { .. } => without_vendor(&key.text(known.store())),
        FunctionKey::At { file, .. } => {
            let facts = package.function(key).or_else(|| known.facts_of(key));
            let start = facts.map_or_else(|| "?".to_owned(), |facts| facts.place.span.start.to_string());
            format!("{}:{start}", known.store().str(*file))
        }
    }
}
