//! Findings as the protocol shows them: diagnostics, actions, explanations.

use super::moved::Change;
use crate::paths::uri_of;
use crate::text::Text;
use gen_lsp_types::{
    Code, CodeAction, CodeActionKind, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, Message, Range, TextEdit, Uri, WorkspaceEdit,
};
use rulec_plan::manifest::{Applicability, RuleMeta, Severity};
use rulec_runtime::finding::{Edit, Finding, FixEdits};
use rulec_tree::Span;
use std::collections::HashMap;
use std::path::Path;

/// The word in front of a rule's message.
const SOURCE: &str = "rulec";

/// A finding as a diagnostic. `root` is where displayed paths start.
pub(crate) fn diagnostic(finding: &Finding, uri: &Uri, text: &Text, root: &Path) -> Diagnostic {
    let range = |start, end| text.range(Span::new(start, end));
    let related = finding.related.iter().map(|related| {
        let is_here = related.path == finding.path;
        DiagnosticRelatedInformation {
            location: Location {
                uri: if is_here { uri.clone() } else { uri_of(&root.join(&*related.path)) },
                range: range(related.start.offset, related.end.offset),
            },
            message: related.message.clone(),
        }
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: range(finding.start.offset, finding.end.offset),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Info => DiagnosticSeverity::Information,
        }),
        code: Some(Code::String(finding.rule_id.to_string())),
        source: Some(SOURCE.to_owned()),
        message: Message::String(finding.message.clone()),
        tags: Some(tags(finding)).filter(|tags| !tags.is_empty()),
        related_information: Some(related).filter(|related| !related.is_empty()),
        ..Diagnostic::default()
    }
}

/// What editors draw faint or struck through.
fn tags(finding: &Finding) -> Vec<DiagnosticTag> {
    let has = |words: &[&str]| finding.tags.iter().any(|tag| words.contains(&tag.as_str()));
    let is_deprecated = finding.rule_id.rsplit('.').next() == Some("deprecated-use");
    let mut tags = Vec::new();
    if has(&["dead-code", "unused"]) {
        tags.push(DiagnosticTag::Unnecessary);
    }
    if is_deprecated || has(&["deprecated"]) {
        tags.push(DiagnosticTag::Deprecated);
    }
    tags
}

/// What can be done about the findings that touch a place: fixes, and to suppress them.
pub(crate) fn actions(findings: &[Finding], at: Span, uri: &Uri, text: &Text, root: &Path) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for finding in findings.iter().filter(|finding| touches(finding.span(), at)) {
        let diagnostics = Some(vec![diagnostic(finding, uri, text, root)]);
        if let Some(fix) = &finding.fix {
            actions.push(CodeAction {
                title: fix_title(finding, fix),
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: diagnostics.clone(),
                is_preferred: Some(fix.applicability == Applicability::Safe),
                edit: Some(workspace_edit(uri, edits_of(&fix.edits, text))),
                ..CodeAction::default()
            });
        }
        // What complains about suppressions is not suppressed.
        if finding.rule.is_some() {
            actions.push(CodeAction {
                title: format!("Suppress {} here", finding.rule_id),
                kind: Some(CodeActionKind::QuickFix),
                diagnostics,
                edit: Some(workspace_edit(uri, vec![suppression(finding, text)])),
                ..CodeAction::default()
            });
        }
    }
    actions
}

/// Whether a finding's code and a selection have a place in common; the end of the code counts.
fn touches(code: Span, at: Span) -> bool {
    code.start <= at.end && at.start <= code.end
}

fn fix_title(finding: &Finding, fix: &FixEdits) -> String {
    let name = finding.rule_id.rsplit('.').next().unwrap_or_default();
    match fix.applicability {
        Applicability::Safe => format!("Fix: {}", finding.message),
        Applicability::Suggest => format!("Change as {name} suggests: {}", finding.message),
        Applicability::Unsafe => format!("Change as {name} suggests (may change the meaning): {}", finding.message),
    }
}

fn edits_of<'e>(edits: impl IntoIterator<Item = &'e Edit>, text: &Text) -> Vec<TextEdit> {
    let shown =
        |edit: &Edit| TextEdit { range: text.range(Span::new(edit.start, edit.end)), new_text: edit.text.clone() };
    edits.into_iter().map(shown).collect()
}

/// All safe fixes as one action: the text becomes the fixed one.
pub(crate) fn replace_all(fixed: &str, uri: &Uri, text: &Text) -> Option<CodeAction> {
    let change = Change::between(text.as_str(), fixed);
    let (then, now) = change.differing();
    let new_text = fixed.get(now.range()).unwrap_or_default().to_owned();
    (text.as_str() != fixed).then(|| all_fixes(uri, vec![TextEdit { range: text.range(then), new_text }]))
}

/// The safe fixes of all findings that do not get in each other's way, as one action: what is left of them may not be right
/// together, such as an import that nothing uses any more, until [`replace_all`] can be offered.
pub(crate) fn fix_all(findings: &[Finding], uri: &Uri, text: &Text) -> Option<CodeAction> {
    let mut all: Vec<&Edit> = Vec::new();
    for fix in findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        if fix.applicability != Applicability::Safe {
            continue;
        }
        // Several fixes may share an edit of the imports; apart from that, edits must not touch.
        let new: Vec<_> = fix.edits.iter().filter(|edit| !(edit.import && all.contains(edit))).collect();
        let is_free = |edit: &&Edit| all.iter().all(|other| edit.end < other.start || other.end < edit.start);
        if new.iter().all(is_free) {
            all.extend(new);
        }
    }
    if all.is_empty() {
        return None;
    }
    all.sort_by_key(|edit| (edit.start, edit.end));
    Some(all_fixes(uri, edits_of(all, text)))
}

fn all_fixes(uri: &Uri, edits: Vec<TextEdit>) -> CodeAction {
    CodeAction {
        title: "Apply all safe fixes of rulec in this file".to_owned(),
        kind: Some(CodeActionKind::SourceFixAll),
        edit: Some(workspace_edit(uri, edits)),
        ..CodeAction::default()
    }
}

/// A comment on a line of its own above the line on which the finding starts.
fn suppression(finding: &Finding, text: &Text) -> TextEdit {
    let line = text.position(finding.start.offset).line;
    let blanks: String = text.line(line).chars().take_while(|character| matches!(character, ' ' | '\t')).collect();
    let name = finding.rule_id.rsplit('.').next().unwrap_or(&finding.rule_id);
    let start = gen_lsp_types::Position { line, character: 0 };
    TextEdit { range: Range { start, end: start }, new_text: format!("{blanks}//rulec:ignore {name}\n") }
}

pub(crate) fn workspace_edit(uri: &Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}

/// A finding with what its rule says of itself, in Markdown.
pub(crate) fn explanation(finding: &Finding, rule: Option<&RuleMeta>) -> String {
    let mut text = format!("**{}**: {}\n", finding.rule_id, finding.message);
    if let Some(rule) = rule {
        text.push_str(&format!("\n{}\n", rule.doc.trim_end()));
        for option in &rule.options {
            text.push_str(&format!("\n- option `{}`: {}", option.name, option.doc));
        }
    }
    if let Some(reason) = &finding.fix_withheld {
        text.push_str(&format!("\nIts fix is not offered here: {reason}.\n"));
    }
    text
}
