//! What a plan holds besides steps: constants, models, declarations, and what rules say of themselves.
//!
//! In: any plan. Out: nothing, or what is wrong. Engines and runtime index captures, options and symbols without looking,
//! go through constants and patterns of types by recursion, and write ids into reports: this is what lets them.

use super::{Check, MAX_TABLE, Sizes, at_most, in_table};
use crate::ir::{Constant, Plan, RulePlan};
use crate::manifest::{Capture, CaptureForm, CaptureId, EditAction, FixMeta, MessagePiece, ReportMeta, RuleMeta};
use crate::manifest::{EditMeta, TemplateMeta, TemplatePiece};

/// The most elements of a list or entries of a table: lists are compared each with each.
const MAX_ELEMENTS: usize = 1 << 14;
/// How deep lists stand in lists.
const MAX_LISTS: usize = 2;
/// The longest regular expression, in bytes.
const MAX_REGEX_BYTES: usize = 1 << 14;
/// The longest id, in bytes.
const MAX_ID_BYTES: usize = 256;
/// The most captures, reports and edits of a rule, each.
const MAX_PARTS: usize = 1024;
/// The most pieces of a message or template.
const MAX_PIECES: usize = 4096;
/// The most texts that a rule needs, all lists together. Each is looked for in every file.
const MAX_NEEDS: usize = 1 << 14;
/// The longest needed text, in bytes.
const MAX_NEED_BYTES: usize = 1 << 12;

/// Checks the tables of a plan but for its rules.
pub(super) fn check_tables(plan: &Plan) -> Check {
    let tables = [
        ("atoms", plan.atoms.len()),
        ("symbols", plan.symbols.len()),
        ("constants", plan.constants.len()),
        ("rules", plan.rules.len()),
        ("models", plan.models.len()),
        ("declarations", plan.declarations.len()),
    ];
    tables.iter().try_for_each(|(what, count)| at_most(MAX_TABLE, *count, what))?;
    for (number, constant) in plan.constants.iter().enumerate() {
        check_of_table(plan, constant).map_err(|reason| format!("constant {number}: {reason}"))?;
    }
    match plan.symbols.iter().position(|(_, name)| name.is_empty()) {
        Some(number) => Err(format!("symbol {number} has no name")),
        None => Ok(()),
    }
}

/// Checks an entry of [`Plan::constants`].
fn check_of_table(plan: &Plan, constant: &Constant) -> Check {
    let Constant::Option { rule, option } = constant else { return check_value(Sizes::of(plan), constant, 0) };
    let meta = &plan.rules.get(rule.0 as usize).ok_or_else(|| format!("an option of rule {}", rule.0))?.meta;
    in_table(*option, meta.options.len(), "option")
}

/// Checks a constant that stands for itself.
fn check_value(sizes: Sizes, constant: &Constant, depth: usize) -> Check {
    match constant {
        Constant::List(items) if depth < MAX_LISTS => {
            at_most(MAX_ELEMENTS, items.len(), "elements")?;
            items.iter().try_for_each(|item| check_value(sizes, item, depth + 1))
        }
        Constant::List(_) => Err("a list of lists of lists".into()),
        Constant::Table(entries) => {
            at_most(MAX_ELEMENTS, entries.len(), "entries")?;
            match entries.iter().all(|(_, value)| is_scalar(value)) {
                true => Ok(()),
                false => Err("a table of something else than scalars".into()),
            }
        }
        Constant::Symbols(symbols) => {
            at_most(MAX_TABLE, symbols.len(), "symbols in a set")?;
            symbols.iter().try_for_each(|symbol| in_table(symbol.0, sizes.symbols, "symbol"))
        }
        Constant::Option { .. } => Err("an option within a value".into()),
        Constant::Regex(regex) => at_most(MAX_REGEX_BYTES, regex.len(), "bytes of a regular expression"),
        Constant::Type(pattern) => pattern.check(),
        Constant::Int(_) | Constant::Float(_) | Constant::Str(_) | Constant::Bool(_) | Constant::Duration(_) => Ok(()),
    }
}

fn is_scalar(constant: &Constant) -> bool {
    matches!(constant, Constant::Int(_) | Constant::Str(_) | Constant::Bool(_) | Constant::Duration(_))
}

