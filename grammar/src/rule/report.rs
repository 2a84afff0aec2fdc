//! Reports and fixes.

use super::{ItemReader, Node, R};
use crate::ast::*;
use crate::outline::Lexeme;
use rulec_tree::{Category, Span};

const APPLICABILITIES: &[(&str, Applicability)] =
    &[("safe", Applicability::Safe), ("suggest", Applicability::Suggest), ("unsafe", Applicability::Unsafe)];
const TRACES: &[(&str, Trace)] = &[("path", Trace::Path), ("flow", Trace::Flow)];

impl ItemReader<'_, '_> {
    pub(super) fn report(&mut self, pair: Node<'_>, span: Span) -> Option<Report> {
        let mut at = None;
        let mut message = None;
        let mut trace = None;
        let mut failed = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::place => {
                    let place = part.into_inner().find(|part| part.as_rule() != R::k_at)?;
                    at = Some(self.value_of(place)?);
                }
                R::string => {
                    message = self.message(&part);
                    failed |= message.is_none();
                }
                R::trace => {
                    let word = part.into_inner().filter(|part| part.as_rule() == R::word);
                    trace = Some(self.word_of(word, TRACES, "trace")?);
                }
                _ => {}
            }
        }
        if failed { None } else { Some(Report { at, message: message?, trace, span }) }
    }

    pub(super) fn fix(&mut self, pair: Node<'_>, span: Span) -> Option<Fix> {
        let mut applicability = None;
        let mut edits = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                R::word => applicability = Some(self.word_of(std::iter::once(part), APPLICABILITIES, "kind of fix")?),
                R::edit => edits.push(self.edit(part)?),
                _ => {}
            }
        }
        Some(Fix { applicability: applicability?, edits, span })
    }

    fn edit(&mut self, pair: Node<'_>) -> Option<FixEdit> {
        let span = self.span(&pair);
        let edit = pair.into_inner().next()?;
        let start = Span::new(span.start, span.start);
        if edit.as_rule() == R::template {
            let template = Some(self.template(edit, true)?);
            let action = Spanned { value: EditAction::Replace, span: start };
            return Some(FixEdit { action, target: Value::Root(start), template });
        }
        let (mut action, mut target, mut template) = (None, None, None);
        for part in edit.into_inner() {
            let at = self.span(&part);
            let mut set = |value| action = Some(Spanned { value, span: at });
            match part.as_rule() {
                R::k_replace => set(EditAction::Replace),
                R::k_delete => set(EditAction::Delete),
                R::insert_before => set(EditAction::InsertBefore),
                R::insert_after => set(EditAction::InsertAfter),
                R::target => target = Some(self.value_of(part.into_inner().next()?)?),
                _ => template = Some(self.template(part, target.is_none())?),
            }
        }
        Some(FixEdit { action: action?, target: target.unwrap_or(Value::Root(start)), template })
    }

    /// `replaces_match`: the code takes the place of the whole match, so it is most likely of its category.
    fn template(&mut self, pair: Node<'_>, replaces_match: bool) -> Option<Template> {
        let inner = pair.into_inner().next()?;
        if inner.as_rule() == R::string {
            return self.message(&inner).map(Template::Text);
        }
        let inner = self.inner(&inner);
        let code = &self.source[inner.range()];
        let start = inner.start + (code.len() - code.trim_start().len()) as u32;
        let value = code.trim().to_owned();
        let span = Span::new(start.min(inner.end), (start + value.len() as u32).min(inner.end));
        let first = if replaces_match { self.matched_category() } else { Category::Expr };
        let pattern = crate::pattern::parse_code(self.source, inner, first, self.file, self.sink)?;
        Some(Template::Code { text: Spanned { value, span }, pattern })
    }

    /// The category behind `match`; an expression if it cannot be told.
    fn matched_category(&self) -> Category {
        let text = |lexeme: &Lexeme| &self.source[lexeme.token.span.range()];
        let mut tokens = self.tokens.iter().filter(|lexeme| lexeme.depth == 1);
        tokens.find(|lexeme| text(lexeme) == "match" && lexeme.token.first);
        match tokens.next().and_then(|lexeme| crate::pattern::category(text(lexeme))) {
            Some(Category::Stmt) => Category::List,
            Some(category) => category,
            None => Category::Expr,
        }
    }
}
