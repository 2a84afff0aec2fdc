//! What became of one rule.

use super::{Change, Kind, RuleView, of, without_pack};
use crate::migration::{Migration, What};
use rulec_config::level_word;
use rulec_plan::ir::Constant;
use rulec_plan::manifest::{Applicability, EditMeta, MessagePiece, OptionMeta, OptionType, RuleMeta, TemplatePiece};
use rulec_tree::duration;

/// Whether two rules of different ids are the same rule: all but the name and the documentation is the same text, or they have
/// the same examples.
pub(super) fn same(old: &RuleView<'_>, new: &RuleView<'_>) -> bool {
    let body = |rule: &RuleView<'_>| body(rule.meta).to_owned();
    body(old) == body(new) || !old.examples.is_empty() && old.examples == new.examples
}

/// The text behind the name.
fn body(meta: &RuleMeta) -> &str {
    let code = meta.source.lines().find(|line| !line.trim_start().starts_with("//")).unwrap_or_default();
    let from = meta.source.find(code).unwrap_or_default();
    let rest = meta.source.get(from..).unwrap_or_default();
    let name = rest.find(meta.name()).map_or(0, |at| at + meta.name().len());
    rest.get(name..).unwrap_or_default()
}

/// Everything that differs between two versions of one rule, but for what it finds.
pub(super) fn compare(old: &RuleMeta, new: &RuleMeta, migrations: &[&Migration], changes: &mut Vec<Change>) {
    let name = without_pack(&new.id);
    let mut add = |kind: Kind, before: String, after: String| {
        changes.push(Change { old: Some(before), new: Some(after), ..of(name, kind) });
    };
    if old.severity != new.severity {
        let kind = if new.severity > old.severity { Kind::SeverityRaised } else { Kind::SeverityLowered };
        add(kind, old.severity.text().to_owned(), new.severity.text().to_owned());
    }
    if old.level != new.level {
        let kind = if new.level < old.level { Kind::SwitchedOn } else { Kind::SwitchedOff };
        add(kind, level_word(old.level).to_owned(), level_word(new.level).to_owned());
    }
    let texts = [old, new].map(message);
    if texts[0] != texts[1] {
        let [before, after] = texts;
        add(Kind::Message, before, after);
    }
    if old.tags != new.tags {
        add(Kind::Tags, format!("[{}]", old.tags.join(", ")), format!("[{}]", new.tags.join(", ")));
    }
    if files(old) != files(new) {
        add(Kind::Files, files(old), files(new));
    }
    if old.doc != new.doc {
        changes.push(of(name, Kind::Documentation));
    }
    compare_fixes(old, new, changes);
    compare_options(old, new, migrations, changes);
}

fn compare_fixes(old: &RuleMeta, new: &RuleMeta, changes: &mut Vec<Change>) {
    let name = without_pack(&new.id);
    match (&old.fix, &new.fix) {
        (None, Some(_)) => changes.push(of(name, Kind::FixAdded)),
        (Some(_), None) => changes.push(of(name, Kind::FixRemoved)),
        (Some(before), Some(after)) if before.applicability != after.applicability => {
            let [old, new] = [before, after].map(|fix| Some(trust(fix.applicability).to_owned()));
            changes.push(Change { old, new, ..of(name, Kind::FixTrust) });
        }
        (Some(before), Some(after)) => {
            let written = |meta: &RuleMeta, edits: &[EditMeta]| {
                edits.iter().map(|edit| edit_text(meta, edit)).collect::<Vec<_>>()
            };
            if written(old, &before.edits) != written(new, &after.edits) {
                changes.push(of(name, Kind::FixChanged));
            }
        }
        (None, None) => {}
    }
}

fn compare_options(old: &RuleMeta, new: &RuleMeta, migrations: &[&Migration], changes: &mut Vec<Change>) {
    let rule = without_pack(&new.id);
    let find = |meta: &'_ RuleMeta, name: &str| meta.options.iter().position(|option| option.name == name);
    let mut followed = Vec::new();
    for before in &old.options {
        let (now, told) = option_now(&before.name, rule, migrations);
        let about = |kind, option: &str| Change { option: Some(option.to_owned()), migrated: told, ..of(rule, kind) };
        let Some(after) = now.as_deref().and_then(|name| find(new, name)).and_then(|at| new.options.get(at)) else {
            changes.push(about(Kind::OptionRemoved, &before.name));
            continue;
        };
        followed.push(after.name.as_str());
        if before.name != after.name {
            changes.push(Change { old: Some(before.name.clone()), ..about(Kind::OptionRenamed, &after.name) });
        }
        if before.ty != after.ty {
            let (old, new) = (Some(type_word(before.ty).to_owned()), Some(type_word(after.ty).to_owned()));
            changes.push(Change { old, new, ..about(Kind::OptionType, &after.name) });
        } else if before.default != after.default {
            let [old, new] = [before, after].map(|option: &OptionMeta| Some(value(&option.default)));
            changes.push(Change { old, new, migrated: false, ..about(Kind::OptionDefault, &after.name) });
        }
    }
    for after in new.options.iter().filter(|option| !followed.contains(&option.name.as_str())) {
        changes.push(Change { option: Some(after.name.clone()), ..of(rule, Kind::OptionAdded) });
    }
}

