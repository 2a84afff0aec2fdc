//! Messages and fixes: what a match hands out and the templates that are filled with it.

use crate::ask;
use crate::build::{Bound, Builder};
use crate::names;
use crate::operand;
use rulec_grammar::ast::{
    Applicability, EditAction, Fix, FixEdit, Form as Shape, Message, OpForm, Pattern, PatternId, Piece, Report,
    Spanned, Template, Trace, Value,
};
use rulec_plan::ir::Arg;
use rulec_plan::manifest::{
    self, Capture, CaptureForm, CaptureId, EditMeta, FixMeta, MessagePiece, ReportMeta, TemplateMeta, TemplatePiece,
};
use rulec_tree::{Category, Kind, Op, Span};
use std::collections::BTreeMap;

/// Binding strength of what never needs parentheses.
const TIGHT: u8 = 7;
/// Binding strength of unary operators.
const UNARY: u8 = 6;

/// What a match hands out, as it is asked for.
pub(crate) struct Captures {
    captures: Vec<Capture>,
    args: Vec<Arg>,
}

impl Captures {
    /// The match as a whole.
    pub fn new(whole: Arg) -> Captures {
        let form = form_of(&whole);
        Captures { captures: vec![Capture { name: String::new(), form }], args: vec![whole] }
    }

    fn add(&mut self, name: String, arg: Arg) -> CaptureId {
        if let Some(index) = self.args.iter().position(|other| *other == arg) {
            return CaptureId(index as u32);
        }
        self.captures.push(Capture { name, form: form_of(&arg) });
        self.args.push(arg);
        CaptureId(self.args.len() as u32 - 1)
    }

    /// The captures and what they are made from.
    pub fn into_parts(self) -> (Vec<Capture>, Vec<Arg>) {
        (self.captures, self.args)
    }
}

fn form_of(arg: &Arg) -> CaptureForm {
    match arg {
        Arg::Node(_) => CaptureForm::Node,
        Arg::Run(..) => CaptureForm::Run,
        Arg::Value(_) | Arg::Const(_) | Arg::Call(..) => CaptureForm::Value,
    }
}

/// The finding and its related places.
pub(crate) fn reports(builder: &mut Builder<'_>, reports: &[Report], captures: &mut Captures) -> Vec<ReportMeta> {
    let lowered = reports.iter().filter_map(|one| builder.standing(one.span, |builder| report(builder, one, captures)));
    lowered.collect()
}

fn report(builder: &mut Builder<'_>, report: &Report, captures: &mut Captures) -> Option<ReportMeta> {
    let at = match &report.at {
        Some(value) => place(builder, value, captures),
        None => Some(CaptureId::MATCH),
    };
    let message = message(builder, &report.message, captures);
    let trace = match &report.trace {
        Some(trace) => Some(traced(builder, trace, captures)?),
        None => None,
    };
    Some(ReportMeta { at: at?, message: message?, trace })
}

/// The way that a condition found.
fn traced(builder: &mut Builder<'_>, trace: &Spanned<Trace>, captures: &mut Captures) -> Option<CaptureId> {
    let (found, word, conditions) = match trace.value {
        Trace::Path => (builder.traces.path, "path", "a condition `some path …`, or `unless every path …`,"),
        Trace::Flow => (builder.traces.flow, "flow", "a condition `… tainted by …`"),
    };
    match found {
        Some(register) => Some(captures.add(String::new(), Arg::Value(register))),
        None => {
            builder.errors().no_trace(trace.span, word, conditions);
            None
        }
    }
}

/// A hole or label as a place.
fn place(builder: &mut Builder<'_>, value: &Value, captures: &mut Captures) -> Option<CaptureId> {
    let arg = operand::any_arg(builder, value)?;
    if form_of(&arg) == CaptureForm::Value {
        let message = "a place in the code has to stand here, and this is a value".to_owned();
        builder.errors().wrong_sort(ask::value_span(value), message, "name a hole or a label");
        return None;
    }
    Some(captures.add(name_of(value), arg))
}

fn name_of(value: &Value) -> String {
    match value {
        Value::Hole(name) => names::hole_key(&name.value),
        Value::Label(name) => names::label_key(&name.value),
        _ => String::new(),
    }
}