/// Checks what a rule says of itself.
pub(super) fn check_meta(sizes: Sizes, meta: &RuleMeta) -> Check {
    check_id(&meta.id)?;
    at_most(MAX_PARTS, meta.options.len(), "options")?;
    at_most(MAX_PARTS, meta.captures.len(), "captures")?;
    at_most(MAX_PARTS, meta.reports.len(), "reports")?;
    for (number, option) in meta.options.iter().enumerate() {
        check_value(sizes, &option.default, 0).map_err(|reason| format!("default of option {number}: {reason}"))?;
    }
    let captures = Captures(&meta.captures);
    captures.get(CaptureId::MATCH).map_err(|_| "it captures nothing")?;
    match (&meta.fact, meta.captures.first()) {
        (None, _) if meta.reports.is_empty() => return Err("nothing to report".into()),
        (Some(_), Some(Capture { form: CaptureForm::Run | CaptureForm::Value, .. })) => {
            return Err("a fact holds for a node".into());
        }
        _ => {}
    }
    for (number, report) in meta.reports.iter().enumerate() {
        captures.check_report(report).map_err(|reason| format!("report {number}: {reason}"))?;
    }
    meta.fix.as_ref().map_or(Ok(()), |fix| captures.check_fix(fix))
}

/// Ids are shown, compared with configurations and used as names of facts, among which those with a space are the
/// engine's own.
fn check_id(id: &str) -> Check {
    let is_segment = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    at_most(MAX_ID_BYTES, id.len(), "bytes of an id")?;
    match id.split('.').all(is_segment) {
        true => Ok(()),
        false => Err("its id is not made of names with dots between them".into()),
    }
}

/// Checks the texts that a rule needs.
pub(super) fn check_texts(rule: &RulePlan) -> Check {
    if rule.needs.iter().any(Vec::is_empty) {
        return Err("an empty alternative of needed texts".into());
    }
    at_most(MAX_NEEDS, rule.needs.iter().map(Vec::len).sum(), "needed texts")?;
    let longest = rule.needs.iter().flatten().map(String::len).max().unwrap_or(0);
    at_most(MAX_NEED_BYTES, longest, "bytes of a needed text")
}

struct Captures<'a>(&'a [Capture]);

impl Captures<'_> {
    fn get(&self, id: CaptureId) -> Check<&Capture> {
        self.0.get(id.0 as usize).ok_or_else(|| format!("capture {} of {}", id.0, self.0.len()))
    }

    fn place(&self, id: CaptureId) -> Check {
        match self.get(id)?.form {
            CaptureForm::Value => Err("a value is used as a place".to_owned()),
            CaptureForm::Node | CaptureForm::Run => Ok(()),
        }
    }

    fn check_report(&self, report: &ReportMeta) -> Check {
        self.place(report.at)?;
        if let Some(trace) = report.trace
            && self.get(trace)?.form != CaptureForm::Value
        {
            return Err("a place is used as a trace".into());
        }
        at_most(MAX_PIECES, report.message.len(), "pieces of a message")?;
        report.message.iter().try_for_each(|piece| match piece {
            MessagePiece::Capture(id) => self.get(*id).map(drop),
            MessagePiece::Text(_) => Ok(()),
        })
    }

    fn check_fix(&self, fix: &FixMeta) -> Check {
        at_most(MAX_PARTS, fix.edits.len(), "edits")?;
        let check = |(number, edit)| self.check_edit(edit).map_err(|reason| format!("edit {number}: {reason}"));
        fix.edits.iter().enumerate().try_for_each(check)
    }

    fn check_edit(&self, edit: &EditMeta) -> Check {
        self.place(edit.target)?;
        match (&edit.template, edit.action) {
            (Some(template), _) => self.check_template(template),
            (None, EditAction::Delete) => Ok(()),
            (None, EditAction::Replace | EditAction::InsertBefore | EditAction::InsertAfter) => {
                Err("there is no new code".into())
            }
        }
    }

    fn check_template(&self, template: &TemplateMeta) -> Check {
        at_most(MAX_PIECES, template.pieces.len(), "pieces of a template")?;
        template.pieces.iter().try_for_each(|piece| match piece {
            TemplatePiece::Capture { capture, .. } => self.get(*capture).map(drop),
            TemplatePiece::Text(_) | TemplatePiece::Package { .. } => Ok(()),
        })
    }
}
