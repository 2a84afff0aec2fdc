//! `rulec inspect calls` and `facts`: which functions call which, and what is known of each function, a line for each.
//!
//! In: what is [known](Known) of the functions of a run. Out: lines of text for people, or JSON objects in the form that
//! docs/command-line.md describes. Nothing is computed here.

use crate::known::Known;
use crate::package::{CallHow, CallSite, PackageFacts, Via};
use rulec_flow::Summary;
use rulec_flow::summary::{Nilness, Often, ParamSummary, ResultSummary};
use rulec_gofront::File;
use rulec_gofront::inspect::Format;
use rulec_types::Name;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::path::Path;

/// The call edges of a file, sorted by place: one for each target. A place of which not all targets are known has one more,
/// without a target.
///
/// As JSON: `{"path","line","column","caller","callee","how","via"}`.
pub fn calls(known: &Known<'_>, path: &Path, file: &File, display: &str, format: Format) -> String {
    let mut out = String::new();
    let Some(package) = known.package_of_file(path) else { return out };
    let name = known.store().name(&path.to_string_lossy());
    for site in package.calls.iter().filter(|site| site.place.file == name) {
        let targets = known.targets_of(site);
        let mut names: Vec<Option<String>> =
            targets.functions.iter().map(|target| Some(text_of(known, target))).collect();
        names.sort_unstable();
        if !targets.complete {
            names.push(None);
        }
        for target in names {
            write_edge(known, package, site, target, file, display, format, &mut out);
        }
    }
    out
}

#[expect(clippy::too_many_arguments, reason = "one edge and where it goes")]
fn write_edge(
    known: &Known<'_>,
    package: &PackageFacts,
    site: &CallSite,
    target: Option<String>,
    file: &File,
    display: &str,
    format: Format,
    out: &mut String,
) {
    let (line, column) = file.lines.position(site.place.span.start);
    let caller = package.functions.get(site.caller as usize).map(|caller| text_of(known, &caller.key));
    let caller = caller.unwrap_or_default();
    let (how, via) = (how_text(site.how), via_text(site.via));
    // Writing to a string cannot fail.
    let _ = match format {
        Format::Text => {
            let target = target.as_deref().unwrap_or("(not known)");
            writeln!(out, "{display}:{line}:{column} {caller} -> {target}  {how} {via}")
        }
        Format::Jsonl => {
            let edge = json!({
                "path": display, "line": line, "column": column,
                "caller": caller, "callee": target, "how": how, "via": via,
            });
            writeln!(out, "{edge}")
        }
    };
}

/// A function as it is written: a literal by the place where it stands.
fn text_of(known: &Known<'_>, key: &crate::FunctionKey) -> String {
    key.text(known.store())
}

fn how_text(how: CallHow) -> &'static str {
    match how {
        CallHow::Call => "call",
        CallHow::Go => "go",
        CallHow::Defer => "defer",
    }
}

fn via_text(via: Via) -> &'static str {
    match via {
        Via::Static => "static",
        Via::Interface => "interface",
        Via::Value => "value",
        Via::Callback => "callback",
    }
}

