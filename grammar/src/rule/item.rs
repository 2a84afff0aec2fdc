//! Facts, resources, instances and models.

use super::{ItemReader, Node, R};
use crate::ast::*;
use crate::codes;

const FACT_KINDS: &[(&str, FactKind)] = &[
    ("func", FactKind::Func),
    ("param", FactKind::Param),
    ("result", FactKind::Result),
    ("type", FactKind::Type),
    ("field", FactKind::Field),
    ("global", FactKind::Global),
];

/// The clauses of a fact.
const FACT_CLAUSES: &[&str] =
    &["match", "where", "unless", "allow", "inside", "contains", "preceded", "followed", "first", "last", "not"];

/// The clauses of an instance: all but the match.
const INSTANCE_CLAUSES: &[&str] = &[
    "severity", "level", "tags", "since", "option", "skip", "only", "allow", "inside", "contains", "preceded",
    "followed", "first", "last", "not", "where", "unless", "report", "also", "fix", "test",
];

impl ItemReader<'_, '_> {
    /// `fact name(func $f) { … }`.
    pub(super) fn fact(&mut self) -> Option<Fact> {
        let (head, body) = self.head(R::fact_head)?;
        let mut parts = head.into_inner().filter(|part| matches!(part.as_rule(), R::word | R::hole));
        let name = self.name(&parts.next()?);
        let kind = self.word_of(std::iter::once(parts.next()?), FACT_KINDS, "kind of fact")?;
        let hole = self.name(&parts.next()?);
        let (rule, seen) = self.clauses(name, None, body);
        self.allow_only("fact", FACT_CLAUSES, &seen);
        self.demand("fact", &rule, &[("match", "what it holds for")], &seen);
        if let Some(acquire) = &rule.acquire {
            self.sink.error(codes::E0108, self.file, acquire.resource.span, "a fact has no resource as parameter");
        }
        Some(Fact { kind, hole, rule })
    }

    /// `instance name = rule(resource) { … }`.
    pub(super) fn instance(&mut self) -> Option<Instance> {
        let (head, body) = self.head(R::instance_head)?;
        let mut parts = head.into_inner().filter(|part| matches!(part.as_rule(), R::dashed | R::word));
        let name = self.name(&parts.next()?);
        let (generic, resource) = (self.name(&parts.next()?), self.name(&parts.next()?));
        self.check_kebab(&name, "rule");
        let (rule, seen) = self.clauses(name, None, body);
        self.allow_only("instance", INSTANCE_CLAUSES, &seen);
        Some(Instance { generic, resource, rule })
    }