/// The name that an option has now, if it is not gone, and whether migrations tell of it.
fn option_now(name: &str, rule: &str, migrations: &[&Migration]) -> (Option<String>, bool) {
    let (mut now, mut told) = (name.to_owned(), false);
    for migration in migrations {
        match &migration.what {
            What::Option { rule: of, from, to, .. } if of == rule && *from == now => (now, told) = (to.clone(), true),
            What::OptionRemoved { rule: of, option } if of == rule && *option == now => return (None, true),
            _ => {}
        }
    }
    (Some(now), told)
}

/// The message as it is written in the rule.
fn message(meta: &RuleMeta) -> String {
    let pieces = meta.reports.first().map_or(&[][..], |report| &report.message);
    let text = |piece: &MessagePiece| match piece {
        MessagePiece::Text(text) => text.clone(),
        MessagePiece::Capture(capture) => format!("{{{}}}", capture_name(meta, capture.0)),
    };
    pieces.iter().map(text).collect()
}

/// An edit, with captures by their names: their numbers change with every condition that is added.
fn edit_text(meta: &RuleMeta, edit: &EditMeta) -> String {
    let pieces = edit.template.iter().flat_map(|template| &template.pieces);
    let text = |piece: &TemplatePiece| match piece {
        TemplatePiece::Text(text) => text.clone(),
        TemplatePiece::Capture { capture, .. } => format!("{{{}}}", capture_name(meta, capture.0)),
        TemplatePiece::Package { path, .. } => format!("{{{path}}}"),
    };
    format!("{:?} {}: {}", edit.action, capture_name(meta, edit.target.0), pieces.map(text).collect::<String>())
}

fn capture_name(meta: &RuleMeta, index: u32) -> String {
    meta.captures.get(index as usize).map_or_else(String::new, |capture| capture.name.clone())
}

fn files(meta: &RuleMeta) -> String {
    let tests = match (meta.skip_tests, meta.only_tests) {
        (_, true) => "tests only",
        (true, false) => "files that are no tests",
        (false, false) => "all files",
    };
    let generated = if meta.skip_generated { ", generated ones left out" } else { "" };
    format!("{tests}{generated}")
}

/// A value as rules and configurations write it.
fn value(constant: &Constant) -> String {
    match constant {
        Constant::Int(number) => number.to_string(),
        Constant::Float(text) | Constant::Regex(text) => text.clone(),
        Constant::Str(text) => format!("{text:?}"),
        Constant::Bool(truth) => truth.to_string(),
        Constant::Duration(nanoseconds) => duration::text((*nanoseconds).into()),
        Constant::List(items) => format!("[{}]", items.iter().map(scalar).collect::<Vec<_>>().join(", ")),
        Constant::Table(entries) => {
            let entry = |(key, item): &(String, Constant)| format!("{key:?}: {}", scalar(item));
            format!("[{}]", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        // No option has such a default.
        Constant::Symbols(_) | Constant::Type(_) | Constant::Option { .. } => String::new(),
    }
}

/// The elements of lists and tables are neither.
fn scalar(constant: &Constant) -> String {
    match constant {
        Constant::List(_) | Constant::Table(_) => String::new(),
        other => value(other),
    }
}

fn trust(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "safe",
        Applicability::Suggest => "a suggestion",
        Applicability::Unsafe => "unsafe",
    }
}

fn type_word(ty: OptionType) -> &'static str {
    match ty {
        OptionType::Int => "an integer",
        OptionType::String => "a string",
        OptionType::Bool => "a truth value",
        OptionType::Duration => "a duration",
        OptionType::Strings => "a list of strings",
        OptionType::Ints => "a list of integers",
        OptionType::StringTable => "a table of strings",
        OptionType::IntTable => "a table of integers",
    }
}
