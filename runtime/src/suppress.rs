//! Suppressions: `//rulec:ignore RULE[,RULE…] reason` and `//rulec:ignore-file RULE reason`.
//!
//! In: the comments of a file and its findings. Out: the findings that are not waived, and findings about the directives
//! themselves: unknown rules, unused directives, directives without a rule. Only a comment that *starts* with the directive is one;
//! prose that mentions it is not.
//!
//! A directive behind code covers its line. One on a line of its own covers the statement, declaration, spec or
//! field that starts on the line below its group of comments, or that line if none does.

use crate::conditions::{Facts, code_below, is_alone_on_its_line};
use crate::finding::{Finding, RuleRef, Undecided};
use crate::findings::{function_around, position, snippet};
use crate::rules::{Prepared, metas};
use rulec_plan::manifest::Severity;
use rulec_tree::{Category, Kind, KindSet, Node, Span};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A directive names a rule that does not exist.
pub const UNKNOWN: &str = "rulec.suppression.unknown";
/// A directive hides nothing.
pub const UNUSED: &str = "rulec.suppression.unused";
/// A directive names no rule, or is not written as a directive.
pub const MALFORMED: &str = "rulec.suppression.malformed";

/// The rules by the names that directives use.
pub(crate) struct RuleNames {
    by_name: FxHashMap<String, Vec<RuleRef>>,
}

impl RuleNames {
    pub(crate) fn new(programs: &[Prepared]) -> RuleNames {
        let mut by_name: FxHashMap<String, Vec<RuleRef>> = FxHashMap::default();
        for (rule, meta) in metas(programs) {
            let within = meta.id.rsplit_once('.').map_or("", |(rest, _)| rest);
            let mut names =
                vec![meta.id.clone(), meta.name().to_owned(), format!("{within}.*"), format!("{}.*", meta.family())];
            names.sort();
            names.dedup();
            for name in names {
                by_name.entry(name).or_default().push(rule);
            }
        }
        RuleNames { by_name }
    }

    fn rules(&self, name: &str) -> &[RuleRef] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Drops what directives waive and adds findings about the directives. Returns how many findings were dropped.
///
/// `is_active` tells whether a rule was on for this file and ran to its end: only then can a directive be unused.
pub(crate) fn apply(
    facts: &Facts,
    names: &RuleNames,
    path: &Arc<str>,
    is_active: impl Fn(RuleRef) -> bool,
    findings: &mut Vec<Finding>,
    undecided: &mut Vec<Undecided>,
) -> usize {
    let mut directives: Vec<Directive> =
        facts.comments().iter().filter_map(|comment| read_directive(facts, names, *comment)).collect();
    let before = findings.len();
    findings.retain(|finding| !finding.rule.is_some_and(|rule| waive(&mut directives, rule, finding.span())));
    undecided.retain(|one| {
        let span = Span::new(one.start.offset, one.end.offset);
        !waive(&mut directives, one.rule, span)
    });
    let suppressed = before - findings.len();
    for directive in &directives {
        findings.extend(complaints(facts, directive, path, &is_active));
    }
    suppressed
}

/// A directive as read from its comment.
struct Directive {
    comment: Span,
    /// What it waives: offsets at which findings start.
    covers: Span,
    rules: Vec<Named>,
    malformed: Option<&'static str>,
}

/// One rule name in a directive.
struct Named {
    name: String,
    span: Span,
    rules: Vec<RuleRef>,
    used: bool,
}

fn waive(directives: &mut [Directive], rule: RuleRef, span: Span) -> bool {
    let mut waived = false;
    for directive in directives {
        if directive.covers.start <= span.start && span.start < directive.covers.end {
            for named in directive.rules.iter_mut().filter(|named| named.rules.contains(&rule)) {
                named.used = true;
                waived = true;
            }
        }
    }
    waived
}

fn read_directive(facts: &Facts, names: &RuleNames, comment: Node) -> Option<Directive> {
    const WORD: &str = "rulec:ignore";
    let span = facts.tree().span(comment);
    let text = std::str::from_utf8(facts.slice(span)).ok()?;
    let inner =
        text.strip_prefix("//").or_else(|| text.strip_prefix("/*").map(|inner| inner.trim_end_matches("*/")))?;
    let start = inner.len() - inner.trim_start().len();
    let rest = inner[start..].strip_prefix(WORD)?;
    let (is_for_file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if rest.starts_with(|next: char| !next.is_whitespace()) {
        return None;
    }
    // Where `rest` starts in the file: it is a part of `text`.
    let offset = span.start + (text.find(WORD)? + WORD.len() + if is_for_file { "-file".len() } else { 0 }) as u32;
    let rules = read_names(rest, offset, names);
    if text.starts_with("/*") || start > 0 {
        // Prose may begin like this; a name of a rule behind it shows what was meant.
        let meant = rules.iter().any(|named| !named.rules.is_empty());
        let malformed =
            Some("a suppression is written as a directive: `//rulec:ignore RULE reason`, without a space in front");
        return meant.then_some(Directive { comment: span, covers: Span::default(), rules: Vec::new(), malformed });
    }
    let malformed = rules.is_empty().then_some("the suppression names no rule: write `//rulec:ignore RULE reason`");
    let covers = if is_for_file { Span::new(0, u32::MAX) } else { covered(facts, comment) };
    Some(Directive { comment: span, covers, rules, malformed })
}

/// The rule names that stand first behind the directive, separated by commas.
fn read_names(rest: &str, offset: u32, names: &RuleNames) -> Vec<Named> {
    let mut named = Vec::new();
    let mut at = rest.len() - rest.trim_start().len();
    while let Some(tail) = rest.get(at..) {
        let length = tail.find(|next: char| next == ',' || next.is_whitespace()).unwrap_or(tail.len());
        let name = &tail[..length];
        if name.is_empty() {
            break;
        }
        let start = offset + at as u32;
        let span = Span::new(start, start + length as u32);
        named.push(Named { name: name.to_owned(), span, rules: names.rules(name).to_vec(), used: false });
        // A comma, with or without space around it, says that another name follows.
        let behind = tail[length..].trim_start();
        let Some(behind) = behind.strip_prefix(',') else { break };
        at = rest.len() - behind.trim_start().len();
    }
    named
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
    directive: &Directive,
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
    if let Some(message) = directive.malformed {
        complaints.push(complaint(MALFORMED, directive.comment, message.to_owned()));
    }
    for named in &directive.rules {
        if named.rules.is_empty() {
            complaints.push(complaint(UNKNOWN, named.span, format!("there is no rule `{}` to suppress", named.name)));
        } else if !named.used && named.rules.iter().all(|rule| is_active(*rule)) {
            complaints.push(complaint(
                UNUSED,
                named.span,
                format!("the suppression of `{}` hides nothing", named.name),
            ));
        }
    }
    complaints
}