    /// `acquire $R @label` behind `match`.
    pub(super) fn acquired(&mut self, pair: Node<'_>) -> Option<Acquire> {
        let (mut resource, mut label) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                R::hole => resource = Some(self.name(&part)),
                R::label => label = Some(self.name(&part)),
                _ => {}
            }
        }
        Some(Acquire { resource: resource?, label })
    }

    /// `resource name { … }`.
    pub(super) fn resource(&mut self) -> Option<Resource> {
        let (head, body) = self.head(R::resource_head)?;
        let name = self.name(&head.into_inner().next()?);
        let parts = self.part(R::resource_body, body, "resource")?;
        let mut acquire = Vec::new();
        let (mut cond, mut value) = (None, None);
        let (mut release, mut transfer, mut fails) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts.into_inner().filter(|part| part.as_rule() == R::resource_part) {
            let at = self.span(&part);
            self.clauses.push(at);
            let mut inner = part.into_inner();
            match inner.next()?.as_rule() {
                R::k_acquire => {
                    for part in inner {
                        match part.as_rule() {
                            R::alternatives => acquire.extend(self.alternatives(part)?),
                            _ => cond = self.inner_cond(part, cond)?,
                        }
                    }
                }
                R::k_value => value = Some(self.name(&inner.next()?)),
                R::k_release => release.extend(self.events(inner.next()?)?),
                R::k_transfer => transfer.extend(self.events(inner.next()?)?),
                _ => {
                    for failure in inner.filter(|part| part.as_rule() == R::failure) {
                        let span = self.span(&failure);
                        let branch = failure.into_inner().find(|part| part.as_rule() == R::branch)?;
                        fails.push(Event::When(self.branch(branch)?, span));
                    }
                }
            }
        }
        for (word, missing) in
            [("acquire", acquire.is_empty()), ("value", value.is_none()), ("release", release.is_empty())]
        {
            if missing {
                let message = format!("the resource `{}` has no `{word}`", name.value);
                self.sink.error(codes::E0121, self.file, name.span, message).help(match word {
                    "acquire" => "`acquire` says by which code it is acquired",
                    "value" => "`value $x` says which hole of that code is bound to it",
                    _ => "`release` says by what it is released",
                });
            }
        }
        let doc = self.item.doc.clone();
        Some(Resource { doc, name, acquire, cond, value: value?, release, transfer, fails, span: self.item.span })
    }

    /// A condition behind `where`, joined with those of other parts.
    fn inner_cond(&mut self, pair: Node<'_>, before: Option<Cond>) -> Option<Option<Cond>> {
        let Some(part) = pair.into_inner().find(|part| part.as_rule() == R::cond) else { return Some(before) };
        let cond = self.cond(part)?;
        Some(Some(match before {
            Some(before) => Cond::And(vec![before, cond]),
            None => cond,
        }))
    }

    /// `model "net/http".Get { … }`.
    pub(super) fn model(&mut self) -> Option<Model> {
        let (head, body) = self.head(R::model_head)?;
        let mut subjects = Vec::new();
        for symbol in head.into_inner().filter(|part| part.as_rule() == R::symbol) {
            subjects.push(self.symbol(symbol)?);
        }
        let parts = self.part(R::model_body, body, "model")?;
        let mut says = Vec::new();
        for part in parts.into_inner().filter(|part| part.as_rule() == R::says) {
            let span = self.span(&part);
            self.clauses.push(span);
            says.push(Spanned { value: self.says(part)?, span });
        }
        if says.is_empty() {
            self.sink.error(codes::E0121, self.file, self.item.span, "this model says nothing");
        }
        Some(Model { doc: self.item.doc.clone(), subjects, says, span: self.item.span })
    }

    fn says(&mut self, pair: Node<'_>) -> Option<Says> {
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        Some(match first.as_rule() {
            R::never_returns => Says::NeverReturns,
            R::may_block => Says::MayBlock,
            R::may_panic => Says::MayPanic,
            R::k_pure => Says::Pure,
            R::calls_method => {
                let mut inner = first.into_inner();
                let method = self.name(&inner.next()?).value;
                Says::CallsMethod(self.slot(inner.find(|part| part.as_rule() == R::slot)?)?, method)
            }
            R::checks_not => {
                let slot = first.into_inner().find(|part| part.as_rule() == R::slot)?;
                Says::ChecksNot(self.slot(slot)?)
            }
            R::says_of_slot => {
                let mut inner = first.into_inner();
                let word = inner.next()?;
                let slot = self.slot(inner.next()?)?;
                match word.as_str().trim_end() {
                    "calls" => Says::Calls(slot),
                    "spawns" => Says::Spawns(slot),
                    "keeps" => Says::Keeps(slot),
                    "borrows" => Says::Borrows(slot),
                    "dereferences" => Says::Dereferences(slot),
                    "checks" => Says::Checks(slot),
                    _ => Says::CallsMethod(slot, "Close".to_owned()),
                }
            }
            R::k_result => {
                let number = index(&parts.next()?)?;
                self.of_result(number, parts.next()?)?
            }
            R::k_writes => {
                let mut slots = parts.filter(|part| part.as_rule() == R::slot);
                let (to, from) = (slots.next()?, slots.next()?);
                Says::Writes(self.slot(to)?, self.slot(from)?)
            }
            kind => {
                let first = first.as_str().trim_end();
                let word = self.name(&parts.next()?).value;
                let slot = match parts.find(|part| part.as_rule() == R::slot) {
                    Some(slot) => Some(self.slot(slot)?),
                    None => None,
                };
                match (kind, slot) {
                    (R::k_source, None) => Says::Source(word),
                    (R::k_source, Some(slot)) => Says::SourceIn(word, slot),
                    (R::k_sink, Some(slot)) => Says::Sink(word, slot),
                    (R::k_sanitizes, _) => Says::Sanitizes(word),
                    (R::k_lacks, _) => Says::Lacks(word),
                    (R::zero_means, _) => Says::ZeroMeans(word),
                    (R::k_ends, Some(slot)) => Says::Ends(word, slot),
                    (R::state_word, slot) => match first {
                        "requires" => Says::Requires(word, slot),
                        "establishes" => Says::Establishes(word, slot),
                        _ => Says::Takes(word, slot),
                    },
                    (_, slot) => Says::Guards(word, slot?),
                }
            }
        })
    }

    fn of_result(&mut self, number: u32, pair: Node<'_>) -> Option<Says> {
        let mut parts = pair.into_inner();
        Some(match parts.next()?.as_rule() {
            R::derives_from => Says::Derives(number, self.slot(parts.next()?)?),
            R::never_nil_without_error => Says::NeverNilWithoutError(number),
            R::never_nil => Says::NeverNil(number),
            R::may_be_nil => Says::MayBeNil(number),
            R::k_lacks => Says::ResultLacks(number, self.name(&parts.next()?).value),
            _ => Says::Returns(number, self.slot(parts.next()?)?),
        })
    }

    fn slot(&mut self, pair: Node<'_>) -> Option<Slot> {
        let mut parts = pair.into_inner();
        Some(match parts.next()?.as_rule() {
            R::k_receiver => Slot::Receiver,
            R::args_from => Slot::From(index(&parts.next()?)?),
            _ => Slot::Arg(index(&parts.next()?)?),
        })
    }
}

/// A number of at most three digits.
fn index(pair: &Node<'_>) -> Option<u32> {
    pair.as_str().trim_end().parse().ok()
}
