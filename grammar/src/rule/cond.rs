//! Conditions and values.

use super::{ItemReader, Node, R};
use crate::ast::*;
use crate::codes;
use crate::pattern;
use pest::Parser;
use rulec_tree::{Category, Op, Span};

impl ItemReader<'_, '_> {
    /// `a and b or not c`. `None` once a mistake is reported; the other parts are looked at all the same.
    pub(super) fn cond(&mut self, pair: Node<'_>) -> Option<Cond> {
        self.joined(pair, Cond::Or, Self::all_of)
    }

    /// `a and b`.
    pub(super) fn all_of(&mut self, pair: Node<'_>) -> Option<Cond> {
        self.joined(pair, Cond::And, Self::negatable)
    }

    fn joined(
        &mut self,
        pair: Node<'_>,
        join: impl Fn(Vec<Cond>) -> Cond,
        mut lower: impl FnMut(&mut Self, Node<'_>) -> Option<Cond>,
    ) -> Option<Cond> {
        let mut parts = Vec::new();
        let mut failed = false;
        for part in pair.into_inner().filter(|part| !matches!(part.as_rule(), R::k_or | R::k_and)) {
            match lower(self, part) {
                Some(cond) => parts.push(cond),
                None => failed = true,
            }
        }
        match parts.len() {
            _ if failed => None,
            1 => parts.pop(),
            _ => Some(join(parts)),
        }
    }

    fn negatable(&mut self, pair: Node<'_>) -> Option<Cond> {
        let end = self.span(&pair).end;
        let mut nots = Vec::new();
        let mut cond = None;
        for part in pair.into_inner() {
            if part.as_rule() == R::k_not {
                nots.push(self.span(&part).start);
            } else {
                cond = Some(self.atom(part)?);
            }
        }
        // `not not a` is `a`: an even number of them cancels out.
        let cond = cond?;
        match nots.first() {
            Some(start) if nots.len() % 2 == 1 => Some(Cond::Not(Box::new(cond), Span::new(*start, end))),
            _ => Some(cond),
        }
    }

    fn atom(&mut self, pair: Node<'_>) -> Option<Cond> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let first = parts.next()?;
        match first.as_rule() {
            R::cond => self.cond(first),
            R::path => self.path(first, span),
            R::reachable => self.reachable(first, span),
            R::quantified => self.quantified(first, span),
            R::shape => {
                let root = Value::Root(Span::new(span.start, span.start));
                self.shape(first, root, span)
            }
            _ => {
                let subject = self.value(first)?;
                match parts.next() {
                    Some(test) => self.test(test, subject, span),
                    None => self.lone_value(subject),
                }
            }
        }
    }

    fn lone_value(&mut self, value: Value) -> Option<Cond> {
        let help = match &value {
            Value::Call(call) => return Some(Cond::Call(call.clone())),
            Value::Word(name) => format!("a `bool` option is compared: `{} == true`", name.value),
            Value::Hole(name) => {
                format!("say something about it: `${} is const`, `text(${}) == \"x\"`", name.value, name.value)
            }
            _ => "compare it with something: `… == true`".to_owned(),
        };
        let message = "a value is not a condition";
        self.sink.error(codes::E0118, self.file, value.span(), message).help(help);
        None
    }

    fn test(&mut self, pair: Node<'_>, subject: Value, span: Span) -> Option<Cond> {
        let mut not = None;
        let mut cond = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::k_not => not = Some(self.span(&part).start),
                R::comparison => cond = Some(self.comparison(part, &subject, span)?),
                R::is_word => cond = Some(self.is_word(part, &subject, span)?),
                R::matches => cond = Some(self.matches(part, &subject, span)?),
                R::member => {
                    let set = self.value(part.into_inner().find(|part| part.as_rule() == R::value)?)?;
                    cond = Some(Cond::In { subject: subject.clone(), set, span });
                }
                R::shape => cond = Some(self.shape(part, subject.clone(), span)?),
                R::repeats => cond = Some(Cond::Repeats { subject: subject.clone(), span }),
                R::dominated => cond = Some(self.dominated(part, &subject, span)?),
                R::flow => cond = Some(self.flow(part, &subject, span)?),
                _ => cond = Some(self.type_test(part, &subject, span)?),
            }
        }
        Some(match not {
            Some(_) => Cond::Not(Box::new(cond?), span),
            None => cond?,
        })
    }

    fn comparison(&mut self, pair: Node<'_>, left: &Value, span: Span) -> Option<Cond> {
        let mut parts = pair.into_inner();
        let op = parts.next()?;
        let at = self.span(&op);
        let text = op.as_str().trim_end();
        let value = Op::ALL.iter().copied().find(|op| op.precedence() == 3 && op.text() == text)?;
        let right = self.value(parts.next()?)?;
        Some(Cond::Compare { op: Spanned { value, span: at }, left: left.clone(), right, span })
    }

    fn is_word(&mut self, pair: Node<'_>, subject: &Value, span: Span) -> Option<Cond> {
        let mut negated = false;
        let mut word = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::k_not => negated = true,
                R::word => word = Some(self.name(&part)),
                _ => {}
            }
        }
        Some(Cond::Is { subject: subject.clone(), negated, word: word?, span })
    }

    fn matches(&mut self, pair: Node<'_>, subject: &Value, span: Span) -> Option<Cond> {
        let mut word = span;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::k_matches => word = self.span(&part),
                R::string => {
                    let regex = self.string(&part);
                    return Some(Cond::Matches { subject: subject.clone(), regex, span });
                }
                _ => {
                    let alternatives = self.alternatives(part)?;
                    let relation = Spanned { value: Relation::Matches, span: word };
                    let bound = Bound::Func;
                    return Some(Cond::Shape { subject: subject.clone(), relation, alternatives, bound, span });
                }
            }
        }
        None
    }

    /// `[not] inside func $f …` as a clause: about the whole match.
    pub(super) fn shape_clause(&mut self, pair: Node<'_>, span: Span) -> Option<Cond> {
        let mut negated = false;
        let mut cond = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::k_not => negated = true,
                R::shape => {
                    let at = self.span(&part);
                    cond = Some(self.shape(part, Value::Root(Span::new(at.start, at.start)), at)?);
                }
                _ => {}
            }
        }
        let cond = cond?;
        Some(if negated { Cond::Not(Box::new(cond), span) } else { cond })
    }

    fn shape(&mut self, pair: Node<'_>, subject: Value, span: Span) -> Option<Cond> {
        let (mut relation, mut alternatives, mut bound) = (None, None, Some(Bound::Func));
        for part in pair.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                R::relation => {
                    let value = match part.as_str().split_whitespace().next()? {
                        "inside" => Relation::Inside,
                        "contains" => Relation::Contains,
                        "preceded" => Relation::PrecededBy,
                        "followed" => Relation::FollowedBy,
                        "first" => Relation::FirstIn,
                        _ => Relation::LastIn,
                    };
                    relation = Some(Spanned { value, span: at });
                }
                R::alternatives => alternatives = self.alternatives(part),
                _ => bound = self.bound(part),
            }
        }
        Some(Cond::Shape { subject, relation: relation?, alternatives: alternatives?, bound: bound?, span })
    }

    fn bound(&mut self, pair: Node<'_>) -> Option<Bound> {
        for part in pair.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                R::across => return Some(Bound::Across(at)),
                R::directly => return Some(Bound::Directly(at)),
                R::alternatives => {
                    // `until func` is the default, said aloud.
                    let is_func = part.as_str().trim_end() == "func";
                    return if is_func { Some(Bound::Func) } else { self.alternatives(part).map(Bound::Until) };
                }
                _ => {}
            }
        }
        None
    }

    fn type_test(&mut self, pair: Node<'_>, subject: &Value, span: Span) -> Option<Cond> {
        let (mut relation, mut ty) = (None, None);
        let (mut underlying, mut maybe_pointer) = (false, false);
        for part in pair.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                R::type_relation => {
                    let value = match part.as_str().split_whitespace().next()? {
                        ":" => TypeRelation::Is,
                        ":?" => TypeRelation::MaybeIs,
                        "implements" => TypeRelation::Implements,
                        "assignable" => TypeRelation::AssignableTo,
                        "convertible" => TypeRelation::ConvertibleTo,
                        _ => TypeRelation::IdenticalTo,
                    };
                    relation = Some(Spanned { value, span: at });
                }
                R::underlying => underlying = true,
                R::maybe_pointer => maybe_pointer = true,
                _ => ty = Some(pattern::parse(self.source, at, Category::Type, self.file, self.sink)?),
            }
        }
        let ty = TypePattern { underlying, maybe_pointer, pattern: ty? };
        Some(Cond::Type { subject: subject.clone(), relation: relation?, ty, span })
    }

    // Values

    /// A `value` pair.
    pub(super) fn value(&mut self, pair: Node<'_>) -> Option<Value> {
        let inner = if pair.as_rule() == R::value { pair.into_inner().next()? } else { pair };
        self.value_of(inner)
    }

    /// What stands in a `value` pair.
    pub(super) fn value_of(&mut self, pair: Node<'_>) -> Option<Value> {
        let span = self.span(&pair);
        match pair.as_rule() {
            R::hole => Some(Value::Hole(self.name(&pair))),
            R::label => Some(Value::Label(self.name(&pair))),
            R::string => Some(Value::Str(self.string(&pair))),
            R::symbol => self.symbol(pair).map(Value::Symbol),
            R::number => self.number(&pair),
            R::called => self.call(pair).map(Value::Call),
            R::list => {
                let items = pair.into_inner().map(|item| self.value(item)).collect::<Option<Vec<_>>>()?;
                Some(Value::List(items, span))
            }
            R::table => self.table(pair, span),
            _ => Some(match pair.as_str().trim_end() {
                "true" => Value::Bool(Spanned { value: true, span }),
                "false" => Value::Bool(Spanned { value: false, span }),
                _ => Value::Word(self.name(&pair)),
            }),
        }
    }

    fn table(&mut self, pair: Node<'_>, span: Span) -> Option<Value> {
        let mut entries: Vec<(Spanned<String>, Value)> = Vec::new();
        for entry in pair.into_inner() {
            let mut parts = entry.into_inner();
            let (key, value) = (self.string(&parts.next()?), self.value(parts.next()?)?);
            if let Some((first, _)) = entries.iter().find(|(other, _)| other.value == key.value) {
                let message = format!("the key {:?} stands twice in this table", key.value);
                let fault = self.sink.error(codes::E0124, self.file, key.span, message);
                fault.related(self.file, first.span, "the first time");
                return None;
            }
            entries.push((key, value));
        }
        Some(Value::Table(entries, span))
    }

    fn call(&mut self, pair: Node<'_>) -> Option<Call> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let name = self.name(&parts.next()?);
        let mut call = Call { name, args: Vec::new(), named: Vec::new(), span };
        for argument in parts {
            let mut key: Option<Name> = None;
            for part in argument.into_inner() {
                if part.as_rule() == R::argument_name {
                    key = Some(self.name(&part.into_inner().next()?));
                    continue;
                }
                let value = self.value(part)?;
                match key.take() {
                    Some(key) => call.named.push((key, value)),
                    None if call.named.is_empty() => call.args.push(value),
                    None => {
                        let message = "arguments without a name stand before those with one";
                        self.sink.error(codes::E0118, self.file, value.span(), message);
                        return None;
                    }
                }
            }
        }
        Some(call)
    }

    fn number(&mut self, pair: &Node<'_>) -> Option<Value> {
        let span = self.span(pair);
        let text = pair.as_str().trim_end();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        if let Some(value) = int(digits, negative) {
            return Some(Value::Int(Spanned { value, span }));
        }
        if let Some(nanoseconds) = rulec_tree::duration::nanoseconds(digits) {
            let value = if negative { -nanoseconds } else { nanoseconds };
            return Some(Value::Duration(Spanned { value, span }));
        }
        let is_int = rulec_tree::literal::int_text(digits.as_bytes()).is_some();
        let plain = digits.replace('_', "");
        let looks_float = plain.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        if !is_int && looks_float && plain.parse::<f64>().is_ok_and(f64::is_finite) {
            let value = format!("{}{}", if negative { "-" } else { "" }, plain.to_ascii_lowercase());
            return Some(Value::Float(Spanned { value, span }));
        }
        let message = match is_int {
            true => format!("`{text}` does not fit 64 bits"),
            false => format!("`{text}` is neither a number nor a duration"),
        };
        let help = (!is_int).then_some("numbers are as in Go, `0o600`, `1_000`; durations as `500ms`, `2s`, `1m30s`");
        self.sink.error(codes::E0120, self.file, span, message).help(help);
        None
    }

    /// Parses the text between the braces of a message. `offsets` holds the offset in the file of each byte of `text`,
    /// and of its end.
    pub(super) fn message_value(&mut self, text: &str, offsets: &[u32]) -> Option<Value> {
        let saved = (self.base, self.map.replace(offsets.to_vec()));
        let parsed = super::RuleParser::parse(R::message_value, text).ok().and_then(|mut pairs| pairs.next());
        let value = match parsed {
            Some(pair) => match pair.into_inner().next() {
                Some(value) => self.value(value),
                None => None,
            },
            None => {
                let first = offsets.first().copied().unwrap_or(self.base);
                let span = Span::new(first, offsets.last().copied().unwrap_or(first));
                self.sink
                    .error(codes::E0119, self.file, span, "this is not a value")
                    .help("braces hold a hole, a label, an option or a call: `{$x}`, `{@l}`, `{max}`, `{name($x)}`")
                    .help("braces that stand for themselves are doubled: `{{` and `}}`");
                None
            }
        };
        (self.base, self.map) = saved;
        value
    }
}

fn int(digits: &str, negative: bool) -> Option<i64> {
    let text = rulec_tree::literal::int_text(digits.as_bytes())?;
    let text = String::from_utf8(text).ok()?;
    if negative { format!("-{text}").parse().ok() } else { text.parse().ok() }
}
