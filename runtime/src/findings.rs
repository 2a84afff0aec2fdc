//! From matches to findings: places, messages, fixes, fingerprints.
//!
//! In: the matches of one program in one file. Out: [`Finding`]s and [`Undecided`] places, in source order. The messages are
//! made of the rule's text and the source of what was captured.

use crate::conditions::Facts;
use crate::evaluate::{Captured, Match};
use crate::explain::Doubts;
use crate::finding::{Finding, Position, Related, RuleRef, Snippet, Undecided, utf16_length};
use crate::fix;
use crate::flow::trace::TraceStep;

use crate::job::RuleSetting;
use crate::rules::RuleSet;
use rulec_plan::ir::RulePlan;
use rulec_plan::manifest::{CaptureId, MessagePiece, ReportMeta};
use rulec_tree::{Kind, Node, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Code quoted in a message is cut to this many characters.
const MAX_QUOTED_CHARS: usize = 120;

/// What the matches of one file come to.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
    /// Whether to find out why matches are left undecided.
    pub(crate) with_reasons: bool,
}

/// Turns the matches of one program into findings.
pub(crate) fn collect(
    rules: &RuleSet,
    program: usize,
    settings: &[RuleSetting],
    matches: &[Match],
    facts: &Facts,
    path: &Arc<str>,
    found: &mut Found,
) {
    let plan = rules.plan(program).clone();
    let mut seen = FxHashSet::default();
    let mut doubtful = Vec::new();
    for one in matches {
        let rule = RuleRef { program, rule: one.rule };
        let (Some(rule_plan), Some(setting)) = (plan.rules.get(one.rule.0 as usize), settings.get(one.rule.0 as usize))
        else {
            continue;
        };
        let Some(report) = rule_plan.meta.reports.first() else { continue };
        let span = place_of(facts, one, report.at);
        if one.doubt.is_some() {
            doubtful.push((rule, rule_plan, one, span));
            continue;
        }
        let message = message_of(facts, one, report);
        // Several solutions at one place with one message are one finding: the first in the order of captures.
        if !seen.insert((one.rule, span, message.clone())) {
            continue;
        }
        let identity = rules.identity(rule);
        let (fix, fix_withheld) = match rule_plan.meta.fix.as_ref().map(|fix| fix::plan(facts, fix, &one.captures)) {
            Some(Ok(fix)) => (Some(fix), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        found.findings.push(Finding {
            rule: Some(rule),
            rule_id: identity.id.clone(),
            severity: setting.severity,
            tags: identity.tags.clone(),
            message,
            path: path.clone(),
            start: position(facts, span.start),
            end: position(facts, span.end),
            function: function_around(facts, span),
            related: related(facts, one, &rule_plan.meta.reports, path),
            fix,
            fix_withheld,
            fingerprint: String::new(),
            snippet: snippet(facts, span),
        });
    }
    let sure: FxHashSet<_> = seen.iter().map(|(rule, span, _)| (*rule, *span)).collect();
    let mut known = FxHashSet::default();
    doubtful
        .retain(|(_, _, one, span)| !sure.contains(&(one.rule, *span)) && known.insert((one.rule, *span, one.doubt)));
    let mut doubts = Doubts::new(rules, facts, program);
    let with_reasons = found.with_reasons;
    found.undecided.extend(doubtful.into_iter().map(|(rule, plan, one, span)| Undecided {
        rule,
        rule_id: rules.identity(rule).id.clone(),
        path: path.clone(),
        start: position(facts, span.start),
        end: position(facts, span.end),
        reason: if with_reasons { reason_of(&mut doubts, plan, one) } else { String::new() },
    }));
}

fn reason_of(doubts: &mut Doubts, plan: &RulePlan, one: &Match) -> String {
    let origin = one.doubt.and_then(|doubt| plan.origins.get(doubt.0 as usize));
    let what = origin.map_or("a condition holds", |origin| origin.what.as_str());
    match doubts.because(one) {
        Some(because) => format!("not known whether {what}: {because}"),
        None => format!("not known whether {what}"),
    }
}

/// How much of the code goes into a fingerprint: findings may nest thousands deep, each with all the code of those in it.
const FINGERPRINT_BYTES: usize = 1 << 12;

/// How many hexadecimal digits of a fingerprint do not hang on the path, and how many behind them do.
const ANYWHERE_DIGITS: usize = Finding::ANYWHERE_DIGITS;
const HERE_DIGITS: usize = 32 - ANYWHERE_DIGITS;

/// Gives each finding its fingerprint: the ordinal counts equals in source order, those that comments waive as well, so that
/// waiving one does not change the others.
pub(crate) fn set_fingerprints(facts: &Facts, findings: &mut [Finding]) {
    findings.sort_by(|a, b| (a.span(), &a.rule_id, &a.message).cmp(&(b.span(), &b.rule_id, &b.message)));
    let mut equals: FxHashMap<blake3::Hash, u32> = FxHashMap::default();
    for finding in findings {
        let declaration = declaration_around(facts, finding.span());
        // White space is the formatter's.
        let code = facts.slice(finding.span()).iter().filter(|byte| !byte.is_ascii_whitespace());
        let code: Vec<u8> = code.take(FINGERPRINT_BYTES).copied().collect();
        let mut hasher = hasher_of([finding.rule_id.as_bytes(), declaration.as_bytes(), &code]);
        let ordinal = equals.entry(hasher.finalize()).or_default();
        hasher.update(&ordinal.to_le_bytes());
        *ordinal += 1;
        let anywhere = hasher.finalize();
        let here = hasher_of([anywhere.as_bytes(), finding.path.as_bytes()]).finalize();
        let (anywhere, here) = (anywhere.to_hex(), here.to_hex());
        finding.fingerprint = format!("{}{}", &anywhere[..ANYWHERE_DIGITS], &here[..HERE_DIGITS]);
    }
}

/// A hasher that was given these parts.
fn hasher_of<const N: usize>(parts: [&[u8]; N]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        // Lengths keep parts apart.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher
}

/// Where a capture stands; the match as a whole for values and empty runs.
fn place_of(facts: &Facts, one: &Match, at: CaptureId) -> Span {
    let span = |capture: &Captured| capture.nodes().and_then(|nodes| nodes.span(facts.tree()));
    let named = one.captures.get(at.0 as usize).and_then(span);
    named.or_else(|| one.captures.first().and_then(span)).unwrap_or_default()
}

/// The places of the reports behind the first, and of the ways that reports show.
fn related(facts: &Facts, one: &Match, reports: &[ReportMeta], path: &Arc<str>) -> Vec<Related> {
    let mut places = Vec::new();
    for (number, report) in reports.iter().enumerate() {
        if number > 0 {
            places.push((place_of(facts, one, report.at), message_of(facts, one, report), false));
        }
        if let Some(Captured::Way(steps)) = report.trace.and_then(|way| one.captures.get(way.0 as usize)) {
            let place = |step: &TraceStep| (step.span(facts.tree()), step.text.clone(), true);
            places.extend(steps.iter().map(place));
        }
    }
    let place = |(span, message, step): (Span, String, bool)| Related {
        message,
        path: path.clone(),
        start: position(facts, span.start),
        end: position(facts, span.end),
        snippet: snippet(facts, span),
        step,
    };
    places.into_iter().map(place).collect()
}

fn message_of(facts: &Facts, one: &Match, report: &ReportMeta) -> String {
    let mut message = String::new();
    for piece in &report.message {
        match piece {
            MessagePiece::Text(text) => message.push_str(text),
            MessagePiece::Capture(capture) => match one.captures.get(capture.0 as usize) {
                Some(Captured::Value(Some(value))) => message.push_str(&shortened(value)),
                Some(Captured::Value(None)) => message.push('?'),
                Some(Captured::Type(ty)) => message.push_str(&shortened(&ty.text)),
                Some(captured) => {
                    let span = captured.nodes().and_then(|nodes| nodes.span(facts.tree()));
                    let code = span.map_or(&[][..], |span| facts.slice(span));
                    message.push_str(&shortened(&one_line(code)));
                }
                None => {}
            },
        }
    }
    message
}

/// The text with every run of white space as one space.
fn one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Line and column of an offset.
pub(crate) fn position(facts: &Facts, offset: u32) -> Position {
    let (line, column) = facts.file.lines.position(offset);
    let before = facts.slice(facts.before_on_line(offset));
    Position { line, column, offset, utf16: utf16_length(before) + 1 }
}

/// The lines that a span touches.
pub(crate) fn snippet(facts: &Facts, span: Span) -> Snippet {
    let first = facts.line(span.start);
    let last = facts.line(span.end).min(first + Snippet::MAX_LINES - 1);
    let lines = (first..=last).map(|line| {
        let start = facts.file.lines.line_start(line).unwrap_or(span.start);
        let text = facts.slice(Span::new(start, facts.line_end(start)));
        String::from_utf8_lossy(&text[..text.len().min(Snippet::MAX_LINE_BYTES)]).into_owned()
    });
    Snippet { line: first, text: lines.collect::<Vec<_>>().join("\n") }
}

/// The row of the innermost function declaration or other top-level declaration around a span.
fn top_declaration(facts: &Facts, span: Span) -> Option<Node> {
    let tree = facts.tree();
    let covers = |declaration: &Node| {
        let own = tree.span(*declaration);
        own.start <= span.start && span.start < own.end.max(own.start + 1)
    };
    tree.children(tree.slot(Node::ROOT, 1)).find(covers)
}

/// The function around a span, with the path of its package.
pub(crate) fn function_around(facts: &Facts, span: Span) -> Option<String> {
    let tree = facts.tree();
    let function = top_declaration(facts, span).filter(|row| tree.kind(*row) == Kind::FuncDecl)?;
    Some(format!("{}.{}", package_path(facts), function_name(facts, function)))
}

/// `Serve`, `(*T).Serve` or `T.Serve`.
fn function_name(facts: &Facts, function: Node) -> String {
    let tree = facts.tree();
    let name = String::from_utf8_lossy(facts.text_of(tree.slot(function, 1))).into_owned();
    let receiver = tree.children(tree.slot(function, 0)).next();
    let Some(receiver) = receiver.filter(|field| tree.kind(*field) == Kind::Field) else { return name };
    let mut ty = tree.unparen(tree.slot(receiver, 1));
    let is_pointer = tree.kind(ty) == Kind::Star;
    while matches!(tree.kind(ty), Kind::Star | Kind::Paren | Kind::Index) {
        ty = tree.slot(ty, 0);
    }
    let base = String::from_utf8_lossy(facts.text_of(ty));
    if is_pointer { format!("(*{base}).{name}") } else { format!("{base}.{name}") }
}

/// The import path of the file's package, or its name where there is no go.mod.
fn package_path(facts: &Facts) -> String {
    let tree = facts.tree();
    let package = tree.slot(Node::ROOT, 0);
    let name = match tree.kind(package) {
        Kind::Package => String::from_utf8_lossy(facts.text_of(tree.slot(package, 0))).into_owned(),
        _ => "_".to_owned(),
    };
    let path = facts.import_path.clone();
    match path {
        Some(path) if name.ends_with("_test") && facts.path.ends_with("_test.go") => format!("{path}_test"),
        Some(path) => path,
        None => name,
    }
}

/// The declaration around a span, by name: what stays when lines move.
fn declaration_around(facts: &Facts, span: Span) -> String {
    let tree = facts.tree();
    match top_declaration(facts, span) {
        Some(row) if tree.kind(row) == Kind::FuncDecl => function_name(facts, row),
        Some(row) => {
            let spec = tree.children(row).find(|spec| tree.span(*spec).covers(span));
            let names = spec.map_or(&[][..], |spec| facts.slice(tree.span(tree.slot(spec, 0))));
            format!("{} {}", tree.kind(row).name(), String::from_utf8_lossy(names))
        }
        None => String::new(),
    }
}