/// What is known of the functions of a file, in source order.
///
/// As JSON: `{"path","line","column","function"}` and what holds of it: `never_returns`, `may_block`, `pure`, `complete`,
/// `open`, `params`, `results`, and `facts` with the names of the facts of rules that hold.
pub fn facts(known: &Known<'_>, path: &Path, file: &File, display: &str, format: Format) -> String {
    let mut out = String::new();
    let Some(package) = known.package_of_file(path) else { return out };
    let name: Name = known.store().name(&path.to_string_lossy());
    for function in package.functions.iter().filter(|function| function.place.file == name) {
        let (line, column) = file.lines.position(function.place.span.start);
        let own = text_of(known, &function.key);
        let mut properties = summary_json(&function.summary);
        if function.open {
            properties.insert("open".to_owned(), true.into());
        }
        let entity = crate::Entity::Func(function.key);
        let holding: Vec<&String> =
            package.facts.iter().filter(|(_, table)| table.of(&entity).is_yes()).map(|(name, _)| name).collect();
        if !holding.is_empty() {
            properties.insert("facts".to_owned(), json!(holding));
        }
        let _ = match format {
            Format::Text => {
                let said: Vec<String> = properties.iter().map(|(name, value)| said_of(name, value)).collect();
                writeln!(out, "{display}:{line}:{column} {own}  {}", said.join(", "))
            }
            Format::Jsonl => {
                let mut row = json!({ "path": display, "line": line, "column": column, "function": own });
                if let Some(row) = row.as_object_mut() {
                    row.extend(properties);
                }
                writeln!(out, "{row}")
            }
        };
    }
    out
}

/// `name` for what is true, `name value` for all else.
fn said_of(name: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => name.replace('_', " "),
        _ => format!("{} {value}", name.replace('_', " ")),
    }
}

fn summary_json(summary: &Summary) -> Map<String, Value> {
    let mut said = Map::new();
    let flags = [
        ("never_returns", summary.never_returns),
        ("may_block", summary.may_block),
        ("pure", summary.pure),
        ("complete", summary.complete),
    ];
    add_flags(&mut said, &flags);
    let params: Vec<Value> = summary.params.iter().map(param_json).collect();
    let results: Vec<Value> = summary.results.iter().map(result_json).collect();
    for (name, list) in [("params", params), ("results", results)] {
        let says_something = list.iter().any(|value| value.as_object().is_some_and(|value| !value.is_empty()));
        if says_something {
            said.insert(name.to_owned(), list.into());
        }
    }
    said
}

fn add_flags(said: &mut Map<String, Value>, flags: &[(&str, bool)]) {
    for (name, _) in flags.iter().filter(|(_, truth)| *truth) {
        said.insert((*name).to_owned(), true.into());
    }
}

fn param_json(param: &ParamSummary) -> Value {
    let mut said = Map::new();
    let flags = [
        ("kept", param.kept),
        ("spawned", param.spawned),
        ("holds_after", param.holds_after),
        ("nil_after", param.nil_after),
    ];
    add_flags(&mut said, &flags);
    let events = [
        ("called", param.called),
        ("dereferenced", param.dereferenced),
        ("closed", param.closed),
        ("sent", param.sent),
        ("received", param.received),
    ];
    let methods = param.methods.iter().map(|(name, often)| (name.as_str(), *often));
    for (name, often) in events.into_iter().chain(methods) {
        if let Some(text) = often_text(often) {
            said.insert(name.to_owned(), text.into());
        }
    }
    if param.filled_from != 0 {
        said.insert("filled_from".to_owned(), numbers(param.filled_from));
    }
    said.into()
}

fn often_text(often: Often) -> Option<&'static str> {
    match often {
        Often::Never => None,
        Often::Sometimes => Some("sometimes"),
        Often::Always => Some("always"),
    }
}

fn result_json(result: &ResultSummary) -> Value {
    let mut said = Map::new();
    let all = [("nil", result.nil), ("nil_without_error", result.nil_without_error), ("nil_if_ok", result.nil_if_ok)];
    for (name, nil) in all {
        let text = match nil {
            Nilness::Unknown => continue,
            Nilness::Never => "never",
            Nilness::Sometimes => "sometimes",
            Nilness::Always => "always",
        };
        said.insert(name.to_owned(), text.into());
    }
    for (name, set) in [("copies", result.copies), ("derives", result.derives)] {
        if set != 0 {
            said.insert(name.to_owned(), numbers(set));
        }
    }
    said.into()
}

/// The members of a set of parameters.
fn numbers(set: u64) -> Value {
    (0..64).filter(|number| set >> number & 1 == 1).collect::<Vec<u32>>().into()
}
