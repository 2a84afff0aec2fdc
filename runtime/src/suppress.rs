//! Suppressions: `//rulec:ignore RULE[,RULE…] reason`, `//rulec:ignore-file RULE reason`, and golangci-lint's `//nolint`.
//!
//! In: the comments of a file and its findings. Out: the findings that are not waived, those that are with the reason why,
//! and findings about the directives themselves: unknown rules, unused directives, directives without a rule or without the
//! reason that is asked for. Only a comment that *starts* with the directive is one; prose that mentions it is not. What
//! `//nolint` hides is for other linters to judge, so an unused one is not reported.
//!
//! A directive behind code covers its line. One on a line of its own covers the statement, declaration, spec or
//! field that starts on the line below its group of comments, or that line if none does; `//nolint` above the package clause
//! covers the file.

mod directive;
mod names;

pub use directive::names_in;
pub(crate) use names::RuleNames;
pub use names::{Linter, Suppressions};

use crate::conditions::{Facts, code_below, is_alone_on_its_line};
use crate::finding::{Finding, RuleRef, Suppressed, Undecided};
use crate::findings::{function_around, position, set_fingerprints, snippet};
use directive::{Directive, Word};
use names::Meant;
use rulec_plan::manifest::Severity;
use rulec_tree::{Category, Kind, KindSet, Node, Span};
use std::sync::Arc;

/// A directive names a rule that does not exist.
pub const UNKNOWN: &str = "rulec.suppression.unknown";
/// A directive hides nothing.
pub const UNUSED: &str = "rulec.suppression.unused";
/// A directive names no rule, or is not written as a directive.
pub const MALFORMED: &str = "rulec.suppression.malformed";
/// A directive gives no reason where one is demanded.
pub const NO_REASON: &str = "rulec.suppression.no-reason";

/// What is reported about directives: id and meaning.
pub const RULES: [(&str, &str); 4] = [
    (UNKNOWN, "A suppression names a rule that does not exist."),
    (UNUSED, "A suppression hides nothing: what it was for is gone, and it would hide the next mistake."),
    (MALFORMED, "A suppression names no rule, or is not written as a directive, so that it hides nothing."),
    (NO_REASON, "A suppression gives no reason, and the configuration demands one, so that it hides nothing."),
];

/// Takes out what directives waive and adds findings about the directives. Returns what was taken out.
///
/// `findings` have their fingerprints, in source order. `is_active` tells whether a rule was on for this file and ran to its
/// end: only then can a directive be unused.
pub(crate) fn apply(
    facts: &Facts,
    names: &RuleNames,
    path: &Arc<str>,
    is_active: impl Fn(RuleRef) -> bool,
    findings: &mut Vec<Finding>,
    undecided: &mut Vec<Undecided>,
) -> Vec<Suppressed> {
    let comments = facts.comments().iter();
    let mut waivers: Vec<Waiver> = comments.filter_map(|comment| Waiver::read(facts, names, *comment)).collect();
    if waivers.is_empty() {
        return Vec::new();
    }
    let mut suppressed = Vec::new();
    for finding in std::mem::take(findings) {
        match finding.rule.and_then(|rule| waive(&mut waivers, rule, finding.start.offset)) {
            Some(waiver) => suppressed.push(waiver.suppressed(facts, finding)),
            None => findings.push(finding),
        }
    }
    undecided.retain(|one| waive(&mut waivers, one.rule, one.start.offset).is_none());
    let of_waiver = |waiver: &Waiver| complaints(facts, names, waiver, path, &is_active);
    let mut complaints: Vec<Finding> = waivers.iter().flat_map(of_waiver).collect();
    set_fingerprints(facts, &mut complaints);
    findings.extend(complaints);
    suppressed
}

/// A directive as read from its comment.
struct Waiver {
    comment: Span,
    /// What it waives: offsets at which findings start.
    covers: Span,
    rules: Vec<Named>,
    reason: Option<String>,
    /// It would waive findings if it gave a reason.
    lacks_reason: bool,
    malformed: Option<&'static str>,
    word: Word,
}

/// One name in a directive; what a directive without names stands for has an empty one.
struct Named {
    name: String,
    span: Span,
    meant: Meant,
    used: bool,
}

/// The first of the directives that waives what this rule says about this place. All that could are in use.
fn waive(waivers: &mut [Waiver], rule: RuleRef, at: u32) -> Option<&Waiver> {
    let mut by = None;
    for (index, waiver) in waivers.iter_mut().enumerate() {
        if waiver.covers.start <= at && at < waiver.covers.end {
            for named in waiver.rules.iter_mut().filter(|named| named.meant.includes(rule)) {
                named.used = true;
                by = by.or((!waiver.lacks_reason).then_some(index));
            }
        }
    }
    by.and_then(|index| waivers.get(index))
}

impl Waiver {
    fn read(facts: &Facts, names: &RuleNames, comment: Node) -> Option<Waiver> {
        let span = facts.tree().span(comment);
        let text = std::str::from_utf8(facts.slice(span)).ok()?;
        let directive = directive::read(text)?;
        if directive.word == Word::Nolint && !names.understands_nolint() {
            return None;
        }
        let reason = text[directive.reason.clone()].to_owned();
        let reason = (!reason.is_empty()).then_some(reason);
        let mut waiver = Waiver {
            comment: span,
            covers: Span::default(),
            rules: named(&directive, text, span, names),
            lacks_reason: names.require_reason() && reason.is_none(),
            reason,
            malformed: None,
            word: directive.word,
        };
        match directive.word {
            Word::Ignore | Word::IgnoreFile if !directive.is_well_formed => {
                // Prose may begin like this; a name of a rule behind it shows what was meant.
                let is_rule = |named: &Named| matches!(&named.meant, Meant::These(rules) if !rules.is_empty());
                let is_meant = waiver.rules.iter().any(is_rule);
                waiver.rules.clear();
                waiver.malformed = Some(NOT_A_DIRECTIVE);
                return is_meant.then_some(waiver);
            }
            Word::Ignore | Word::IgnoreFile => {
                waiver.malformed = waiver.rules.is_empty().then_some(NAMES_NO_RULE);
                let is_for_file = directive.word == Word::IgnoreFile;
                waiver.covers = if is_for_file { WHOLE_FILE } else { covered(facts, comment) };
            }
            Word::Nolint if is_above_package(facts, comment) => waiver.covers = WHOLE_FILE,
            Word::Nolint => waiver.covers = covered(facts, comment),
        }
        Some(waiver)
    }

