//! Types, parameters and fields of patterns.

use super::{Lower, Node};
use crate::ast::{Form, Name, OpForm, PatternId};
use crate::codes;
use crate::outline::MAX_DEPTH;
use crate::pattern::Rule;
use rulec_tree::{Kind, Op, Span};

impl Lower<'_> {
    pub(super) fn go_type(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.literal_type(pair)
    }

    /// Prefixes and the type behind them.
    pub(super) fn literal_type(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let mut prefixes = Vec::new();
        let mut core = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::type_prefix => prefixes.push(part.into_inner().next()?),
                Rule::array_prefix | Rule::map_prefix | Rule::chan_prefix => prefixes.push(part),
                Rule::type_core => core = Some(self.type_core(part.into_inner().next()?)?),
                _ => core = Some(self.type_core(part)?),
            }
        }
        let mut id = core?;
        for prefix in prefixes.into_iter().rev() {
            let start = self.span(&prefix);
            let span = Span::new(start.start, self.node_span(id).end);
            id = match prefix.as_rule() {
                Rule::star => self.node(Kind::Star, vec![id], span),
                Rule::array_prefix => match prefix.into_inner().next() {
                    None => self.node(Kind::SliceType, vec![id], span),
                    Some(dots) if dots.as_rule() == Rule::dots => {
                        let at = self.span(&dots);
                        let elem = self.absent(at.end);
                        let len = self.node(Kind::Variadic, vec![elem], at);
                        self.node(Kind::ArrayType, vec![len, id], span)
                    }
                    Some(len) => {
                        let len = self.expr(len)?;
                        self.node(Kind::ArrayType, vec![len, id], span)
                    }
                },
                Rule::map_prefix => {
                    let key = prefix.into_inner().find(|pair| pair.as_rule() == Rule::go_type)?;
                    let key = self.go_type(key)?;
                    self.node(Kind::MapType, vec![key, id], span)
                }
                _ => {
                    let mut op = Op::None;
                    for mark in prefix.into_inner() {
                        match mark.as_rule() {
                            Rule::receive_chan => op = Op::RecvOnly,
                            Rule::send_mark => op = Op::SendOnly,
                            _ => {}
                        }
                    }
                    self.node_op(Kind::ChanType, OpForm::OneOf(vec![op]), vec![id], span)
                }
            };
        }
        Some(id)
    }

    fn type_core(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::func_type => {
                let parts = pair.into_inner().collect();
                self.func_type(parts, span)
            }
            Rule::struct_type => {
                let items = pair.into_inner().filter(|part| part.as_rule() == Rule::field_item);
                let fields = items.map(|item| self.field_item(item)).collect::<Option<Vec<_>>>()?;
                self.check_runs(&fields)?;
                Some(self.node(Kind::StructType, fields, span))
            }
            Rule::interface_type => {
                let items = pair.into_inner().filter(|part| part.as_rule() == Rule::interface_item);
                let elements = items.map(|item| self.interface_item(item)).collect::<Option<Vec<_>>>()?;
                self.check_runs(&elements)?;
                Some(self.node(Kind::InterfaceType, elements, span))
            }
            Rule::paren_type => {
                let x = self.go_type(pair.into_inner().next()?)?;
                Some(self.node(Kind::Paren, vec![x], span))
            }
            _ => self.named_type(pair, span),
        }
    }

    fn named_type(&mut self, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let mut id = None;
        for part in pair.into_inner() {
            let end = self.span(&part).end;
            id = Some(match (id, part.as_rule()) {
                (None, Rule::ident) => self.ident(&part),
                (None, Rule::hole) => self.hole(&part),
                (None, _) => self.alternation(part)?,
                (Some(x), Rule::name) => {
                    let name = self.name(part)?;
                    self.node(Kind::Selector, vec![x, name], Span::new(span.start, end))
                }
                (Some(x), _) => {
                    let mut children = vec![x];
                    for arg in part.into_inner() {
                        let inner = arg.into_inner().next()?;
                        let is_run = inner.as_rule() == Rule::run;
                        children.push(if is_run { self.run(&inner) } else { self.go_type(inner)? });
                    }
                    self.check_runs(&children[1..])?;
                    self.node(Kind::Index, children, Span::new(span.start, end))
                }
            });
        }
        id
    }

    /// `[tparams] (params) results`; `parts` may hold other pairs, which are passed over.
    pub(super) fn func_type(&mut self, parts: Vec<Node<'_>>, span: Span) -> Option<PatternId> {
        let mut tparams = None;
        let mut params = None;
        let mut results = None;
        for part in parts {
            match part.as_rule() {
                Rule::tparams => tparams = Some(self.tparams(part)?),
                Rule::params => params = Some(self.params(part)?),
                Rule::results => results = Some(self.results(part)?),
                _ => {}
            }
        }
        let tparams = tparams.unwrap_or_else(|| self.any(span.start));
        let results = results.unwrap_or_else(|| self.absent(span.end));
        Some(self.node(Kind::FuncType, vec![tparams, params?, results], span))
    }

    fn results(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        if inner.as_rule() == Rule::params {
            let list = self.params(inner)?;
            return Some(if self.is_lone_run(list) { self.any(span.start) } else { list });
        }
        if self.result_depth == MAX_DEPTH {
            let message = format!("function types are nested more than {MAX_DEPTH} deep");
            return self.refuse(codes::E0104, span, message, |diagnostic| {
                diagnostic.help("name a part with a hole: `func() $t`");
            });
        }
        self.result_depth += 1;
        let ty = self.go_type(inner)?;
        self.result_depth -= 1;
        let field = self.unnamed_field(ty, span);
        Some(self.list(vec![field], span))
    }

    /// Whether a list is `(...)`.
    pub(super) fn is_lone_run(&self, list: PatternId) -> bool {
        match &self.nodes[list.0 as usize].form {
            Form::Node { children, .. } => match children[..] {
                [only] => matches!(self.nodes[only.0 as usize].form, Form::Run(None)),
                _ => false,
            },
            _ => false,
        }
    }

    fn unnamed_field(&mut self, ty: PatternId, span: Span) -> PatternId {
        let names = self.list(Vec::new(), Span::new(span.start, span.start));
        let tag = self.absent(span.end);
        self.node(Kind::Field, vec![names, ty, tag], span)
    }

    /// Parameters, as Go groups them: `(a, b int)` is one field with two names, `(a, b)` two without.
    pub(super) fn params(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut entries: Vec<Entry> = Vec::new();
        for param in pair.into_inner() {
            entries.push(self.param(param)?);
        }
        let named = entries.iter().any(|entry| matches!(entry.what, Param::Named(..)));
        let mut fields = Vec::new();
        let mut names: Vec<PatternId> = Vec::new();
        for entry in entries {
            match entry.what {
                Param::Run(id) if names.is_empty() => fields.push(id),
                Param::Type(id) if named => {
                    let form = &self.nodes[id.0 as usize].form;
                    if !matches!(form, Form::Node { kind: Kind::Ident, .. } | Form::Hole(_) | Form::OneOf(_)) {
                        return self.mixed_params(entry.span);
                    }
                    names.push(id);
                }
                Param::Type(id) => {
                    let field = self.unnamed_field(id, entry.span);
                    fields.push(field);
                    self.entry_label(field, entry.label)?;
                }
                Param::Named(name, ty) => {
                    names.push(name);
                    let start = self.node_span(names[0]).start;
                    let at = Span::new(start, entry.span.end);
                    let end = self.node_span(name).end;
                    let names = self.list(std::mem::take(&mut names), Span::new(start, end));
                    let tag = self.absent(at.end);
                    let field = self.node(Kind::Field, vec![names, ty, tag], at);
                    fields.push(field);
                    self.entry_label(field, entry.label)?;
                }
                Param::Run(_) => return self.mixed_params(entry.span),
            }
        }
        if let Some(name) = names.first() {
            return self.mixed_params(self.node_span(*name));
        }
        self.check_runs(&fields)?;
        self.open_groups(&fields);
        Some(self.list(fields, span))
    }

    /// `...` stands for parameters, also for those that share their type with the one beside it: `func(..., $p $_)` is to match
    /// `func(a, b int)` as it matches `func(a int, b int)`.
    fn open_groups(&mut self, fields: &[PatternId]) {
        for (at, field) in fields.iter().enumerate() {
            let dots = |beside: Option<usize>| {
                let id = *fields.get(beside?)?;
                matches!(self.nodes[id.0 as usize].form, Form::Run(None)).then(|| self.node_span(id))
            };
            let (before, behind) = (dots(at.checked_sub(1)), dots(Some(at + 1)));
            if before.is_some() || behind.is_some() {
                self.open_names(*field, before, behind);
            }
        }
    }

    /// Lets a field with one name have more of them, for which these dots stand.
    fn open_names(&mut self, field: PatternId, before: Option<Span>, behind: Option<Span>) {
        let Form::Node { kind: Kind::Field, children, .. } = &self.nodes[field.0 as usize].form else { return };
        let Some(list) = children.first().copied() else { return };
        let Form::Node { children: names, .. } = &self.nodes[list.0 as usize].form else { return };
        let &[name] = &names[..] else { return };
        let left = before.map(|dots| self.leaf(Form::Run(None), dots));
        let right = behind.map(|dots| self.leaf(Form::Run(None), dots));
        if let Form::Node { children, .. } = &mut self.nodes[list.0 as usize].form {
            *children = left.into_iter().chain([name]).chain(right).collect();
        }
    }

    fn mixed_params<T>(&mut self, span: Span) -> Option<T> {
        self.refuse(codes::E0113, span, "parameters have either all a name or none", |diagnostic| {
            diagnostic.help("write `$name $type` for a parameter with a name, `...` for any parameters");
        })
    }

    fn entry_label(&mut self, id: PatternId, label: Option<Name>) -> Option<()> {
        self.nodes[id.0 as usize].label = label;
        Some(())
    }

    fn param(&mut self, pair: Node<'_>) -> Option<Entry> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let body = inner.next()?;
        let at = self.span(&body);
        let label = inner.next().map(|label| {
            let value = label.as_str().trim_end().trim_start_matches('@').to_owned();
            Name { value, span: self.span(&label) }
        });
        let what = match body.as_rule() {
            Rule::run => {
                let id = self.run(&body);
                self.entry_label(id, label.clone())?;
                Param::Run(id)
            }
            Rule::variadic => Param::Type(self.variadic(body)?),
            Rule::unnamed => Param::Type(self.go_type(body.into_inner().next()?)?),
            _ => {
                let mut parts = body.into_inner();
                let name = parts.next()?;
                let name = if name.as_rule() == Rule::named_run { self.run(&name) } else { self.name(name)? };
                let ty = parts.next()?;
                let is_variadic = ty.as_rule() == Rule::variadic;
                Param::Named(name, if is_variadic { self.variadic(ty)? } else { self.go_type(ty)? })
            }
        };
        let span = if label.is_some() { at } else { span };
        Some(Entry { what, span, label })
    }

    fn variadic(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let ty = pair.into_inner().find(|part| part.as_rule() == Rule::go_type)?;
        let ty = self.go_type(ty)?;
        Some(self.node(Kind::Variadic, vec![ty], span))
    }

    /// `field { $x ...T }`: a variadic parameter as a whole pattern.
    pub(super) fn param_field(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut ty = None;
        let mut label = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.name(part)?),
                Rule::label => label = Some(part),
                _ => ty = Some(self.variadic(part)?),
            }
        }
        let names = self.list(names, Span::new(span.start, span.start));
        let tag = self.absent(span.end);
        let id = self.node(Kind::Field, vec![names, ty?, tag], span);
        if let Some(label) = label {
            self.label(id, &label)?;
        }
        Some(id)
    }

    /// Type parameters, grouped like parameters.
    pub(super) fn tparams(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut fields = Vec::new();
        let mut names: Vec<PatternId> = Vec::new();
        for group in pair.into_inner() {
            if group.as_rule() == Rule::run {
                fields.push(self.run(&group));
                continue;
            }
            for part in group.into_inner() {
                match part.as_rule() {
                    Rule::run => fields.push(self.run(&part)),
                    Rule::name => names.push(self.name(part)?),
                    _ => {
                        let constraint = self.expr(part.into_inner().next()?)?;
                        let start = names.first().map_or(span.start, |name| self.node_span(*name).start);
                        let at = Span::new(start, self.node_span(constraint).end);
                        let names = self.list(std::mem::take(&mut names), at);
                        let tag = self.absent(at.end);
                        fields.push(self.node(Kind::Field, vec![names, constraint, tag], at));
                    }
                }
            }
        }
        if let Some(name) = names.first() {
            let at = self.node_span(*name);
            return self.refuse(codes::E0113, at, "a type parameter needs a constraint", |diagnostic| {
                diagnostic.help("write `[$T any]`, or `[...]` for any type parameters");
            });
        }
        self.check_runs(&fields)?;
        Some(self.list(fields, span))
    }

    pub(super) fn field_item(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.labelled(pair, |lower, item| {
            if item.as_rule() == Rule::run {
                return Some(lower.run(&item));
            }
            lower.field(item)
        })
    }

    fn field(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut names_span = Span::new(span.start, span.start);
        let mut ty = None;
        let mut tag = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::dots => {
                    names_span = self.span(&part);
                    names.push(self.run(&part));
                }
                Rule::field_names => {
                    names_span = self.span(&part);
                    for name in part.into_inner() {
                        let inner = name.into_inner().next()?;
                        let is_run = inner.as_rule() == Rule::run;
                        names.push(if is_run { self.run(&inner) } else { self.name(inner)? });
                    }
                }
                Rule::tag => {
                    let inner = part.into_inner().next()?;
                    let is_hole = inner.as_rule() == Rule::hole;
                    tag = Some(if is_hole { self.hole(&inner) } else { self.basic_literal(&inner)? });
                }
                _ => ty = Some(self.go_type(part)?),
            }
        }
        self.check_runs(&names)?;
        let names = self.list(names, names_span);
        let tag = tag.unwrap_or_else(|| self.any(span.end));
        Some(self.node(Kind::Field, vec![names, ty?, tag], span))
    }

    fn interface_item(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.labelled(pair, |lower, item| match item.as_rule() {
            Rule::run => Some(lower.run(&item)),
            Rule::method => lower.method(item),
            _ => {
                let span = lower.span(&item);
                let ty = lower.expr(item.into_inner().next()?)?;
                Some(lower.unnamed_field(ty, span))
            }
        })
    }

    /// A method of an interface: a field whose type is a function type.
    pub(super) fn method(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut parts: Vec<_> = pair.into_inner().collect();
        if parts.is_empty() {
            return None;
        }
        let name = parts.remove(0);
        let name_span = self.span(&name);
        let name = self.name(name)?;
        let start = parts.first().map_or(span.end, |params| self.span(params).start);
        let ty = self.func_type(parts, Span::new(start, span.end))?;
        let names = self.list(vec![name], name_span);
        let tag = self.absent(span.end);
        Some(self.node(Kind::Field, vec![names, ty, tag], span))
    }
}

struct Entry {
    what: Param,
    span: Span,
    label: Option<Name>,
}

enum Param {
    Run(PatternId),
    /// A type without a name, or a name whose type follows.
    Type(PatternId),
    Named(PatternId, PatternId),
}