fn message(builder: &mut Builder<'_>, message: &Message, captures: &mut Captures) -> Option<Vec<MessagePiece>> {
    let pieces: Vec<Option<MessagePiece>> = message
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(MessagePiece::Text(text.clone())),
            Piece::Value(value) => {
                let arg = operand::any_arg(builder, value)?;
                Some(MessagePiece::Capture(captures.add(name_of(value), arg)))
            }
        })
        .collect();
    pieces.into_iter().collect()
}

/// The fix of a rule.
pub(crate) fn fix(builder: &mut Builder<'_>, fix: &Fix, captures: &mut Captures) -> Option<FixMeta> {
    let mut seen: BTreeMap<(u32, bool), Span> = BTreeMap::new();
    let mut edits = Vec::new();
    let mut complete = true;
    for edit in &fix.edits {
        let span = edit.action.span;
        match edit_meta(builder, edit, captures) {
            Some(meta) => {
                let inserts = matches!(edit.action.value, EditAction::InsertBefore | EditAction::InsertAfter);
                if let Some(first) = seen.insert((meta.target.0, inserts), span)
                    && !inserts
                {
                    builder.errors().edits_fight(span, first);
                }
                edits.push(meta);
            }
            None => complete = false,
        }
    }
    let applicability = match fix.applicability.value {
        Applicability::Safe => manifest::Applicability::Safe,
        Applicability::Suggest => manifest::Applicability::Suggest,
        Applicability::Unsafe => manifest::Applicability::Unsafe,
    };
    complete.then_some(FixMeta { applicability, edits })
}

fn edit_meta(builder: &mut Builder<'_>, edit: &FixEdit, captures: &mut Captures) -> Option<EditMeta> {
    let target = match &edit.target {
        Value::Root(_) => Some(CaptureId::MATCH),
        value => place(builder, value, captures),
    };
    let template = match &edit.template {
        None => None,
        Some(Template::Code { text, pattern }) => Some(code(builder, &text.value, text.span, pattern, captures)?),
        Some(Template::Text(text)) => Some(plain_text(builder, text, captures)?),
    };
    let action = match edit.action.value {
        EditAction::Replace => manifest::EditAction::Replace,
        EditAction::Delete => manifest::EditAction::Delete,
        EditAction::InsertBefore => manifest::EditAction::InsertBefore,
        EditAction::InsertAfter => manifest::EditAction::InsertAfter,
    };
    Some(EditMeta { action, target: target?, template })
}

fn plain_text(builder: &mut Builder<'_>, text: &Message, captures: &mut Captures) -> Option<TemplateMeta> {
    let pieces = message(builder, text, captures)?.into_iter().map(|piece| match piece {
        MessagePiece::Text(text) => TemplatePiece::Text(text),
        MessagePiece::Capture(capture) => TemplatePiece::Capture { capture, binds: 0 },
    });
    Some(TemplateMeta { category: None, binds: TIGHT, pieces: pieces.collect() })
}

/// What stands at a span of the template's text instead of the text.
enum Substitute {
    Hole { name: String, binds: u8 },
    Package { path: String, name: String },
}

/// Code with its holes and package names cut out.
fn code(
    builder: &mut Builder<'_>,
    text: &str,
    span: Span,
    pattern: &Pattern,
    captures: &mut Captures,
) -> Option<TemplateMeta> {
    let mut cuts = BTreeMap::new();
    substitutes(builder, pattern, &mut cuts);
    let mut pieces = Vec::new();
    let mut at = span.start;
    let mut complete = true;
    for ((start, end), substitute) in cuts {
        let before = text.get((at - span.start) as usize..(start - span.start) as usize).unwrap_or("");
        if !before.is_empty() {
            pieces.push(TemplatePiece::Text(before.to_owned()));
        }
        at = end;
        match substitute {
            Substitute::Package { path, name } => pieces.push(TemplatePiece::Package { path, name }),
            Substitute::Hole { name, binds } => match capture(builder, &name, Span::new(start, end), captures) {
                Some(capture) => pieces.push(TemplatePiece::Capture { capture, binds }),
                None => complete = false,
            },
        }
    }
    let rest = text.get((at - span.start) as usize..).unwrap_or("");
    if !rest.is_empty() {
        pieces.push(TemplatePiece::Text(rest.to_owned()));
    }
    complete.then(|| TemplateMeta { category: Some(pattern.category), binds: binds_as_whole(pattern), pieces })
}