    fn suppressed(&self, facts: &Facts, finding: Finding) -> Suppressed {
        let (start, end) = (position(facts, self.comment.start), position(facts, self.comment.end));
        Suppressed { finding, reason: self.reason.clone(), start, end }
    }
}

const NOT_A_DIRECTIVE: &str =
    "a suppression is written as a directive: `//rulec:ignore RULE reason`, without a space in front";
const NAMES_NO_RULE: &str = "the suppression names no rule: write `//rulec:ignore RULE reason`";
const WHOLE_FILE: Span = Span { start: 0, end: u32::MAX };

/// What the names of a directive stand for.
fn named(directive: &Directive, text: &str, comment: Span, names: &RuleNames) -> Vec<Named> {
    let is_nolint = directive.word == Word::Nolint;
    if is_nolint && directive.names.is_empty() {
        return vec![Named { name: String::new(), span: comment, meant: Meant::All, used: false }];
    }
    let one = |range: &std::ops::Range<usize>| {
        let name = &text[range.clone()];
        let span = Span::new(comment.start + range.start as u32, comment.start + range.end as u32);
        let meant = if is_nolint { names.of_linter(name) } else { names.rules(name) };
        Named { name: name.to_owned(), span, meant, used: false }
    };
    directive.names.iter().map(one).collect()
}

/// What a directive in this comment covers.
fn covered(facts: &Facts, comment: Node) -> Span {
    let tree = facts.tree();
    let own = tree.span(comment);
    if !is_alone_on_its_line(facts, comment) {
        return Span::new(facts.before_on_line(own.start).start, own.start);
    }
    let Some(start) = code_below(facts, comment) else { return Span::default() };
    let line = Span::new(start, facts.line_end(start));
    outermost_at(facts, start).map_or(line, |node| {
        let span = tree.span(node);
        Span::new(span.start, span.end.max(line.end))
    })
}

/// Whether the package clause starts below the comment's group.
fn is_above_package(facts: &Facts, comment: Node) -> bool {
    let tree = facts.tree();
    let package = tree.slot(Node::ROOT, 0);
    tree.kind(package) == Kind::Package
        && is_alone_on_its_line(facts, comment)
        && code_below(facts, comment) == Some(tree.span(package).start)
}

/// The outermost statement, declaration, spec, clause or field that starts at an offset.
fn outermost_at(facts: &Facts, start: u32) -> Option<Node> {
    const LISTS: KindSet = KindSet::of(&[Kind::List, Kind::File, Kind::Absent]);
    let tree = facts.tree();
    let code_rows = tree.slot(Node::ROOT, 2).0;
    let starting = (0..code_rows).map(Node).skip_while(|row| tree.span(*row).start < start);
    let mut starting = starting.take_while(|row| tree.span(*row).start == start);
    starting.find(|row| {
        let kind = tree.kind(*row);
        let category = kind.category();
        !LISTS.contains(kind)
            && matches!(category, Category::Stmt | Category::Decl | Category::Spec | Category::Field | Category::Clause)
    })
}

/// The findings about one directive.
fn complaints(
    facts: &Facts,
    names: &RuleNames,
    waiver: &Waiver,
    path: &Arc<str>,
    is_active: &impl Fn(RuleRef) -> bool,
) -> Vec<Finding> {
    let complaint = |rule_id: &str, span: Span, message: String| Finding {
        rule: None,
        rule_id: rule_id.into(),
        severity: Severity::Warning,
        tags: Arc::new(["suppression".to_owned()]),
        message,
        path: path.clone(),
        start: position(facts, span.start),
        end: position(facts, span.end),
        function: function_around(facts, span),
        related: Vec::new(),
        fix: None,
        fix_withheld: None,
        fingerprint: String::new(),
        snippet: snippet(facts, span),
    };
    let mut complaints = Vec::new();
    if let Some(message) = waiver.malformed {
        complaints.push(complaint(MALFORMED, waiver.comment, message.to_owned()));
    }
    let is_ours = waiver.word != Word::Nolint;
    if waiver.lacks_reason && waiver.rules.iter().any(|named| is_ours || named.used) {
        let message = "the suppression gives no reason, so it hides nothing: write why behind the name of the rule";
        complaints.push(complaint(NO_REASON, waiver.comment, message.to_owned()));
    }
    for named in waiver.rules.iter().filter(|_| is_ours) {
        let Meant::These(rules) = &named.meant else { continue };
        if rules.is_empty() {
            let near = names.nearest(&named.name).map_or(String::new(), |near| format!("; there is `{near}`"));
            let message = format!("there is no rule `{}` to suppress{near}", named.name);
            complaints.push(complaint(UNKNOWN, named.span, message));
        } else if !named.used && rules.iter().all(|rule| is_active(*rule)) {
            let message = format!("the suppression of `{}` hides nothing", named.name);
            complaints.push(complaint(UNUSED, named.span, message));
        }
    }
    complaints
}
