//! Conditions on paths, on where values come from, and on sets of rows.

use super::{ItemReader, Node, R};
use crate::ast::*;
use crate::codes;
use rulec_tree::{Category, Span};

impl ItemReader<'_, '_> {
    /// `some path from …`, `every path from …`, `always from …`.
    pub(super) fn path(&mut self, pair: Node<'_>, span: Span) -> Option<Cond> {
        let mut quantifier = Quantifier::Some;
        let (mut from, mut avoiding) = (None, Vec::new());
        let mut events = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                R::k_every => quantifier = Quantifier::Every,
                R::k_always => quantifier = Quantifier::Always,
                R::start => from = Some(self.start(part)?),
                R::avoided => avoiding = self.avoided(part)?,
                R::events => events.push(self.events(part)?),
                _ => {}
            }
        }
        let mut events = events.into_iter();
        let to = if quantifier == Quantifier::Always { Vec::new() } else { events.next()? };
        let passing = events.next().unwrap_or_default();
        Some(Cond::Path(Box::new(Path { quantifier, from: from?, to, avoiding, passing, span })))
    }

    /// `exit reachable from …`: some path leads there.
    pub(super) fn reachable(&mut self, pair: Node<'_>, span: Span) -> Option<Cond> {
        let (mut from, mut to, mut avoiding) = (None, Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                R::exit => to.push(Event::Exit(self.exit(&part))),
                R::start => from = Some(self.start(part)?),
                R::avoided => avoiding = self.avoided(part)?,
                _ => {}
            }
        }
        let path = Path { quantifier: Quantifier::Some, from: from?, to, avoiding, passing: Vec::new(), span };
        Some(Cond::Path(Box::new(path)))
    }

    /// `… dominated by …`: every path from the entry of the function around it passes one of them.
    pub(super) fn dominated(&mut self, pair: Node<'_>, subject: &Value, span: Span) -> Option<Cond> {
        let events = pair.into_inner().find(|part| part.as_rule() == R::events)?;
        let passing = self.events(events)?;
        let from = PathStart::Entry(Some(subject.clone()), subject.span());
        let to = vec![Event::Place(subject.clone())];
        let path = Path { quantifier: Quantifier::Every, from, to, avoiding: Vec::new(), passing, span };
        Some(Cond::Path(Box::new(path)))
    }

    fn start(&mut self, pair: Node<'_>) -> Option<PathStart> {
        let span = self.span(&pair);
        let mut entry = false;
        let mut value = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::k_entry => entry = true,
                R::hole | R::label => value = Some(self.value_of(part)?),
                _ => {}
            }
        }
        if entry { Some(PathStart::Entry(value, span)) } else { value.map(PathStart::After) }
    }

    fn avoided(&mut self, pair: Node<'_>) -> Option<Vec<Event>> {
        let events = pair.into_inner().find(|part| part.as_rule() == R::events)?;
        self.events(events)
    }

    /// Events joined by `or`. Behind `or` the category may be left out if it stays the same.
    pub(super) fn events(&mut self, pair: Node<'_>) -> Option<Vec<Event>> {
        let mut category: Option<Category> = None;
        let mut events = Vec::new();
        let mut failed = false;
        for part in pair.into_inner().filter(|part| part.as_rule() == R::event) {
            match self.event(part, &mut category) {
                Some(event) => events.push(event),
                None => failed = true,
            }
        }
        (!failed).then_some(events)
    }

    fn event(&mut self, pair: Node<'_>, category: &mut Option<Category>) -> Option<Event> {
        let span = self.span(&pair);
        let first = pair.clone().into_inner().next()?;
        match first.as_rule() {
            R::exit => Some(Event::Exit(self.exit(&first))),
            R::role => {
                let mut parts = first.into_inner();
                let (role, resource) = (self.name(&parts.next()?), self.name(&parts.next()?));
                Some(Event::Role { role, resource, span })
            }
            R::called => match self.value_of(first)? {
                Value::Call(call) => Some(Event::Call(call)),
                _ => None,
            },
            R::hole | R::label => self.value_of(first).map(Event::Place),
            R::k_when => {
                let branch = pair.into_inner().find(|part| part.as_rule() == R::branch)?;
                Some(Event::When(self.branch(branch)?, span))
            }
            _ => self.code_event(pair, category, span),
        }
    }

    /// `CATEGORY { code } @label where COND`.
    fn code_event(&mut self, pair: Node<'_>, category: &mut Option<Category>, span: Span) -> Option<Event> {
        let parts: Vec<_> = pair.into_inner().collect();
        let cond = parts.iter().find(|part| part.as_rule() == R::event_cond).cloned();
        let code = self.code(parts.into_iter(), category, span);
        let cond = match cond.and_then(|cond| cond.into_inner().find(|part| part.as_rule() == R::all_of)) {
            Some(cond) => Some(Box::new(self.all_of(cond)?)),
            None => None,
        };
        Some(Event::Code { code: code?, cond, span })
    }

    /// A category, code in braces and perhaps a label, among other parts.
    fn code<'t>(
        &mut self,
        parts: impl Iterator<Item = Node<'t>>,
        category: &mut Option<Category>,
        span: Span,
    ) -> Option<Alternative> {
        let (mut pattern, mut label) = (None, None);
        for part in parts {
            match part.as_rule() {
                R::word => *category = Some(self.category(&part)?),
                R::block => {
                    let Some(category) = *category else {
                        let message = "the first code of several names its category: `expr { … }`";
                        self.sink.error(codes::E0111, self.file, span, message);
                        return None;
                    };
                    let inner = self.inner(&part);
                    pattern = crate::pattern::parse(self.source, inner, category, self.file, self.sink);
                }
                R::label => label = Some(self.name(&part)),
                _ => {}
            }
        }
        Some(Alternative { pattern: pattern?, label })
    }

    fn exit(&self, pair: &Node<'_>) -> Spanned<Exit> {
        let value = match pair.as_str().split_whitespace().next() {
            Some("process") => Exit::Process,
            Some("any") => Exit::Any,
            Some("panic") => Exit::Panic,
            _ => Exit::Return,
        };
        Spanned { value, span: self.span(pair) }
    }

    pub(super) fn branch(&mut self, pair: Node<'_>) -> Option<Branch> {
        let span = self.span(&pair);
        let parts: Vec<_> = pair.into_inner().collect();
        let negated = parts.iter().any(|part| part.as_rule() == R::k_not);
        let op = parts.iter().find(|part| part.as_rule() == R::branch_op).map(|op| op.as_str().trim_end() == "==");
        match parts.iter().find(|part| matches!(part.as_rule(), R::hole | R::label)) {
            Some(subject) => {
                let subject = self.value_of(subject.clone())?;
                Some(match op {
                    Some(equal) => Branch::Nil { subject, equal },
                    None => Branch::True { subject, negated },
                })
            }
            None => {
                let code = self.code(parts.into_iter(), &mut None, span)?;
                Some(Branch::Code { code, negated })
            }
        }
    }

    /// `derives from …`, `same as …`, `tainted by … for …`.
    pub(super) fn flow(&mut self, pair: Node<'_>, subject: &Value, span: Span) -> Option<Cond> {
        let (mut relation, mut origin, mut purpose) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                R::purpose => {
                    let text = part.into_inner().find(|part| part.as_rule() == R::string)?;
                    purpose = Some(self.string(&text));
                }
                R::flow_relation => {
                    let value = match part.as_str().split_whitespace().next()? {
                        "derives" => FlowRelation::DerivesFrom,
                        "same" => FlowRelation::SameAs,
                        _ => FlowRelation::TaintedBy,
                    };
                    relation = Some(Spanned { value, span: self.span(&part) });
                }
                R::alternatives => origin = Some(FlowOrigin::Code(self.alternatives(part)?)),
                _ => origin = Some(FlowOrigin::Value(self.value(part)?)),
            }
        }
        Some(Cond::Flow { subject: subject.clone(), relation: relation?, origin: origin?, purpose, span })
    }

    /// `some $r in SET has (…)`; `some definition of $x matches …` is short for it.
    pub(super) fn quantified(&mut self, pair: Node<'_>, span: Span) -> Option<Cond> {
        let parts: Vec<_> = pair.into_inner().collect();
        let every = parts.iter().any(|part| part.as_rule() == R::k_every);
        if parts.iter().any(|part| part.as_rule() == R::k_definition) {
            return self.definition(parts, every, span);
        }
        let (mut hole, mut set, mut cond) = (None, None, None);
        for part in parts {
            match part.as_rule() {
                R::hole => hole = Some(self.name(&part)),
                R::value => set = Some(self.value(part)?),
                R::cond => cond = Some(Box::new(self.cond(part)?)),
                _ => {}
            }
        }
        Some(Cond::Quantified { every, hole: hole?, set: set?, cond: cond?, span })
    }

    fn definition(&mut self, parts: Vec<Node<'_>>, every: bool, span: Span) -> Option<Cond> {
        let (mut subject, mut alternatives, mut word) = (None, None, span);
        for part in parts {
            match part.as_rule() {
                R::hole | R::label => subject = Some(self.value_of(part)?),
                R::k_matches => word = self.span(&part),
                R::alternatives => alternatives = self.alternatives(part),
                _ => {}
            }
        }
        let subject = subject?;
        // No hole can be spelled like this, and no other condition of the file has this place.
        let hole = Name { value: format!("definition of {}", span.start), span: subject.span() };
        let cond = Cond::Shape {
            subject: Value::Hole(hole.clone()),
            relation: Spanned { value: Relation::Matches, span: word },
            alternatives: alternatives?,
            bound: Bound::Func,
            span,
        };
        let name = Name { value: "definitions".to_owned(), span };
        let set = Value::Call(Call { name, args: vec![subject], named: Vec::new(), span });
        Some(Cond::Quantified { every, hole, set, cond: Box::new(cond), span })
    }
}