fn capture(builder: &mut Builder<'_>, name: &str, span: Span, captures: &mut Captures) -> Option<CaptureId> {
    let bound = builder.lookup(name, span)?;
    let arg = match bound {
        Bound::Node(register) => Arg::Node(register),
        Bound::Run(from, end) => Arg::Run(from, end),
        Bound::Value(register) | Bound::Type(register) | Bound::Element(register) => Arg::Value(register),
    };
    Some(captures.add(name.to_owned(), arg))
}

/// Collects the holes and package names of a template by where they stand.
fn substitutes(builder: &mut Builder<'_>, pattern: &Pattern, cuts: &mut BTreeMap<(u32, u32), Substitute>) {
    let mut open = vec![(pattern.root, 0)];
    while let Some((id, binds)) = open.pop() {
        let node = &pattern.nodes[id.0 as usize];
        let at = (node.span.start, node.span.end);
        match &node.form {
            Shape::Hole(Some(name)) | Shape::Run(Some(name)) => {
                cuts.insert(at, Substitute::Hole { name: names::hole_key(name), binds });
            }
            Shape::Hole(None) | Shape::Run(None) | Shape::OneOf(_) => {
                let help =
                    "every hole of a fix has a name that the pattern binds, and alternatives cannot be chosen from";
                builder.errors().bad_fix(node.span, "a fix has to say what stands here", help);
            }
            Shape::Node { kind, op, children, .. } => {
                if let OpForm::Hole(name) = op {
                    let message = format!("the operator `${name}` cannot stand in a fix");
                    builder.errors().bad_fix(node.span, &message, "write the operator, one rule for each");
                }
                if let Some((path, name)) = package(builder, pattern, *kind, children) {
                    let selected = &pattern.nodes[children[1].0 as usize];
                    cuts.insert((node.span.start, selected.span.start), Substitute::Package { path, name });
                    continue;
                }
                open.extend(children.iter().enumerate().map(|(index, child)| (*child, needed(*kind, op, index))));
            }
            Shape::AnyFunc(_) | Shape::Comment(_) | Shape::Absent | Shape::Any => {}
        }
    }
}

/// Import path and preferred name, if a selector names something of a package in use.
fn package(builder: &Builder<'_>, pattern: &Pattern, kind: Kind, children: &[PatternId]) -> Option<(String, String)> {
    let (Kind::Selector, [x, _]) = (kind, children) else { return None };
    let Shape::Node { kind: Kind::Ident, text: Some(text), .. } = &pattern.nodes[x.0 as usize].form else {
        return None;
    };
    let name = std::str::from_utf8(text).ok()?;
    let path = builder.scope.package(name)?;
    Some((path.to_owned(), name.to_owned()))
}

/// How tightly what stands in child `index` must bind.
fn needed(kind: Kind, op: &OpForm, index: usize) -> u8 {
    match (kind, op) {
        (Kind::Binary, OpForm::OneOf(ops)) => {
            let precedence = ops.first().map_or(0, |op| op.precedence());
            precedence + u8::from(index == 1)
        }
        (Kind::Unary | Kind::Star, _) => UNARY,
        (Kind::Selector | Kind::Call | Kind::Index | Kind::Slice | Kind::TypeAssert, _) if index == 0 => TIGHT,
        _ => 0,
    }
}

/// How tightly a template binds as a whole.
fn binds_as_whole(pattern: &Pattern) -> u8 {
    match &pattern.nodes[pattern.root.0 as usize].form {
        Shape::Node { kind: Kind::Binary, op: OpForm::OneOf(ops), .. } => {
            ops.first().map_or(0, |op: &Op| op.precedence())
        }
        Shape::Node { kind: Kind::Unary | Kind::Star, .. } => UNARY,
        Shape::Hole(_) if pattern.category == Category::Expr => 0,
        _ => TIGHT,
    }
}
