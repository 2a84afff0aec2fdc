//! Fixes: from a rule's templates to edits of one file, and from edits to files.
//!
//! In: what a match captured and the rule's fix. Out: [`FixEdits`], or the reason why the fix is withheld here: a fix that
//! would lose a comment, or whose imports cannot be named, is not offered. [`apply`] puts the fixes of a run into files.
//!
//! Edits are made on text, guided by the tree, and keep what gofmt would print as far as lines are touched. The imports of a
//! file follow: a package that new code needs is imported, one whose last use goes is not any more.

mod align;
mod apply;
mod imports;
mod place;
mod template;

pub use apply::{Change, Failure, FixLevel, FixOutcome, FixedSource, Spares, fix, fix_source, unified_diff};

pub(crate) use apply::fixed_in;

use crate::conditions::{Facts, Nodes};
use crate::evaluate::Captured;
use crate::finding::{Edit, FixEdits};
use crate::findings::position;
use rulec_plan::manifest::{EditAction, EditMeta, FixMeta};
use rulec_tree::Span;
use template::Rendered;

/// Works out the edits of a fix for one match.
///
/// # Errors
/// Why the fix is withheld, as a sentence without a full stop.
pub(crate) fn plan(facts: &Facts, fix: &FixMeta, captures: &[Captured]) -> Result<FixEdits, String> {
    let mut work =
        Work { facts, captures, edits: Vec::new(), removed: Vec::new(), copied: Vec::new(), packages: Vec::new() };
    for edit in &fix.edits {
        work.add(edit)?;
    }
    work.check_comments()?;
    let imports = imports::follow(facts, &work.removed, &work.copied, &work.packages)?;
    let mut edits = work.edits;
    edits.sort_by_key(|edit| (edit.start, edit.end));
    edits.extend(align::gaps(facts, &edits));
    edits.extend(imports);
    edits.sort_by_key(|edit| (edit.start, edit.end));
    if edits.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err("the edits of the fix overlap here".to_owned());
    }
    use_line_breaks_of(facts.source, &mut edits);
    let places = edits.iter().map(|edit| (position(facts, edit.start), position(facts, edit.end))).collect();
    Ok(FixEdits { applicability: fix.applicability, edits, places })
}

/// The edits of one fix while they are being made.
struct Work<'a> {
    facts: &'a Facts<'a>,
    captures: &'a [Captured],
    edits: Vec<Edit>,
    /// Source that goes, and source that is copied elsewhere.
    removed: Vec<Span>,
    copied: Vec<Span>,
    packages: Vec<imports::Package>,
}

impl Work<'_> {
    fn add(&mut self, edit: &EditMeta) -> Result<(), String> {
        let target = self.captures.get(edit.target.0 as usize).and_then(Captured::nodes);
        let target = target.ok_or("the fix has no place to go")?;
        let span = target.span(self.facts.tree()).filter(|span| span.start < span.end);
        let span = span.ok_or("there is nothing to edit here")?;
        match edit.action {
            EditAction::Delete => {
                let range = place::deletion(self.facts, target, span)?;
                self.push(range, String::new());
                self.removed.push(span);
            }
            EditAction::Replace => {
                let rendered = self.render(edit, target, span)?;
                let text = place::parenthesised(self.facts, target, rendered);
                self.push(span, text);
                self.removed.push(span);
            }
            EditAction::InsertBefore | EditAction::InsertAfter => {
                let before = edit.action == EditAction::InsertBefore;
                let rendered = self.render(edit, target, span)?;
                let (at, text) = place::insertion(self.facts, target, span, before, &rendered.text)?;
                self.push(Span::new(at, at), text);
            }
        }
        Ok(())
    }

    fn render(&mut self, edit: &EditMeta, target: Nodes, span: Span) -> Result<Rendered, String> {
        let template = edit.template.as_ref().ok_or("the fix has no new code")?;
        let rendered = template::render(self.facts, template, self.captures, span, target)?;
        self.copied.extend(&rendered.copied);
        self.packages.extend(rendered.packages.iter().cloned());
        Ok(rendered)
    }

    fn push(&mut self, span: Span, text: String) {
        self.edits.push(Edit { start: span.start, end: span.end, text, import: false });
    }

    /// Every comment in what goes has to be in what is copied, or be what the fix is about.
    fn check_comments(&self) -> Result<(), String> {
        let tree = self.facts.tree();
        for removed in &self.removed {
            for comment in self.facts.comments_within(*removed) {
                let span = tree.span(*comment);
                if span != *removed && !self.copied.iter().any(|copied| copied.covers(span)) {
                    return Err(format!("it would lose the comment on line {}", self.facts.line(span.start)));
                }
            }
        }
        Ok(())
    }
}

/// Gives inserted line breaks the form that the file has.
fn use_line_breaks_of(source: &[u8], edits: &mut [Edit]) {
    let first = source.iter().position(|byte| *byte == b'\n');
    if first.is_some_and(|at| at > 0 && source[at - 1] == b'\r') {
        for edit in edits {
            edit.text = edit.text.replace("\r\n", "\n").replace('\n', "\r\n");
        }
    }
}

#[cfg(test)]
mod tests;
